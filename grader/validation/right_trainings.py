"""Right trainings written in other ways than the reference's, in two precisions.

They share no code with the reference. Each adds up in an order of its own, so all of
them round differently.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from grader.contract.messages import Array

Product = Callable[[Array, Array], Array]


def _plain(a: Array, b: Array) -> Array:
    return a @ b


def _transposed(a: Array, b: Array) -> Array:
    return np.ascontiguousarray((b.T @ a.T).T)


def _einsum(a: Array, b: Array) -> Array:
    return np.einsum("ij,jk->ik", a, b)


def _halves(a: Array, b: Array) -> Array:
    middle = a.shape[1] // 2
    return a[:, :middle] @ b[:middle] + a[:, middle:] @ b[middle:]


def _backwards(a: Array, b: Array) -> Array:
    return a[:, ::-1] @ b[::-1]


def _one_by_one(a: Array, b: Array) -> Array:
    total = np.zeros((len(a), b.shape[1]), dtype=a.dtype)
    for column, row in zip(a.T, b, strict=True):
        total += column[:, None] * row
    return total


def _entry_by_entry(a: Array, b: Array) -> Array:
    found = np.empty((len(a), b.shape[1]), dtype=a.dtype)
    for i, row in enumerate(a):
        for j, column in enumerate(b.T):
            total = a.dtype.type(0)
            for left, right in zip(row, column, strict=True):
                total += left * right
            found[i, j] = total
    return found


PRODUCTS: dict[str, Product] = {
    "plain": _plain,
    "transposed": _transposed,
    "einsum": _einsum,
    "two halves": _halves,
    "backwards": _backwards,
    "one by one": _one_by_one,
    "entry by entry": _entry_by_entry,
}
DTYPES = ("float64", "float32")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write right code.

    Parameters
    ----------
    mirrored
        Whether the rows of a batch are taken from the last to the first, and updates
        and activations are written in their other form.
    """

    product: str
    mirrored: bool
    dtype: str


def forms() -> Iterator[Form]:
    """Yield every way."""
    for name, mirrored, dtype in product(PRODUCTS, (False, True), DTYPES):
        yield Form(name, mirrored, dtype)


@dataclass(slots=True)
class Rule:
    """An optimizer: what it keeps of each parameter, and how it moves it."""

    name: str
    settings: Mapping[str, float]
    mirrored: bool
    kept: dict[str, Array] = field(default_factory=dict)
    time: int = 0

    def moved(self, key: str, w: Array, g: Array) -> Array:
        """Return a parameter after one step along its gradient."""
        rules = {"sgd": self._sgd, "momentum": self._momentum, "adam": self._adam}
        return rules[self.name](key, w, g).astype(w.dtype)

    def _sgd(self, key: str, w: Array, g: Array) -> Array:
        lr = self.settings["lr"]
        return -(lr * g - w) if self.mirrored else w - lr * g

    def _momentum(self, key: str, w: Array, g: Array) -> Array:
        lr, mu = self.settings["lr"], self.settings["momentum"]
        old = self.kept.get(key, np.zeros_like(w))
        if self.mirrored:
            # The velocity without the rate, which is multiplied last.
            self.kept[key] = mu * old + g
            return w - lr * self.kept[key]
        self.kept[key] = mu * old - lr * g
        return w + self.kept[key]

    def _adam(self, key: str, w: Array, g: Array) -> Array:
        s, zero = self.settings, np.zeros_like(w)
        m = s["beta1"] * self.kept.get(f"m {key}", zero) + (1 - s["beta1"]) * g
        v = s["beta2"] * self.kept.get(f"v {key}", zero) + (1 - s["beta2"]) * g * g
        self.kept[f"m {key}"], self.kept[f"v {key}"] = m, v
        first = 1 - s["beta1"] ** self.time
        root = np.sqrt(1 - s["beta2"] ** self.time)
        if self.mirrored:
            # Both corrections in one rate, as in section 2 of the paper.
            rate = s["lr"] * root / first
            return w - rate * m / (np.sqrt(v) + s["eps"] * root)
        return w - s["lr"] * (m / first) / (np.sqrt(v) / root + s["eps"])


def train(
    form: Form,
    activation: str,
    rule: Rule,
    arrays: Mapping[str, Array],
) -> dict[str, Array]:
    """Train layers of weight and bias with an activation between them.

    Parameters
    ----------
    activation
        ``"relu"`` or ``"tanh"``.
    arrays
        ``X``, ``y``, ``batches`` and start values ``weight_0``, ``bias_0`` and so on.

    Returns
    -------
    dict
        ``losses`` and the parameters at the end.
    """
    names = sorted(n for n in arrays if n.startswith(("weight_", "bias_")))
    held = {name: arrays[name].astype(form.dtype) for name in names}
    losses = []
    for padded in arrays["batches"]:
        rows = padded[padded >= 0]
        rows = rows[::-1] if form.mirrored else rows
        x = arrays["X"][rows].astype(form.dtype)
        loss, gradients = _step(form, activation, held, x, arrays["y"][rows])
        losses.append(loss)
        rule.time += 1
        for name in names:
            held[name] = rule.moved(name, held[name], gradients[name])
    return {"losses": np.array(losses, dtype=form.dtype), **held}


def _step(
    form: Form, activation: str, held: Mapping[str, Array], x: Array, labels: Array
) -> tuple[float, dict[str, Array]]:
    """Return the loss of a batch and the gradient of every parameter."""
    times = PRODUCTS[form.product]
    depth = sum(name.startswith("weight_") for name in held)
    inputs, sums = [x], []
    for k in range(depth):
        sums.append(times(inputs[-1], held[f"weight_{k}"]) + held[f"bias_{k}"])
        if k < depth - 1:
            inputs.append(_activated(activation, sums[-1], mirrored=form.mirrored))
    loss, back = _cross_entropy(sums[-1], labels, mirrored=form.mirrored)
    gradients = {}
    for k in reversed(range(depth)):
        gradients[f"weight_{k}"] = times(inputs[k].T, back)
        gradients[f"bias_{k}"] = times(np.ones((1, len(x)), x.dtype), back)[0]
        if k:
            back = times(back, held[f"weight_{k}"].T)
            back = back * _slope(activation, sums[k - 1], inputs[k])
    return loss, gradients


def _activated(name: str, z: Array, *, mirrored: bool) -> Array:
    if name == "relu":
        return z * (z > 0) if mirrored else np.maximum(z, 0)
    if mirrored:
        small = np.expm1(-2 * np.abs(z))
        return -np.sign(z) * small / (small + 2)
    return np.tanh(z)


def _slope(name: str, z: Array, out: Array) -> Array:
    return (z > 0).astype(z.dtype) if name == "relu" else (1 - out) * (1 + out)


def _cross_entropy(z: Array, labels: Array, *, mirrored: bool) -> tuple[float, Array]:
    """Return the mean loss and its gradient for the scores."""
    count, at = len(z), np.arange(len(z))
    shifted = z - z.max(axis=1, keepdims=True)
    if mirrored:
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        chances = np.exp(logs)
        loss = -sum(logs[at, labels]) / count
    else:
        chances = np.exp(shifted)
        chances /= chances.sum(axis=1, keepdims=True)
        loss = np.mean(-np.log(chances[at, labels]))
    back = chances.copy()
    back[at, labels] -= 1
    return loss, back / count
