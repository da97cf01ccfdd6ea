"""What goes wrong in downsampling."""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation


def _factor(operation: Operation) -> int:
    factor: int = operation.sizes({})["factor"]
    return factor


def _sides(arrays: Arrays) -> list[tuple[int, int]]:
    """Return the number and the length of each spatial axis of ``x``."""
    return list(enumerate(arrays["x"].shape))[2:]


def _kept(arrays: Arrays, kept: Callable[[int], slice]) -> tuple[slice, ...]:
    """Return an index with a slice for each spatial axis, made from its length."""
    each = (kept(length) for _, length in _sides(arrays))
    return (slice(None), slice(None), *each)


def _cut_short(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    k, right = _factor(operation), operation.answer(arrays)
    if all(length % k == 0 for _, length in _sides(arrays)):
        return {}
    whole = _kept(arrays, lambda length: slice(length // k))
    answer = {"out": right["out"][whole]}
    if "grad_out" in arrays:
        grad_out = np.zeros_like(arrays["grad_out"])
        grad_out[whole] = arrays["grad_out"][whole]
        answer["grad_x"] = operation.answer({**arrays, "grad_out": grad_out})["grad_x"]
    return answer


@needs_upstream
def _multiple_of_factor(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    k, right = _factor(operation), operation.answer(arrays)["grad_x"]
    behind = [(0, -length % k) for _, length in _sides(arrays)]
    if not any(after for _, after in behind):
        return {}
    return {"grad_x": np.pad(right, [(0, 0), (0, 0), *behind])}


def _last_of_each(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    k = _factor(operation)
    last = _kept(arrays, lambda length: slice(k - 1, None, k))
    return {} if k == 1 else {"out": arrays["x"][last].copy()}


def _block_sizes(length: int, k: int) -> Array:
    starts = np.arange(0, length, k)
    return np.minimum(starts + k, length) - starts


def _block_means(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    k, out = _factor(operation), arrays["x"]
    if k == 1:
        return {}
    for axis, length in _sides(arrays):
        sums = np.add.reduceat(out, np.arange(0, length, k), axis=axis)
        out = np.moveaxis(sums, axis, -1) / _block_sizes(length, k)
        out = np.moveaxis(out, -1, axis)
    return {"out": out, **_shared_out(operation, arrays, is_divided=True)}


def _repeated(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if _factor(operation) == 1:
        return {}
    return _shared_out(operation, arrays, is_divided=False)


def _shared_out(
    operation: Operation, arrays: Arrays, *, is_divided: bool
) -> dict[str, Array]:
    """Return the upstream gradient for every entry of a block, or a share of it."""
    if "grad_out" not in arrays:
        return {}
    k, gradient = _factor(operation), arrays["grad_out"]
    for axis, length in _sides(arrays):
        sizes = _block_sizes(length, k)
        rows = np.moveaxis(gradient, axis, -1)
        rows = np.repeat(rows / sizes if is_divided else rows, sizes, axis=-1)
        gradient = np.moveaxis(rows, -1, axis)
    return {"grad_x": gradient}


def _length(formula: str, wrong: Wrong) -> Misconception:
    return Misconception(
        id="M99",
        operation="downsample",
        title="sides of the wrong length",
        hint=(
            "Take a row of 7 numbers and a factor of 3. Which of them are kept, and "
            "can the length of the row be told from the number of those?"
        ),
        formula=formula,
        wrong=wrong,
    )


def _other_kind(formula: str, wrong: Wrong) -> Misconception:
    return Misconception(
        id="M218",
        operation="downsample",
        title="another kind of resampling",
        hint=(
            "Change an entry between two that are kept. Does your output move, and "
            "should that entry get a gradient?"
        ),
        formula=formula,
        wrong=wrong,
    )


MISCONCEPTIONS = (
    averaged_entry("downsample"),
    negated_entry("downsample"),
    ignored_upstream_entry("downsample", "grad_x = 1 for each entry that is kept"),
    _length("W becomes floor(W / k)", _cut_short),
    _length("grad_x has k entries for each one of grad_out", _multiple_of_factor),
    Misconception(
        id="M212",
        operation="downsample",
        title="entries in the wrong places",
        hint=(
            "Take a row of five different numbers and a factor of 2. Which number is "
            "the first one that your code keeps?"
        ),
        formula="out[i] = x[k*i + k - 1]",
        wrong=_last_of_each,
    ),
    _other_kind("out = mean of each block of k entries", _block_means),
    _other_kind("grad_x[j] = grad_out[floor(j / k)]", _repeated),
)
