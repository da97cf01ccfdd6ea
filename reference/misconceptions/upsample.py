"""What goes wrong in upsampling."""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    negated_entry,
)
from reference.misconceptions.base import Misconception
from reference.operations.base import Array, Arrays, Operation


def _factor(operation: Operation) -> int:
    factor: int = operation.sizes({})["factor"]
    return factor


def _fills_zeros(operation: Operation) -> bool:
    return getattr(operation, "fill", "zeros") == "zeros"


def _along_sides(array: Array, change: Callable[[Array], Array]) -> Array:
    """Apply a change of the last axis to each spatial axis in turn."""
    for axis in range(2, array.ndim):
        array = np.moveaxis(change(np.moveaxis(array, axis, -1)), -1, axis)
    return array


def _spread(row: Array, step: int, length: int) -> Array:
    out = np.zeros((*row.shape[:-1], length))
    out[..., ::step] = row
    return out


def _behind_the_last(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if not _fills_zeros(operation):
        return {}
    k = _factor(operation)
    return {"out": _along_sides(arrays["x"], lambda row: _padded(row, k))}


def _padded(row: Array, k: int) -> Array:
    return _spread(row, k, k * row.shape[-1])


def _block_sums(row: Array, k: int) -> Array:
    return np.add.reduceat(row, np.arange(0, row.shape[-1], k), axis=-1)


def _wrong_places(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    zeros, k = _fills_zeros(operation), _factor(operation)

    def forward(row: Array) -> Array:
        if zeros:
            return _spread(row, k + 1, (k + 1) * (row.shape[-1] - 1) + 1)
        return np.tile(row, k)

    def backward(row: Array) -> Array:
        if zeros:
            return row[..., :: k + 1]
        return row.reshape(*row.shape[:-1], k, -1).sum(axis=-2)

    return _resampled(arrays, forward, backward)


def _other_fill(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    k = _factor(operation)
    if _fills_zeros(operation):
        return _resampled(
            arrays,
            lambda row: np.repeat(row, k, axis=-1),
            lambda row: _block_sums(row, k),
        )
    return _resampled(
        arrays,
        lambda row: _spread(row, k, k * (row.shape[-1] - 1) + 1),
        lambda row: row[..., ::k],
    )


def _resampled(
    arrays: Arrays,
    forward: Callable[[Array], Array],
    backward: Callable[[Array], Array],
) -> dict[str, Array]:
    answer = {"out": _along_sides(arrays["x"], forward)}
    if "grad_out" in arrays:
        answer["grad_x"] = _along_sides(arrays["grad_out"], backward).copy()
    return answer


MISCONCEPTIONS = (
    averaged_entry("upsample"),
    negated_entry("upsample"),
    ignored_upstream_entry("upsample", "grad_x = 1, or k for each axis with repeats"),
    Misconception(
        id="M99",
        operation="upsample",
        title="sides of the wrong length",
        hint=(
            "How many zeros lie between two neighbours, and how many gaps are there "
            "between the entries of a row? Are there zeros anywhere else?"
        ),
        formula="zeros behind the last entry too: W becomes k*W",
        wrong=_behind_the_last,
    ),
    Misconception(
        id="M212",
        operation="upsample",
        title="entries in the wrong places",
        hint=(
            "Take a row of three different numbers and a factor of 2. At which "
            "position of the longer row should the second number appear first?"
        ),
        formula="zeros: k zeros between neighbours; repeat: the whole row k times",
        wrong=_wrong_places,
    ),
    Misconception(
        id="M218",
        operation="upsample",
        title="another kind of resampling",
        hint=(
            "What does the handout put into the new places of a row: zeros, or the "
            "entry before them? What does that mean for the way back?"
        ),
        formula="repeated entries in place of zeros, or the reverse",
        wrong=_other_fill,
    ),
)
