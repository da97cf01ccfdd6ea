import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.rnn import RNN
from reference.layers.rnn_cell import RNNCell
from tests.reference.layers import naive_recurrence
from tests.reference.layers.close import assert_same_sums

every_nonlinearity = pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])


def test_worked_example():
    layer = RNN(1, 1, nonlinearity="relu")
    layer.params = {
        "weight_x": np.array([[2.0]]),
        "weight_h": np.array([[3.0]]),
        "bias": np.array([-1.0]),
    }
    out = layer.forward(np.array([[[1.0], [4.0]]]), np.array([[5.0]]))
    # 2*1 + 3*5 - 1 = 16; 2*4 + 3*16 - 1 = 55.
    np.testing.assert_array_equal(out, [[[16.0], [55.0]]])
    grad_x, grad_h0 = layer.backward(np.array([[[10.0], [-1.0]]]))
    # The gradient for the first state is 10 - 1*3 = 7.
    np.testing.assert_array_equal(grad_x, [[[14.0], [-2.0]]])
    np.testing.assert_array_equal(grad_h0, [[21.0]])
    np.testing.assert_array_equal(layer.grads["weight_x"], [[7.0 * 1 - 1.0 * 4]])
    np.testing.assert_array_equal(layer.grads["weight_h"], [[7.0 * 5 - 1.0 * 16]])
    np.testing.assert_array_equal(layer.grads["bias"], [6.0])


def drawn(nonlinearity, steps=4):
    rng = np.random.default_rng(6)
    layer = RNN(3, 5, rng, nonlinearity)
    layer.params["bias"] = rng.normal(size=5)
    arrays = [rng.normal(size=s) for s in [(2, steps, 3), (2, 5), (2, steps, 5)]]
    return layer, *arrays


@every_nonlinearity
@pytest.mark.parametrize("steps", [1, 4])
def test_it_computes_what_the_course_prints(nonlinearity, steps):
    layer, x, h0, upstream = drawn(nonlinearity, steps)
    p = {name: array.tolist() for name, array in layer.params.items()}

    def step(element, states):
        return [naive_recurrence.rnn_step(element, states[0], p, nonlinearity)]

    def backward(carried, element, states):
        return naive_recurrence.rnn_step_backward(
            carried[0], element, states[0], p, nonlinearity
        )

    out = layer.forward(x, h0)
    start = [h0.tolist()]
    assert_same_sums(out, naive_recurrence.sequence(step, x.tolist(), start))
    grad_x, grad_h0 = layer.backward(upstream)
    expected = naive_recurrence.sequence_backward(
        step, backward, upstream.tolist(), x.tolist(), start, ["h"]
    )
    found = {"x": grad_x, "h0": grad_h0, **layer.grads}
    assert found.keys() == expected.keys()
    for name, value in found.items():
        assert_same_sums(value, expected[name])


@every_nonlinearity
def test_a_sequence_is_a_chain_of_cells(nonlinearity):
    layer, x, h0, upstream = drawn(nonlinearity)
    cells, states = [], [h0]
    for t in range(x.shape[1]):
        cells.append(RNNCell(3, 5, None, nonlinearity))
        cells[-1].params = layer.params
        states.append(cells[-1].forward(x[:, t], states[-1]))
    assert_same_sums(layer.forward(x, h0), np.stack(states[1:], axis=1))

    grad_x, grad_h0 = layer.backward(upstream)
    grad_h = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        grad_element, grad_h = cells[t].backward(upstream[:, t] + grad_h)
        assert_same_sums(grad_x[:, t], grad_element)
    assert_same_sums(grad_h0, grad_h)
    for name, grad in layer.grads.items():
        assert_same_sums(grad, sum(cell.grads[name] for cell in cells))


def test_another_nonlinearity_is_refused():
    with pytest.raises(ConventionError) as caught:
        RNN(1, 1, nonlinearity="gelu")
    assert str(caught.value) == (
        "RNN: nonlinearity must be one of tanh, relu, got 'gelu'"
    )
