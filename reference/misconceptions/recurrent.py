"""The mistakes that recurrent layers share."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
    parameters_averaged_entry,
    parameters_doubled_entry,
)
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.recurrence import Cell, Time, with_cell
from reference.operations import create
from reference.operations.base import Array, Arrays, Operation

PARAMETERS = "grad_weight_x, grad_weight_h and grad_bias"


def _biases(operation: Operation) -> list[str]:
    return [name for name in operation.parameters if name.startswith("bias")]


def _without_biases(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    none = {name: np.zeros_like(arrays[name]) for name in _biases(operation)}
    return changed(operation, arrays, operation.answer({**arrays, **none}))


@needs_upstream
def _weights_transposed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = operation.answer(arrays)
    names = ("grad_weight_x", "grad_weight_h")
    return {name: right[name].T.copy() for name in names}


@needs_upstream
def _biases_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right, count = operation.answer(arrays), len(arrays["x"])
    answer = {
        f"grad_{name}": right[f"grad_{name}"] / count for name in _biases(operation)
    }
    return changed(operation, arrays, answer)


def with_options(operation: Operation, **other: str) -> Operation:
    """Return the operation with one convention changed."""
    options = {
        key: value
        for key, value in vars(operation).items()
        if key in {"nonlinearity", "reset", "update", "gate_order", "initial_cell"}
    }
    return create(operation.name, **{**options, **other})


def step_entries(name: str, bias_rows: Cell) -> tuple[Misconception, ...]:
    """Return what can go wrong with the parameters of any recurrent layer.

    Parameters
    ----------
    bias_rows
        The right cell, except that bias gradients are not summed over the batch.
    """
    entry = entries_of(name)
    return (
        parameters_averaged_entry(name, f"{PARAMETERS} are divided by N"),
        averaged_entry(name),
        negated_entry(name),
        ignored_upstream_entry(name, "every gradient as if each upstream were one"),
        parameters_doubled_entry(name, f"{PARAMETERS} are twice as large"),
        entry(
            "M12",
            "weight gradient transposed",
            "Does your gradient for a weight have the rows where the weight has them? "
            "Compute a single entry by hand.",
            "grad_weight_h = grad_sums.T @ h, grad_weight_x = grad_sums.T @ x",
            _weights_transposed,
        ),
        entry(
            "M14",
            "bias gradient not summed over the batch",
            "How many rows of the batch does one bias act on, and how many rows does "
            "your gradient for it have?",
            "grad_bias = grad_sums",
            with_cell(bias_rows),
        ),
        entry(
            "M15",
            "bias gradient averaged over the batch",
            "Your gradients for weights and bias come from the same batch. Do they "
            "treat its size in the same way?",
            "grad_bias = mean(grad_sums, axis=0)",
            _biases_averaged,
        ),
        entry(
            "M250",
            "bias left out of the output",
            "What should the sums inside the nonlinearity be when input and state are "
            "zero? Put zeros into yours.",
            "sums = x @ weight_x + h @ weight_h",
            _without_biases,
        ),
    )


def other_state_entry(name: str, cell: Cell) -> Misconception:
    """Return M251."""
    return entries_of(name)(
        "M251",
        "state after the step in place of the one before",
        "Which state was multiplied by weight_h in this step: the one that the step "
        "received, or the one that it made?",
        "grad_weight_h = h[t].T @ grad_sums[t]",
        with_cell(cell),
    )


def not_transposed_entry(name: str, cell: Cell) -> Misconception:
    """Return M11."""
    return entries_of(name)(
        "M11",
        "weight not transposed on the way back",
        "Which axis of weight_h belongs to the state that goes in, and which one to "
        "the sums? Over which of them must the product on the way back add up?",
        "grad_h = grad_sums @ weight_h, for each block of columns",
        with_cell(cell),
    )


def overflow_entry(name: str, formula: str, cell: Cell) -> Misconception:
    """Return M41."""
    return entries_of(name)(
        "M41",
        "exponential overflows for large inputs",
        "What is the largest exponential that your step takes when a sum is 1000 or "
        "-1000? Can the same function be written so that none of them grows?",
        formula,
        with_cell(cell),
        VisibleOn.STABILITY,
    )


def wrong_nonlinearity_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M254."""
    return entries_of(name)(
        "M254",
        "wrong nonlinearity in the step",
        "Between which two numbers can each part of the step lie, and between which "
        "do yours lie for large sums?",
        formula,
        wrong,
    )


def exchanged_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M256."""
    return entries_of(name)(
        "M256",
        "gates in another order",
        "Set one block of the bias to 1000 and the rest to 0. Which gate opens in your "
        "code, and which one should?",
        formula,
        wrong,
    )


def other_gate_entry(name: str, hint: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M258."""
    title = "gate missing or in the wrong place"
    return Misconception("M258", name, title, hint, formula, wrong)


def way_back_entry(name: str, hint: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M255."""
    title = "one of the ways back to the state missing"
    return Misconception("M255", name, title, hint, formula, wrong)


def forgotten_gate_entries(
    name: str, wrong: Mapping[str, Wrong]
) -> tuple[Misconception, ...]:
    """Return M113 for each gate, by its letter."""
    return tuple(
        entries_of(name)(
            "M113",
            "derivative of one gate forgotten",
            "Compare the blocks of columns in your gradient with each other. Is each "
            "of them multiplied by the derivative of its own nonlinearity?",
            f"the derivative of {letter} is missing",
            one,
        )
        for letter, one in wrong.items()
    )


def _only_first(terms: Sequence[Array]) -> Array:
    return terms[0]


def _only_last(terms: Sequence[Array]) -> Array:
    return terms[-1]


def _mean(terms: Sequence[Array]) -> Array:
    average: Array = np.mean(np.stack(list(terms)), axis=0)
    return average


def time_entries(name: str, cell: Cell) -> tuple[Misconception, ...]:
    """Return what can go wrong between the steps of the right cell."""
    entry = entries_of(name)
    replaced = partial(
        entry,
        "M112",
        "parameter gradient of one step only",
        "All steps share one weight. After the loop over the steps, what does your "
        "gradient still know about the second step?",
    )
    return (
        entry(
            "M111",
            "gradient of the next step not added",
            "On how many ways does a state act on the loss: only through its own "
            "output, or through later steps as well?",
            "grad_h[t] = grad_out[:, t]",
            with_cell(cell, Time(handed_on="c")),
        ),
        replaced(
            "only the term of the first step is left",
            with_cell(cell, Time(collect=_only_first)),
        ),
        replaced(
            "only the term of the last step is left",
            with_cell(cell, Time(collect=_only_last)),
        ),
        entry(
            "M120",
            "gradient divided by the number of uses",
            "Move a weight that is used in every step. Do its effects on the outputs "
            "add up, or average out?",
            f"{PARAMETERS} are means over the steps",
            with_cell(cell, Time(collect=_mean)),
        ),
        entry(
            "M252",
            "gradient of the last output only",
            "How many outputs does this layer return for one sequence, and how many of "
            "their gradients does your backward read?",
            "grad_out[:, t] is used for the last step and not for the others",
            with_cell(cell, Time(only_last=True)),
        ),
        entry(
            "M253",
            "first state ignored",
            "Hand in another first state. Does the output of the first step change?",
            "h[-1] = 0 whatever h0 is",
            with_cell(cell, Time(from_zero=True)),
        ),
    )
