import itertools

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.gru_cell import GRUCell
from tests.reference.layers import naive_recurrence
from tests.reference.layers.close import assert_same_sums

RESETS, UPDATES = ("before", "after"), ("keeps_old", "keeps_new")

every_convention = pytest.mark.parametrize(
    ("reset", "update"), list(itertools.product(RESETS, UPDATES))
)


def with_gates(r, z, candidate, reset="before", update="keeps_old"):
    """Return a cell of one unit with fixed gates, open, shut or half open.

    The weight of the candidate is one, so that it is tanh of the reset state, plus
    ``candidate``.
    """
    sums = {0.0: -1000.0, 0.5: 0.0, 1.0: 1000.0}
    cell = GRUCell(1, 1, reset=reset, update=update)
    cell.params["weight_h"] = np.array([[0.0, 0.0, 1.0]])
    cell.params["bias"] = np.array([sums[r], sums[z], candidate])
    return cell


X, H = np.zeros((1, 1)), np.array([[0.5]])


@every_convention
def test_worked_example_with_half_open_gates(reset, update):
    cell = with_gates(0.5, 0.5, 0.0, reset, update)
    n = np.tanh(0.25)
    assert_same_sums(cell.forward(X, H), [[0.5 * n + 0.25]])
    _, grad_h = cell.backward(np.array([[4.0]]))
    assert_same_sums(grad_h, [[4.0 * (0.5 + 0.5 * (1 - n**2) * 0.5)]])


@every_convention
@pytest.mark.parametrize("r", [0.0, 1.0])
def test_an_open_update_gate_copies_and_a_shut_one_replaces(reset, update, r):
    state, candidate = H[0, 0], np.tanh(r * H[0, 0] + 0.25)
    open_one, shut_one = (
        with_gates(r, z, 0.25, reset, update).forward(X, H)[0, 0] for z in (1.0, 0.0)
    )
    expected = (state, candidate) if update == "keeps_old" else (candidate, state)
    assert (open_one, shut_one) == expected


def drawn(reset, update):
    rng = np.random.default_rng(7)
    cell = GRUCell(4, 3, rng, reset, update)
    for name in cell.params.keys() & {"bias", "bias_h"}:
        cell.params[name] = rng.normal(size=9)
    return cell, *(rng.normal(size=(5, width)) for width in (4, 3, 3))


@every_convention
def test_it_computes_what_the_course_and_the_paper_print(reset, update):
    cell, x, h, upstream = drawn(reset, update)
    p = {name: array.tolist() for name, array in cell.params.items()}
    given = (x.tolist(), h.tolist(), p, reset, update)

    next_h = cell.forward(x, h)
    assert_same_sums(next_h, naive_recurrence.gru_step(*given))

    grad_x, grad_h = cell.backward(upstream)
    expected = naive_recurrence.gru_step_backward(upstream.tolist(), *given)
    found = {"x": grad_x, "h": grad_h, **cell.grads}
    assert found.keys() == expected.keys()
    for name, value in found.items():
        assert_same_sums(value, expected[name])


@pytest.mark.parametrize("update", UPDATES)
def test_an_open_reset_gate_acts_before_or_after_alike(update):
    one, other = (with_gates(1.0, 0.5, 0.25, reset, update) for reset in RESETS)
    np.testing.assert_array_equal(one.forward(X, H), other.forward(X, H))


def test_only_with_the_reset_afterwards_there_is_a_second_bias():
    assert "bias_h" not in GRUCell(4, 3).params
    np.testing.assert_array_equal(
        GRUCell(4, 3, reset="after").params["bias_h"], np.zeros(9)
    )


def test_a_second_bias_that_does_not_act_is_not_read():
    cell, x, h, _ = drawn("before", "keeps_old")
    expected = cell.forward(x, h)
    cell.params["bias_h"] = np.ones(9)
    np.testing.assert_array_equal(cell.forward(x, h), expected)


@pytest.mark.parametrize(
    ("conventions", "message"),
    [
        ({"reset": "never"}, "reset must be one of before, after, got 'never'"),
        (
            {"update": "keeps_all"},
            "update must be one of keeps_old, keeps_new, got 'keeps_all'",
        ),
    ],
)
def test_other_conventions_are_refused(conventions, message):
    with pytest.raises(ConventionError) as caught:
        GRUCell(1, 1, **conventions)
    assert str(caught.value) == f"GRUCell: {message}"
