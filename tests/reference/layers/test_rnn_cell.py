import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.rnn_cell import RNNCell
from tests.reference.layers import naive_recurrence
from tests.reference.layers.close import assert_same_sums

every_nonlinearity = pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])


def test_worked_example():
    cell = RNNCell(1, 2, nonlinearity="relu")
    cell.params = {
        "weight_x": np.array([[1.0, 2.0]]),
        "weight_h": np.array([[3.0, 0.0], [1.0, -4.0]]),
        "bias": np.array([1.0, 5.0]),
    }
    next_h = cell.forward(np.array([[2.0]]), np.array([[1.0, 3.0]]))
    # 2*1 + 1*3 + 3*1 + 1 = 9; 2*2 + 1*0 - 3*4 + 5 = -3.
    np.testing.assert_array_equal(next_h, [[9.0, 0.0]])
    grad_x, grad_h = cell.backward(np.array([[-2.0, 7.0]]))
    np.testing.assert_array_equal(grad_x, [[-2.0]])
    np.testing.assert_array_equal(grad_h, [[-6.0, -2.0]])
    np.testing.assert_array_equal(cell.grads["weight_x"], [[-4.0, 0.0]])
    np.testing.assert_array_equal(cell.grads["weight_h"], [[-2.0, 0.0], [-6.0, 0.0]])
    np.testing.assert_array_equal(cell.grads["bias"], [-2.0, 0.0])


@every_nonlinearity
def test_it_computes_what_the_course_prints(nonlinearity):
    rng = np.random.default_rng(5)
    cell = RNNCell(4, 3, rng, nonlinearity)
    cell.params["bias"] = rng.normal(size=3)
    x, h, upstream = (rng.normal(size=(5, width)) for width in (4, 3, 3))
    p = {name: array.tolist() for name, array in cell.params.items()}

    next_h = cell.forward(x, h)
    assert_same_sums(
        next_h, naive_recurrence.rnn_step(x.tolist(), h.tolist(), p, nonlinearity)
    )

    grad_x, grad_h = cell.backward(upstream)
    expected = naive_recurrence.rnn_step_backward(
        upstream.tolist(), x.tolist(), h.tolist(), p, nonlinearity
    )
    found = {"x": grad_x, "h": grad_h, **cell.grads}
    assert found.keys() == expected.keys()
    for name, value in found.items():
        assert_same_sums(value, expected[name])


def test_the_derivative_of_relu_at_zero_is_zero():
    cell = RNNCell(1, 1, nonlinearity="relu")
    cell.forward(np.ones((1, 1)), np.ones((1, 1)))
    cell.backward(np.array([[3.0]]))
    np.testing.assert_array_equal(cell.grads["bias"], [0.0])


def test_tanh_is_exact_at_a_thousand():
    cell = RNNCell(1, 1)
    cell.params["weight_x"] = np.array([[1.0]])
    next_h = cell.forward(np.array([[1000.0], [-1000.0]]), np.zeros((2, 1)))
    np.testing.assert_array_equal(next_h, [[1.0], [-1.0]])
    cell.backward(np.array([[3.0], [-2.0]]))
    np.testing.assert_array_equal(cell.grads["weight_x"], [[0.0]])


def test_another_nonlinearity_is_refused():
    with pytest.raises(ConventionError) as caught:
        RNNCell(1, 1, nonlinearity="sigmoid")
    assert str(caught.value) == (
        "RNNCell: nonlinearity must be one of tanh, relu, got 'sigmoid'"
    )
