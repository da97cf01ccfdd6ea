"""Windows on images as lists of places, for code that reads or fills them wrongly."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from reference.errors import ConventionError, ShapeError
from reference.misconceptions.base import Wrong
from reference.misconceptions.changes import changed
from reference.operations import create
from reference.operations.base import Array, Arrays, Operation
from reference.windows import Sizes, Windows

OUTSIDE = -1


@dataclass(frozen=True, slots=True)
class Places:
    """Where the entries of windows lie on images.

    Parameters
    ----------
    at
        (P, K): for each window, the numbers of its entries when those of an image are
        counted row by row; ``OUTSIDE`` for what was added around the image.
    sides
        Lengths of the axes of an image.
    """

    at: Array
    sides: Sizes

    @classmethod
    def of(cls, windows: Windows, counts: Sizes, sides: Sizes) -> Places:
        """Return the places of the first windows along each axis."""
        at, inside = np.zeros((1, 1), int), np.ones((1, 1), bool)
        for axis, (count, side) in enumerate(zip(counts, sides, strict=True)):
            steps = windows.dilation[axis] * np.arange(windows.kernel[axis])
            starts = windows.stride[axis] * np.arange(count) - windows.padding[axis][0]
            along = starts[:, np.newaxis] + steps
            at = _combined(np.add, side * at, along)
            inside = _combined(np.logical_and, inside, (along >= 0) & (along < side))
        return cls(np.where(inside, at, OUTSIDE), sides)

    def read(self, images: Array, around: float = 0.0) -> Array:
        """Return all windows of images (N, C, *sides) as (N, C, P, K)."""
        flat = images.reshape(*images.shape[:2], -1)
        end = np.full((*flat.shape[:2], 1), around)
        # OUTSIDE is the last index: that of the entry which stands for all around.
        return np.concatenate([flat, end], axis=2)[:, :, self.at]

    def added(self, windows: Array) -> Array:
        """Return images with (N, C, P, K) added up where the windows lie."""
        return self._filled(windows, is_added=True)

    def overwritten(self, windows: Array) -> Array:
        """Return images in which each window replaces what was there before."""
        return self._filled(windows, is_added=False)

    def _filled(self, windows: Array, *, is_added: bool) -> Array:
        total = np.zeros((*windows.shape[:2], prod(self.sides) + 1))
        for number, place in enumerate(self.at):
            before = total[:, :, place] if is_added else 0.0
            total[:, :, place] = before + windows[:, :, number]
        return total[:, :, :-1].reshape(*windows.shape[:2], *self.sides)


def _combined(together: np.ufunc, outer: Array, inner: Array) -> Array:
    """Return for two (P, K) the array of all pairs of windows and of entries."""
    pairs = together(outer[:, np.newaxis, :, np.newaxis], inner[:, np.newaxis])
    return np.asarray(pairs).reshape(
        len(outer) * len(inner), outer.shape[1] * inner.shape[1]
    )


def spatial(array: Array) -> tuple[int, ...]:
    """Return the axes of an image in (N, C, ...)."""
    return tuple(range(2, array.ndim))


def placed(part: Array, shape: Sequence[int]) -> Array:
    """Return zeros of a larger shape with an array at their beginning."""
    whole = np.zeros(shape)
    whole[tuple(map(slice, part.shape))] = part
    return whole


def only(array: Array, *kept: int | slice) -> Array:
    """Return an array with zeros everywhere but at an index."""
    left = np.zeros_like(array)
    left[kept] = array[kept]
    return left


def windows_of(operation: Operation) -> Windows:
    """Return where the windows of a convolution or a pooling lie."""
    own = vars(operation)
    found: Windows = own["windows"] if "windows" in own else own["example"].windows
    return found


def remade(operation: Operation, **others: Any) -> Operation:
    """Return the operation under other conventions.

    Raises
    ------
    ConventionError
        If they do not go together.
    """
    windows, own = windows_of(operation), vars(operation)
    before = [edges[0] for edges in windows.padding]
    given = {
        **vars(own.get("example", operation)),
        **own,
        "kernel": list(windows.kernel),
        "stride": list(windows.stride),
        "dilation": list(windows.dilation),
        "padding": own.get("padding", before),
    }
    names = inspect.signature(type(operation)).parameters
    kept = {name: given[name] for name in names}
    return create(operation.name, **(kept | others))


def output_with(
    operation: Operation, arrays: Arrays, **others: Any
) -> dict[str, Array]:
    """Return the output under other conventions, where it is wrong.

    There is nothing where those conventions leave no room for a window.
    """
    inputs = {name: arrays[name] for name in operation.inputs}
    try:
        answer = remade(operation, **others).answer(inputs)
    except (ConventionError, ShapeError):
        return {}
    return changed(operation, arrays, answer)


def gradients_for(
    operation: Operation, arrays: Arrays, wanted: Sequence[str], **others: Array
) -> dict[str, Array]:
    """Return some gradients for other arrays, where they are wrong."""
    answer = operation.answer({**arrays, **others})
    return changed(operation, arrays, answer, *wanted)


def part_of(wrong: Wrong, *wanted: str) -> Wrong:
    """Return the mistake of doing wrong only some of what another one does."""

    def partly(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        found = wrong(operation, arrays)
        return {name: found[name] for name in wanted if name in found}

    partly.__name__ = f"{wrong.__name__}_in_{'_and_'.join(wanted)}"
    return partly
