import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.lstm import LSTM
from reference.layers.lstm_cell import LSTMCell
from tests.reference.layers import naive_recurrence
from tests.reference.layers.close import assert_same_sums

every_order = pytest.mark.parametrize("gate_order", ["ifog", "ifgo"])
every_start = pytest.mark.parametrize("initial_cell", ["zero", "given"])


def test_worked_example():
    # Without weights the gates are half open and the candidate is 0: cells halve.
    layer = LSTM(2, 1, initial_cell="given")
    h0, c0 = np.array([[3.0]]), np.array([[8.0]])
    out = layer.forward(np.ones((1, 2, 2)), h0, c0)
    s = np.tanh([4.0, 2.0])
    np.testing.assert_array_equal(out, (s / 2)[np.newaxis, :, np.newaxis])
    grad_x, grad_h0, grad_c0 = layer.backward(np.array([[[16.0], [-8.0]]]))
    second = -8.0 / 2 * (1 - s[1] ** 2)
    first = 16.0 / 2 * (1 - s[0] ** 2) + second / 2
    assert_same_sums(grad_c0, [[first / 2]])
    np.testing.assert_array_equal(grad_h0, [[0.0]])
    np.testing.assert_array_equal(grad_x, np.zeros((1, 2, 2)))
    forget, output = (first * 8 + second * 4) / 4, (16.0 * s[0] - 8.0 * s[1]) / 4
    candidate = (first + second) / 2
    assert_same_sums(layer.grads["bias"], [0.0, forget, output, candidate])


def drawn(gate_order, initial_cell, steps=4):
    rng = np.random.default_rng(10)
    layer = LSTM(3, 5, rng, gate_order, initial_cell)
    layer.params["bias"] = rng.normal(size=20)
    x, h0, c0 = (rng.normal(size=s) for s in [(2, steps, 3), (2, 5), (2, 5)])
    states = {"h0": h0, "c0": c0} if initial_cell == "given" else {"h0": h0}
    return layer, x, states, rng.normal(size=(2, steps, 5))


def found_gradients(layer, states, upstream):
    names = ["x", *states]
    return dict(zip(names, layer.backward(upstream), strict=True)) | layer.grads


@every_order
@every_start
@pytest.mark.parametrize("steps", [1, 4])
def test_it_computes_what_the_course_prints(gate_order, initial_cell, steps):
    layer, x, states, upstream = drawn(gate_order, initial_cell, steps)
    p = {name: array.tolist() for name, array in layer.params.items()}

    def step(element, before):
        return list(naive_recurrence.lstm_step(element, *before, p, gate_order))

    def backward(carried, element, before):
        return naive_recurrence.lstm_step_backward(
            *carried, element, *before, p, gate_order
        )

    h0 = states["h0"]
    start = [h0.tolist(), states.get("c0", np.zeros_like(h0)).tolist()]
    out = layer.forward(x, **states)
    assert_same_sums(out, naive_recurrence.sequence(step, x.tolist(), start))
    expected = naive_recurrence.sequence_backward(
        step, backward, upstream.tolist(), x.tolist(), start, ["h", "c"]
    )
    found = found_gradients(layer, states, upstream)
    assert found.keys() == expected.keys() - {"c0"} | states.keys()
    for name, value in found.items():
        assert_same_sums(value, expected[name])


@every_order
def test_a_sequence_is_a_chain_of_cells(gate_order):
    layer, x, states, upstream = drawn(gate_order, "given")
    cells, outputs, before = [], [], (states["h0"], states["c0"])
    for t in range(x.shape[1]):
        cells.append(LSTMCell(3, 5, None, gate_order))
        cells[-1].params = layer.params
        before = cells[-1].forward(x[:, t], *before)
        outputs.append(before[0])
    assert_same_sums(layer.forward(x, **states), np.stack(outputs, axis=1))

    found = found_gradients(layer, states, upstream)
    grad_h = grad_c = np.zeros_like(states["h0"])
    for t in reversed(range(x.shape[1])):
        grad_element, grad_h, grad_c = cells[t].backward(
            upstream[:, t] + grad_h, grad_c
        )
        assert_same_sums(found["x"][:, t], grad_element)
    assert_same_sums(found["h0"], grad_h)
    assert_same_sums(found["c0"], grad_c)
    for name, grad in layer.grads.items():
        assert_same_sums(grad, sum(cell.grads[name] for cell in cells))


def test_a_cell_state_of_zero_may_be_given_or_left_out():
    layer, x, states, upstream = drawn("ifog", "zero")
    other = LSTM(3, 5, initial_cell="given")
    other.params = layer.params
    out = layer.forward(x, **states)
    np.testing.assert_array_equal(
        out, other.forward(x, **states, c0=np.zeros_like(states["h0"]))
    )
    pairs = zip(layer.backward(upstream), other.backward(upstream)[:2], strict=True)
    for one, two in pairs:
        np.testing.assert_array_equal(one, two)


@every_start
def test_a_cell_state_against_the_convention_is_refused(initial_cell):
    layer, x, states, _ = drawn("ifog", initial_cell)
    wrong = {"h0": states["h0"]}
    if initial_cell == "zero":
        wrong["c0"] = states["h0"]
    with pytest.raises(ConventionError) as caught:
        layer.forward(x, **wrong)
    assert str(caught.value) == (
        "LSTM: c0 must be handed in if and only if initial_cell is 'given', "
        f"got {initial_cell!r}"
    )


@pytest.mark.parametrize(
    ("conventions", "message"),
    [
        ({"gate_order": "gifo"}, "gate_order must be one of ifog, ifgo, got 'gifo'"),
        ({"initial_cell": None}, "initial_cell must be one of zero, given, got None"),
    ],
)
def test_other_conventions_are_refused(conventions, message):
    with pytest.raises(ConventionError) as caught:
        LSTM(1, 1, **conventions)
    assert str(caught.value) == f"LSTM: {message}"
