"""The step of long short-term memory as formulas that can be made wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from reference.misconceptions.recurrence import (
    States,
    Terms,
    logistic,
    logistic_slope,
    tanh_slope,
)
from reference.operations.base import Array, Arrays, Operation

Function = Callable[[Array], Array]
Slope = Callable[[Array, Array], Array]


@dataclass(frozen=True, slots=True)
class Saved:
    """What backward needs: the gates by their letters, and the squashed cell state."""

    x: Array
    h: Array
    c: Array
    value: Mapping[str, Array]
    next_c: Array
    squashed: Array
    next_h: Array


def order_of(operation: Operation) -> str:
    """Return the letters of the gates in the order of the columns."""
    return str(vars(operation)["gate_order"])


def _squash_slope(squashed: Array, c: Array) -> Array:
    return tanh_slope(squashed)


@dataclass(frozen=True)
class MemoryStep:
    """One step with a choice of mistakes; by default there are none.

    Parameters
    ----------
    exchanged
        Two letters whose blocks of columns are exchanged.
    opened
        Letters of gates that are one whatever the sums say.
    gate, candidate, squash
        The nonlinearities.
    slopes
        Derivatives by the value, by letter, in place of the right ones.
    squash_slope
        That of ``squash``, as a function of its value and of the cell state.
    through_h, through_c
        Factors on the two ways on which the cell state acts on the loss.
    output_gate, forget_gate
        Whether these two are multiplied in on the way back to the cell states.
    turn, own_state, bias_rows
        As in a plain step.
    """

    exchanged: str = ""
    opened: str = ""
    gate: Function = logistic
    candidate: Function = np.tanh
    squash: Function = np.tanh
    slopes: Mapping[str, Function] = field(default_factory=dict)
    squash_slope: Slope = _squash_slope
    through_h: float = 1.0
    through_c: float = 1.0
    output_gate: bool = True
    forget_gate: bool = True
    turn: Function = np.transpose
    own_state: bool = False
    bias_rows: bool = False

    def _order(self, operation: Operation) -> str:
        order = order_of(operation)
        # A pair of letters and its reverse: each of them becomes the other one.
        return order.translate(str.maketrans(self.exchanged, self.exchanged[::-1]))

    def forward(
        self, operation: Operation, arrays: Arrays, x: Array, states: States
    ) -> tuple[States, Saved]:
        """Return the next states."""
        h, c = states["h"], states["c"]
        sums = x @ arrays["weight_x"] + h @ arrays["weight_h"] + arrays["bias"]
        value = {}
        blocks = np.split(sums, 4, axis=1)
        for letter, block in zip(self._order(operation), blocks, strict=True):
            value[letter] = (self.candidate if letter == "g" else self.gate)(block)
            if letter in self.opened:
                value[letter] = np.ones_like(block)
        next_c = value["f"] * c + value["i"] * value["g"]
        squashed = self.squash(next_c)
        next_h = value["o"] * squashed
        saved = Saved(x, h, c, value, next_c, squashed, next_h)
        return {"h": next_h, "c": next_c}, saved

    def backward(
        self, operation: Operation, arrays: Arrays, saved: Saved, grads: States
    ) -> Terms:
        """Return the gradients of one step."""
        value = saved.value
        slope = self.squash_slope(saved.squashed, saved.next_c)
        back = grads["h"] * slope * (value["o"] if self.output_gate else 1.0)
        total = self.through_c * grads["c"] + self.through_h * back
        outer = {
            "i": total * value["g"],
            "f": total * saved.c,
            "o": grads["h"] * saved.squashed,
            "g": total * value["i"],
        }
        inner = {letter: outer[letter] * self._slope(letter, value) for letter in outer}
        blocks = [inner[letter] for letter in self._order(operation)]
        sums = np.concatenate(blocks, axis=1)
        left = saved.next_h if self.own_state else saved.h
        weights = np.split(arrays["weight_h"], 4, axis=1)
        ways = [b @ self.turn(w) for b, w in zip(blocks, weights, strict=True)]
        return {
            "x": sums @ arrays["weight_x"].T,
            "h": np.sum(ways, axis=0),
            "c": total * value["f"] if self.forget_gate else total,
            "weight_x": saved.x.T @ sums,
            "weight_h": left.T @ sums,
            "bias": sums if self.bias_rows else sums.sum(axis=0),
        }

    def _slope(self, letter: str, value: Mapping[str, Array]) -> Array:
        if letter in self.opened:
            return np.zeros_like(value[letter])
        right = tanh_slope if letter == "g" else logistic_slope
        return self.slopes.get(letter, right)(value[letter])
