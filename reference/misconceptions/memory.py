"""The mistakes in long short-term memory, in one step and over a sequence."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from reference.misconceptions.activations import missing_factor_entry
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import as_it_is, changed, entries_of
from reference.misconceptions.memory_steps import MemoryStep, order_of
from reference.misconceptions.recurrence import (
    logistic,
    logistic_slope,
    no_slope,
    no_square,
    overflowing_logistic,
    tanh_slope,
    with_cell,
)
from reference.misconceptions.recurrent import (
    exchanged_entry,
    forgotten_gate_entries,
    not_transposed_entry,
    other_gate_entry,
    other_state_entry,
    overflow_entry,
    step_entries,
    way_back_entry,
    with_options,
    wrong_nonlinearity_entry,
)
from reference.operations.base import Array, Arrays, Operation

RIGHT = MemoryStep()
GATES = "ifo"


def _linear(value: Array) -> Array:
    return value


def _with(**mistake: Any) -> Wrong:
    return with_cell(replace(RIGHT, **mistake))


def _other_order(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = "ifgo" if order_of(operation) == "ifog" else "ifog"
    asked = with_options(operation, gate_order=other)
    return changed(operation, arrays, asked.answer(arrays))


def _tanh_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    return entries_of(name)(
        "M33",
        "derivative of tanh with a wrong term",
        "In terms of which number is your derivative of tanh written, and is it that "
        "number that you put in? Check it at 1 by hand.",
        formula,
        wrong,
    )


def _slopes(name: str) -> tuple[Misconception, ...]:
    entry = entries_of(name)
    other = partial(
        entry,
        "M25",
        "derivative of another activation",
        "Which of the four blocks go through the logistic function and which one "
        "through tanh? Compare with the derivatives that you multiply by.",
    )
    tanh = partial(_tanh_entry, name)
    forgotten = partial(
        entry,
        "M27",
        "derivative of the activation forgotten",
        "List every function that a sum or a cell state goes through before the loss. "
        "Does each of them appear in your gradient?",
    )
    return (
        other(
            "1 - i**2 for i, f and o", _with(slopes=dict.fromkeys(GATES, tanh_slope))
        ),
        other("g * (1 - g) for the candidate", _with(slopes={"g": logistic_slope})),
        forgotten(
            "no derivative of any of the four blocks",
            _with(slopes=dict.fromkeys("ifog", no_slope)),
        ),
        forgotten(
            "total_c = grad_next_c + grad_next_h * o",
            _with(squash_slope=lambda squashed, c: np.ones_like(c)),
        ),
        tanh(
            "total_c with 1 - tanh(next_c)",
            _with(squash_slope=lambda squashed, c: 1.0 - squashed),
        ),
        tanh("1 - g for the candidate", _with(slopes={"g": no_square})),
        *forgotten_gate_entries(
            name, {letter: _with(slopes={letter: no_slope}) for letter in "ifog"}
        ),
    )


def _ways(name: str) -> tuple[Misconception, ...]:
    factor = partial(
        missing_factor_entry,
        name,
        "Write down how the cell state was computed and how it is used. Does "
        "everything that it is multiplied by there appear on the way back?",
    )
    way = partial(
        way_back_entry,
        name,
        "On which two ways does the new cell state reach the loss? Does your "
        "gradient for it have a term for each?",
    )
    return (
        factor("grad_c = total_c without f", _with(forget_gate=False)),
        factor(
            "total_c = grad_next_c + grad_next_h * (1 - s**2) without o",
            _with(output_gate=False),
        ),
        way(
            "total_c = grad_next_h * o * (1 - s**2) without grad_next_c",
            _with(through_c=0.0),
        ),
        way(
            "total_c = grad_next_c without the way through next_h",
            _with(through_h=0.0),
        ),
    )


def _forwards(name: str) -> tuple[Misconception, ...]:
    nonlinearity = partial(wrong_nonlinearity_entry, name)
    exchanged = partial(exchanged_entry, name)
    gate = partial(
        other_gate_entry,
        name,
        "Set the sums of one gate to -1000 and then to 1000. What should that do to "
        "the next states, and what does it do in your code?",
    )
    return (
        nonlinearity(
            "g = logistic(its block)",
            _with(candidate=logistic, slopes={"g": logistic_slope}),
        ),
        nonlinearity(
            "i, f and o = tanh(their blocks)",
            _with(gate=np.tanh, slopes=dict.fromkeys(GATES, tanh_slope)),
        ),
        nonlinearity(
            "next_h = o * next_c",
            _with(squash=_linear, squash_slope=lambda squashed, c: np.ones_like(c)),
        ),
        exchanged("ifgo in place of ifog, or the reverse", _other_order),
        exchanged("i and f exchanged", _with(exchanged="if")),
        exchanged("f and o exchanged", _with(exchanged="fo")),
        gate("next_c = c + i * g", _with(opened="f")),
        gate("next_c = f * c + g", _with(opened="i")),
        gate("next_h = tanh(next_c)", _with(opened="o")),
    )


def state_slope_entry(name: str) -> Misconception:
    """Return a form of M33 that takes a cell state that is not small to be seen."""
    return _tanh_entry(
        name,
        "total_c with 1 - next_c**2 in place of 1 - tanh(next_c)**2",
        _with(squash_slope=lambda squashed, c: tanh_slope(c)),
    )


def memory_entries(name: str) -> tuple[Misconception, ...]:
    """Return what can go wrong in a step of long short-term memory."""
    return (
        *step_entries(name, replace(RIGHT, bias_rows=True)),
        not_transposed_entry(name, replace(RIGHT, turn=as_it_is)),
        other_state_entry(name, replace(RIGHT, own_state=True)),
        *_slopes(name),
        *_ways(name),
        *_forwards(name),
        overflow_entry(
            name,
            "i, f, o = exp(s) / (1 + exp(s))",
            replace(RIGHT, gate=overflowing_logistic),
        ),
    )
