"""The step of a gated recurrent unit as formulas that can be made wrong."""

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
Saved = dict[str, Array]
WAYS = ("direct", "gates", "candidate")


def resets_before(operation: Operation) -> bool:
    """Tell whether r multiplies the state, and not a product with the weight."""
    return bool(vars(operation)["reset"] == "before")


def keeps_old(operation: Operation) -> bool:
    """Tell whether an update gate of one keeps the old state."""
    return bool(vars(operation)["update"] == "keeps_old")


@dataclass(frozen=True)
class GatedStep:
    """One step with a choice of mistakes; by default there are none.

    Parameters
    ----------
    order
        Of the letters of the blocks of columns.
    other_reset
        Whether r acts in the place that the conventions do not ask for.
    opened
        Whether r is one whatever the sums say.
    gate, candidate
        The nonlinearities.
    slopes
        Derivatives by the value, by letter, in place of the right ones.
    ways
        Those on which the gradient for the state before is collected.
    sign_of_z
        Factor on the gradient for z.
    plain_left
        Whether r is forgotten in the gradient for the weight of the candidate.
    turn, own_state, bias_rows
        As in a plain step.
    """

    order: str = "rzn"
    other_reset: bool = False
    opened: bool = False
    gate: Function = logistic
    candidate: Function = np.tanh
    slopes: Mapping[str, Function] = field(default_factory=dict)
    ways: tuple[str, ...] = WAYS
    sign_of_z: float = 1.0
    plain_left: bool = False
    turn: Function = np.transpose
    own_state: bool = False
    bias_rows: bool = False

    def _blocks(self, array: Array) -> dict[str, Array]:
        parts = np.split(array, 3, axis=-1)
        return dict(zip(self.order, parts, strict=True))

    def _row(self, blocks: Mapping[str, Array]) -> Array:
        return np.concatenate([blocks[letter] for letter in self.order], axis=-1)

    def _before(self, operation: Operation) -> bool:
        return resets_before(operation) is not self.other_reset

    def forward(
        self, operation: Operation, arrays: Arrays, x: Array, states: States
    ) -> tuple[States, Saved]:
        """Return the next state."""
        h = states["h"]
        weight = self._blocks(arrays["weight_h"])
        sums = self._blocks(x @ arrays["weight_x"] + arrays["bias"])
        bias = self._blocks(arrays.get("bias_h", np.zeros_like(arrays["bias"])))
        r, z = (self.gate(sums[k] + h @ weight[k] + bias[k]) for k in "rz")
        if self.opened:
            r = np.ones_like(r)
        product = h @ weight["n"] + bias["n"]
        if self._before(operation):
            inner = (r * h) @ weight["n"] + bias["n"]
        else:
            inner = r * product
        n = self.candidate(sums["n"] + inner)
        old, new = (z, 1.0 - z) if keeps_old(operation) else (1.0 - z, z)
        after = old * h + new * n
        saved = {"x": x, "h": h, "r": r, "z": z, "n": n, "product": product}
        return {"h": after}, {**saved, "old": old, "new": new, "after": after}

    def backward(
        self, operation: Operation, arrays: Arrays, saved: Saved, grads: States
    ) -> Terms:
        """Return the gradients of one step."""
        h, r = saved["h"], saved["r"]
        weight = self._blocks(arrays["weight_h"])
        sums, way = self._inner(operation, weight["n"], saved, grads["h"])
        products = dict(sums)
        if not self._before(operation):
            products["n"] = sums["n"] * r
        ways = {
            "direct": grads["h"] * saved["old"],
            "gates": np.sum([sums[k] @ self.turn(weight[k]) for k in "rz"], axis=0),
            "candidate": way,
        }
        left = dict.fromkeys("rzn", saved["after"] if self.own_state else h)
        if self._before(operation) and not self.plain_left:
            left["n"] = r * left["n"]
        multiplied = sums if self.plain_left else products
        row, product_row = self._row(sums), self._row(products)
        of_weight = {k: left[k].T @ multiplied[k] for k in self.order}
        return {
            "x": row @ arrays["weight_x"].T,
            "h": np.sum([ways[name] for name in self.ways], axis=0),
            "weight_x": saved["x"].T @ row,
            "weight_h": self._row(of_weight),
            "bias": row if self.bias_rows else row.sum(axis=0),
            "bias_h": product_row if self.bias_rows else product_row.sum(axis=0),
        }

    def _inner(
        self, operation: Operation, weight: Array, saved: Saved, grad: Array
    ) -> tuple[dict[str, Array], Array]:
        """Return the gradients for the sums, and what the candidate gives the state."""
        h, r = saved["h"], saved["r"]
        sums = {"n": grad * saved["new"] * self._slope("n", saved)}
        sign = self.sign_of_z if keeps_old(operation) else -self.sign_of_z
        sums["z"] = sign * grad * (h - saved["n"]) * self._slope("z", saved)
        if self._before(operation):
            back = sums["n"] @ self.turn(weight)
            outer, way = back * h, back * r
        else:
            outer = sums["n"] * saved["product"]
            way = (sums["n"] * r) @ self.turn(weight)
        slope = 0.0 if self.opened else self._slope("r", saved)
        sums["r"] = outer * slope
        return sums, way

    def _slope(self, letter: str, saved: Saved) -> Array:
        right = tanh_slope if letter == "n" else logistic_slope
        return self.slopes.get(letter, right)(saved[letter])
