import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.lstm_cell import LSTMCell
from tests.reference.layers import naive_recurrence
from tests.reference.layers.close import assert_same_sums

every_order = pytest.mark.parametrize("gate_order", ["ifog", "ifgo"])


def with_sums(gate_order, **sums):
    """Return a cell of one unit whose gates depend on nothing."""
    cell = LSTMCell(1, 1, gate_order=gate_order)
    cell.params["bias"] = np.array([sums[letter] for letter in gate_order])
    return cell


ONE = np.ones((1, 1))


@every_order
def test_worked_example_with_half_open_gates(gate_order):
    cell = with_sums(gate_order, i=0.0, f=0.0, o=0.0, g=1000.0)
    next_h, next_c = cell.forward(ONE, ONE, np.array([[3.0]]))
    # c = 3 / 2 + 1 / 2 and h = tanh(2) / 2.
    np.testing.assert_array_equal(next_c, [[2.0]])
    s = np.tanh(2.0)
    np.testing.assert_array_equal(next_h, [[s / 2]])
    _, grad_h, grad_c = cell.backward(np.array([[8.0]]), np.array([[-1.0]]))
    total = -1.0 + 8.0 * 0.5 * (1 - s**2)
    assert_same_sums(grad_c, [[total / 2]])
    np.testing.assert_array_equal(grad_h, [[0.0]])
    expected = {"i": total * 0.25, "f": total * 3 * 0.25, "o": 8.0 * s * 0.25, "g": 0.0}
    assert_same_sums(cell.grads["bias"], [expected[letter] for letter in gate_order])


@every_order
@pytest.mark.parametrize(
    ("i", "f", "expected"), [(-1000.0, 1000.0, 3.0), (1000.0, -1000.0, -1.0)]
)
def test_gates_at_a_thousand_keep_or_replace_the_cell_exactly(
    gate_order, i, f, expected
):
    cell = with_sums(gate_order, i=i, f=f, o=1000.0, g=-1000.0)
    next_h, next_c = cell.forward(ONE, ONE, np.array([[3.0]]))
    np.testing.assert_array_equal(next_c, [[expected]])
    np.testing.assert_array_equal(next_h, [[np.tanh(expected)]])


@every_order
def test_it_computes_what_the_course_prints(gate_order):
    rng = np.random.default_rng(9)
    cell = LSTMCell(4, 3, rng, gate_order)
    cell.params["bias"] = rng.normal(size=12)
    x, h, c, grad_next_h, grad_next_c = (
        rng.normal(size=(5, width)) for width in (4, 3, 3, 3, 3)
    )
    p = {name: array.tolist() for name, array in cell.params.items()}
    given = (x.tolist(), h.tolist(), c.tolist(), p, gate_order)

    outputs = cell.forward(x, h, c)
    for found, expected in zip(
        outputs, naive_recurrence.lstm_step(*given), strict=True
    ):
        assert_same_sums(found, expected)

    grad_x, grad_h, grad_c = cell.backward(grad_next_h, grad_next_c)
    expected = naive_recurrence.lstm_step_backward(
        grad_next_h.tolist(), grad_next_c.tolist(), *given
    )
    found = {"x": grad_x, "h": grad_h, "c": grad_c, **cell.grads}
    assert found.keys() == expected.keys()
    for name, value in found.items():
        assert_same_sums(value, expected[name])


def test_the_second_upstream_gradient_is_checked_too():
    cell = LSTMCell(2, 3)
    state = np.ones((4, 3))
    cell.forward(np.ones((4, 2)), state, state)
    with pytest.raises(ShapeError) as caught:
        cell.backward(state, np.ones((4, 2)))
    assert str(caught.value) == "LSTMCell: grad_next_c must be (4, 3), got (4, 2)"


def test_another_order_of_gates_is_refused():
    with pytest.raises(ConventionError) as caught:
        LSTMCell(1, 1, gate_order="fiog")
    assert str(caught.value) == (
        "LSTMCell: gate_order must be one of ifog, ifgo, got 'fiog'"
    )
