"""The mistakes in a gated recurrent unit, in one step and over a sequence."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import as_it_is, changed, entries_of
from reference.misconceptions.gated_steps import GatedStep
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

RIGHT = GatedStep()
GATES = "rz"


def _with(**mistake: Any) -> Wrong:
    return with_cell(replace(RIGHT, **mistake))


def _other_update(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = "keeps_new" if vars(operation)["update"] == "keeps_old" else "keeps_old"
    asked = with_options(operation, update=other)
    return changed(operation, arrays, asked.answer(arrays))


def _slopes(name: str) -> tuple[Misconception, ...]:
    entry = entries_of(name)
    other = partial(
        entry,
        "M25",
        "derivative of another activation",
        "Which of the three blocks go through the logistic function and which one "
        "through tanh? Compare with the derivatives that you multiply by.",
    )
    return (
        other("1 - r**2 for r and z", _with(slopes=dict.fromkeys(GATES, tanh_slope))),
        other("n * (1 - n) for the candidate", _with(slopes={"n": logistic_slope})),
        entry(
            "M27",
            "derivative of the activation forgotten",
            "List every function that a sum goes through before the loss. Does each of "
            "them appear in your gradient for the sums?",
            "no derivative of any of the three blocks",
            _with(slopes=dict.fromkeys("rzn", no_slope)),
        ),
        entry(
            "M33",
            "derivative of tanh with a wrong term",
            "Work out the derivative of tanh at 1 by hand, from two values close to 1 "
            "if you like. Does your formula for the candidate give that number?",
            "1 - n in place of 1 - n**2",
            _with(slopes={"n": no_square}),
        ),
        *forgotten_gate_entries(
            name, {letter: _with(slopes={letter: no_slope}) for letter in "rzn"}
        ),
    )


def _gates(name: str) -> tuple[Misconception, ...]:
    update = partial(
        entries_of(name),
        "M257",
        "update gate the wrong way round",
        "If the update gate is one everywhere, what should the next state be? Does it "
        "grow or shrink in yours when you raise the gate, and in your gradient?",
    )
    reset = partial(
        other_gate_entry,
        name,
        "Set the reset gate to zero. What is left of the old state in the candidate, "
        "and which products should the gate appear in on the way back?",
    )
    return (
        exchanged_entry(name, "blocks in the order z, r, n", _with(order="zrn")),
        update("z * n + (1 - z) * h, or the reverse", _other_update),
        update(
            "grad_z = grad_next_h * (n - h) * z * (1 - z), or the reverse",
            _with(sign_of_z=-1.0),
        ),
        reset(
            "r after the product with weight_h, or before it", _with(other_reset=True)
        ),
        reset("n = tanh(x @ weight_x + h @ weight_h + bias)", _with(opened=True)),
        reset("grad_weight_h[n] = h.T @ grad_n", _with(plain_left=True)),
    )


def _ways(name: str) -> tuple[Misconception, ...]:
    way = partial(
        way_back_entry,
        name,
        "In how many places of the step does the old state occur? Count the terms of "
        "your gradient for it.",
    )
    return (
        way(
            "grad_h without grad_next_h times the share of the old state",
            _with(ways=("gates", "candidate")),
        ),
        way("grad_h without r and z", _with(ways=("direct", "candidate"))),
        way("grad_h without the candidate", _with(ways=("direct", "gates"))),
    )


def gated_entries(name: str) -> tuple[Misconception, ...]:
    """Return what can go wrong in a step of a gated recurrent unit."""
    nonlinearity = partial(wrong_nonlinearity_entry, name)
    return (
        *step_entries(name, replace(RIGHT, bias_rows=True)),
        not_transposed_entry(name, replace(RIGHT, turn=as_it_is)),
        other_state_entry(name, replace(RIGHT, own_state=True)),
        *_slopes(name),
        *_gates(name),
        *_ways(name),
        nonlinearity(
            "n = logistic(its sums)",
            _with(candidate=logistic, slopes={"n": logistic_slope}),
        ),
        nonlinearity(
            "r and z = tanh(their sums)",
            _with(gate=np.tanh, slopes=dict.fromkeys(GATES, tanh_slope)),
        ),
        overflow_entry(
            name,
            "r, z = exp(s) / (1 + exp(s))",
            replace(RIGHT, gate=overflowing_logistic),
        ),
    )
