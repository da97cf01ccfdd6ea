import numpy as np
import pytest

from reference.misconceptions import for_operation
from reference.misconceptions.gated_steps import GatedStep
from reference.misconceptions.memory_steps import MemoryStep
from reference.misconceptions.plain_steps import PlainStep
from reference.misconceptions.recurrence import steps
from reference.operations import create
from tests.reference.misconceptions.finding import wrong
from tests.reference.misconceptions.right_answers import assert_right, drawn

RIGHT = {"rnn": PlainStep(), "gru": GatedStep(), "lstm": MemoryStep()}


@pytest.mark.parametrize(
    ("operation", "variant"),
    drawn("rnn_cell", "rnn", "gru_cell", "gru", "lstm_cell", "lstm"),
)
def test_a_step_without_a_mistake_is_the_reference(operation, variant):
    cell = RIGHT[operation.name.removesuffix("_cell")]
    assert_right(operation, variant, lambda asked, arrays: steps(asked, arrays, cell))


def sequence(**conventions):
    """Return two steps of one unit that doubles its state: 1, 2 + 3, 10 + 4."""
    return {
        "conventions": {"nonlinearity": "relu", **conventions},
        "x": [[[3.0], [4.0]]],
        "h0": [[1.0]],
        "weight_x": [[1.0]],
        "weight_h": [[2.0]],
        "bias": [0.0],
        "grad_out": [[[10.0], [100.0]]],
    }


def test_without_the_next_step_each_state_has_only_its_own_output():
    # Right: 10 + 2 * 100 for the first step.
    found = wrong("rnn", "M111", **sequence())
    assert found["grad_x"] == [[[10.0], [100.0]]]
    assert found["grad_weight_h"] == [[1.0 * 10.0 + 5.0 * 100.0]]


@pytest.mark.parametrize(
    ("form", "expected"), [("first", 1.0 * 210.0), ("last", 5.0 * 100.0)]
)
def test_a_gradient_that_is_overwritten_knows_one_step(form, expected):
    found = wrong("rnn", "M112", form, **sequence())
    assert found["grad_weight_h"] == [[expected]]


def test_the_state_after_the_step_is_one_too_far():
    found = wrong("rnn", "M251", **sequence())
    assert found == {"grad_weight_h": [[5.0 * 210.0 + 14.0 * 100.0]]}


def test_a_first_state_of_zero_gives_other_outputs():
    assert wrong("rnn", "M253", **sequence())["out"] == [[[3.0], [10.0]]]


def cell(blocks, **arrays):
    """Return a cell of one unit in which only the bias and the states act."""
    zeros = {"x": [[0.0]], "weight_x": [[0.0] * blocks], "weight_h": [[0.0] * blocks]}
    return {**zeros, "bias": [0.0] * blocks, **arrays}


def test_without_a_forget_gate_the_cell_keeps_all_it_had():
    found = wrong("lstm_cell", "M258", "c + i * g", **cell(4, h=[[0.0]], c=[[8.0]]))
    assert found["next_c"] == [[8.0]]


def test_an_exchanged_order_opens_another_gate():
    # The third block is o by right; with a bias of 1000 it forgets nothing.
    arrays = cell(4, h=[[0.0]], c=[[8.0]], bias=[0.0, 0.0, 1000.0, 0.0])
    found = wrong("lstm_cell", "M256", "f and o", **arrays)
    assert found["next_c"] == [[8.0]]


def test_an_update_gate_the_wrong_way_round_takes_the_candidate():
    arrays = cell(3, h=[[8.0]], bias=[0.0, 1000.0, 0.0])
    assert wrong("gru_cell", "M257", "z * n", **arrays)["next_h"] == [[0.0]]


@pytest.mark.parametrize(("name", "missing"), [("gru", "M113"), ("lstm", "M113")])
def test_each_gate_can_have_lost_its_derivative(name, missing):
    letters = {e.formula[18] for e in for_operation(name) if e.id == missing}
    assert letters == set("rzn" if name == "gru" else "ifog")


@pytest.mark.parametrize("name", ["rnn_cell", "rnn"])
def test_a_relu_has_no_derivative_of_tanh_to_get_wrong(name):
    operation = create(name, nonlinearity="relu")
    arrays = operation.draw(np.random.default_rng(0))
    entries = [e for e in for_operation(name) if e.id in {"M31", "M33"}]
    assert len(entries) == 3
    assert not any(entry.wrong(operation, arrays) for entry in entries)
