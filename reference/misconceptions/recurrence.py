"""Recurrent layers as formulas that can be made wrong in one place.

A cell is one step with a backward of its own. ``steps`` runs it once or through time,
as the operation asks; a mistake in the step is then the same one in both operations.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from reference.misconceptions.base import Wrong
from reference.misconceptions.changes import changed, quiet
from reference.operations.base import Array, Arrays, Operation

States = dict[str, Array]
"""Hidden state ``h`` and perhaps cell state ``c``, or gradients for them."""

Terms = dict[str, Array]
"""What one step hands back: gradients for ``x``, the states and the parameters."""


class Cell(Protocol):
    """One step of a recurrent layer."""

    def forward(
        self, operation: Operation, arrays: Arrays, x: Array, states: States
    ) -> tuple[States, Any]:
        """Return the next states and what backward needs."""

    def backward(
        self, operation: Operation, arrays: Arrays, saved: Any, grads: States
    ) -> Terms:
        """Return the gradients of one step."""


def summed(terms: Sequence[Array]) -> Array:
    """Return the sum over the steps."""
    total: Array = np.sum(np.stack(list(terms)), axis=0)
    return total


@dataclass(frozen=True)
class Time:
    """How steps are joined, with a choice of mistakes.

    Parameters
    ----------
    handed_on
        The states whose gradient goes from a step to the one before.
    collect
        From the terms of all steps, the first step first, to a gradient.
    only_last
        Whether only the last output has an upstream gradient.
    from_zero
        Whether the states start at zero whatever is given.
    """

    handed_on: str = "hc"
    collect: Callable[[Sequence[Array]], Array] = summed
    only_last: bool = False
    from_zero: bool = False


RIGHT_TIME = Time()


def is_sequence(operation: Operation) -> bool:
    """Tell whether the operation has all steps and not one."""
    return operation.outputs == ("out",)


def steps(
    operation: Operation, arrays: Arrays, cell: Cell, time: Time = RIGHT_TIME
) -> dict[str, Array]:
    """Return all quantities, for one step or for a sequence."""
    if is_sequence(operation):
        return _all_steps(operation, arrays, cell, time)
    states = {letter: arrays[letter] for letter in "hc" if letter in arrays}
    after, saved = cell.forward(operation, arrays, arrays["x"], states)
    answer = {f"next_{letter}": value for letter, value in after.items()}
    if not operation.upstreams(arrays):
        return answer
    grads = {letter: arrays[f"grad_next_{letter}"] for letter in states}
    terms = cell.backward(operation, arrays, saved, grads)
    return answer | {f"grad_{name}": value for name, value in terms.items()}


def _all_steps(
    operation: Operation, arrays: Arrays, cell: Cell, time: Time
) -> dict[str, Array]:
    x = arrays["x"]
    states = _first(operation, arrays, time)
    kept, outputs = [], []
    for step in range(x.shape[1]):
        states, saved = cell.forward(operation, arrays, x[:, step], states)
        kept.append(saved)
        outputs.append(states["h"])
    answer = {"out": np.stack(outputs, axis=1)}
    if "grad_out" not in arrays:
        return answer
    upstream = arrays["grad_out"]
    if time.only_last:
        upstream = np.zeros_like(upstream)
        upstream[:, -1] = arrays["grad_out"][:, -1]
    carried = {letter: np.zeros_like(value) for letter, value in states.items()}
    terms: list[Terms] = []
    for step in reversed(range(x.shape[1])):
        grads = {
            letter: value if letter in time.handed_on else np.zeros_like(value)
            for letter, value in carried.items()
        }
        grads["h"] = grads["h"] + upstream[:, step]
        terms.insert(0, cell.backward(operation, arrays, kept[step], grads))
        carried = {letter: terms[0][letter] for letter in carried}
    answer["grad_x"] = np.stack([term["x"] for term in terms], axis=1)
    for name in operation.parameters:
        answer[f"grad_{name}"] = time.collect([term[name] for term in terms])
    return answer | {f"grad_{letter}0": value for letter, value in carried.items()}


def _first(operation: Operation, arrays: Arrays, time: Time) -> States:
    """Return the states before the first step; a cell state may start at zero."""
    zero = np.zeros_like(arrays["h0"])
    letters = "hc" if operation.name == "lstm" else "h"
    return {
        letter: zero if time.from_zero else arrays.get(f"{letter}0", zero)
        for letter in letters
    }


def with_cell(cell: Cell, time: Time = RIGHT_TIME) -> Wrong:
    """Return a mistake as the cell or the way through time that has it."""

    @quiet
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return changed(operation, arrays, steps(operation, arrays, cell, time))

    return wrong


def logistic(sums: Array) -> Array:
    """Return the logistic function."""
    return 0.5 * (1.0 + np.tanh(0.5 * sums))


def overflowing_logistic(sums: Array) -> Array:
    """Return the logistic function from an exponential that grows."""
    exponential = np.exp(sums)
    return exponential / (1.0 + exponential)


def overflowing_tanh(sums: Array) -> Array:
    """Return tanh from two exponentials."""
    rising, falling = np.exp(sums), np.exp(-sums)
    difference: Array = (rising - falling) / (rising + falling)
    return difference


def logistic_slope(value: Array) -> Array:
    """Return the derivative of the logistic function by its value."""
    return value * (1.0 - value)


def tanh_slope(value: Array) -> Array:
    """Return the derivative of tanh by its value."""
    return 1.0 - value**2


def no_slope(value: Array) -> Array:
    """Return ones, as if there were no nonlinearity."""
    return np.ones_like(value)


def no_square(value: Array) -> Array:
    """Return one minus the value, in place of its square."""
    return 1.0 - value
