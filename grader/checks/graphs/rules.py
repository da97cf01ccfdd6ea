"""Plain NumPy rules of every operation: what it computes and what it hands back.

Written without the reference, as a student's engine would have them. A rule for the way
back takes the gradient of the result, the result and the operands and returns one piece
for each operand, before the sum over axes along which an operand was copied.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.graphs.answers import axis_of, key_of, swapped
from grader.contract.messages import Array

Params = Mapping[str, Any]
Forward = Callable[[Sequence[Any], Params], Array]
Pull = Callable[[Array, Array, Sequence[Any], Params], list[Array]]


def logistic(x: Array) -> Array:
    """Return the logistic function of each entry."""
    return 1.0 / (1.0 + np.exp(-x))


def spread(g: Array, x: Array, p: Params) -> Array:
    """Copy what belongs to a reduction of ``x`` to each entry of ``x``."""
    kept = np.sum(x, axis=axis_of(p), keepdims=True)
    return np.broadcast_to(np.reshape(g, kept.shape), x.shape)


def count(x: Array, p: Params) -> float:
    """Return how many entries one entry of a reduction stands for."""
    return x.size / np.sum(x, axis=axis_of(p)).size


def flipped(x: Array) -> Array:
    """Transpose each matrix of a stack."""
    return np.swapaxes(x, -1, -2)


def added_at(g: Array, x: Array, key: Any) -> Array:
    """Add ``g`` at the places of zeros that ``key`` names."""
    whole = np.zeros_like(x)
    np.add.at(whole, key, g)
    return whole


def places(x: Array, p: Params) -> Any:
    """Return the index behind ``gather``."""
    indices = np.array(p["indices"])
    key: list[Any] = list(np.ogrid[tuple(map(slice, indices.shape))])
    key[p["axis"]] = indices
    return tuple(key)


def _logsumexp(x: Array, p: Params) -> Array:
    return np.log(np.sum(np.exp(x), axis=axis_of(p), keepdims=p["keepdims"]))


def _reduced(reduce: Callable[..., Array]) -> Forward:
    return lambda xs, p: reduce(xs[0], axis=axis_of(p), keepdims=p["keepdims"])


def _permuted(x: Array, axes: Sequence[int] | None) -> Array:
    return np.transpose(x, axes)


def permutation(x: Array, p: Params) -> tuple[int, ...]:
    """Return the order of axes that ``transpose`` was asked for, counted from 0."""
    axes = range(x.ndim)[::-1] if p["axes"] is None else p["axes"]
    return tuple(axis % x.ndim for axis in axes)


FORWARDS: Mapping[str, Forward] = {
    "add": lambda xs, p: xs[0] + xs[1],
    "subtract": lambda xs, p: xs[0] - xs[1],
    "multiply": lambda xs, p: xs[0] * xs[1],
    "divide": lambda xs, p: xs[0] / xs[1],
    "power": lambda xs, p: xs[0] ** xs[1],
    "negate": lambda xs, p: -xs[0],
    "relu": lambda xs, p: np.maximum(xs[0], 0.0),
    "tanh": lambda xs, p: np.tanh(xs[0]),
    "sigmoid": lambda xs, p: logistic(xs[0]),
    "exp": lambda xs, p: np.exp(xs[0]),
    "log": lambda xs, p: np.log(xs[0]),
    "sqrt": lambda xs, p: np.sqrt(xs[0]),
    "sin": lambda xs, p: np.sin(xs[0]),
    "cos": lambda xs, p: np.cos(xs[0]),
    "matmul": lambda xs, p: xs[0] @ xs[1],
    "sum": _reduced(np.sum),
    "mean": _reduced(np.mean),
    "max": _reduced(np.max),
    "logsumexp": lambda xs, p: _logsumexp(xs[0], p),
    "reshape": lambda xs, p: np.reshape(xs[0], tuple(p["shape"])),
    "broadcast_to": lambda xs, p: np.broadcast_to(xs[0], tuple(p["shape"])),
    "transpose": lambda xs, p: _permuted(xs[0], permutation(xs[0], p)),
    "swap_axes": lambda xs, p: _permuted(xs[0], swapped(p["axes"], xs[0].ndim)),
    "slice": lambda xs, p: xs[0][key_of("slice", p)],
    "rows": lambda xs, p: xs[0][key_of("rows", p)],
    "gather": lambda xs, p: xs[0][places(xs[0], p)],
    "detach": lambda xs, p: xs[0],
}

PULLS: Mapping[str, Pull] = {
    "add": lambda g, out, xs, p: [g, g],
    "subtract": lambda g, out, xs, p: [g, -g],
    "multiply": lambda g, out, xs, p: [g * xs[1], g * xs[0]],
    "divide": lambda g, out, xs, p: [g / xs[1], -g * xs[0] / xs[1] ** 2],
    "power": lambda g, out, xs, p: [g * xs[1] * xs[0] ** (xs[1] - 1), g * 0.0],
    "negate": lambda g, out, xs, p: [-g],
    "relu": lambda g, out, xs, p: [g * (xs[0] > 0)],
    "tanh": lambda g, out, xs, p: [g * (1 - out**2)],
    "sigmoid": lambda g, out, xs, p: [g * out * (1 - out)],
    "exp": lambda g, out, xs, p: [g * out],
    "log": lambda g, out, xs, p: [g / xs[0]],
    "sqrt": lambda g, out, xs, p: [g / (2 * out)],
    "sin": lambda g, out, xs, p: [g * np.cos(xs[0])],
    "cos": lambda g, out, xs, p: [-g * np.sin(xs[0])],
    "matmul": lambda g, out, xs, p: [g @ flipped(xs[1]), flipped(xs[0]) @ g],
    "sum": lambda g, out, xs, p: [spread(g, xs[0], p)],
    "mean": lambda g, out, xs, p: [spread(g, xs[0], p) / count(xs[0], p)],
    "max": lambda g, out, xs, p: [
        spread(g, xs[0], p) * (xs[0] == spread(out, xs[0], p))
    ],
    "logsumexp": lambda g, out, xs, p: [
        spread(g, xs[0], p) * np.exp(xs[0] - spread(out, xs[0], p))
    ],
    "reshape": lambda g, out, xs, p: [np.reshape(g, xs[0].shape)],
    "broadcast_to": lambda g, out, xs, p: [g],
    "transpose": lambda g, out, xs, p: [
        np.transpose(g, np.argsort(permutation(xs[0], p)))
    ],
    "swap_axes": lambda g, out, xs, p: [np.swapaxes(g, *p["axes"])],
    "slice": lambda g, out, xs, p: [added_at(g, xs[0], key_of("slice", p))],
    "rows": lambda g, out, xs, p: [added_at(g, xs[0], key_of("rows", p))],
    "gather": lambda g, out, xs, p: [added_at(g, xs[0], places(xs[0], p))],
    "detach": lambda g, out, xs, p: [],
}

STRETCHING = frozenset(
    {"add", "subtract", "multiply", "divide", "matmul", "broadcast_to"}
)
"""Operations that copy an operand along new axes and along axes of length 1."""


def summed_to(piece: Array, shape: tuple[int, ...], operation: str) -> Array:
    """Sum a piece over the axes along which an operand of ``shape`` was copied."""
    new = piece.ndim - len(shape)
    piece = piece.sum(axis=tuple(range(new)))
    kept = tuple(
        axis for axis, length in enumerate(shape) if length != piece.shape[axis]
    )
    return piece.sum(axis=kept, keepdims=True)
