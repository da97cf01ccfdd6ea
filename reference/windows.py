"""Windows that slide over the last axes of an array, for convolution and pooling."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import EllipsisType

import numpy as np

from reference.errors import ShapeError
from reference.protocols import Array

Sizes = tuple[int, ...]
PerAxis = int | Sequence[int]
Edges = tuple[tuple[int, int], ...]
Place = tuple[EllipsisType | slice, ...]

AXES = {1: "L", 2: "H, W"}
"""Names of the axes that windows slide over, for messages."""


def along_axes(
    owner: str, name: str, value: PerAxis, dimensions: int, least: int = 1
) -> Sizes:
    """Return one integer for each axis from an integer or from a list of them.

    Raises
    ------
    ValueError
        If it is something else, or an integer is less than ``least``.
    """
    values = tuple(value) if isinstance(value, Sequence) else (value,) * dimensions
    if len(values) != dimensions or not all(_is_size(one, least) for one in values):
        raise ValueError(
            f"{owner}: {name} must be an integer of at least {least} or a list of "
            f"{dimensions}, got {value!r}"
        )
    return tuple(int(one) for one in values)


def _is_size(value: object, least: int) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return False
    return int(value) >= least


def spans_of(kernel: Sizes, dilation: Sizes) -> Sizes:
    """Return how many entries lie from the first of a window to its last."""
    axes = zip(kernel, dilation, strict=True)
    return tuple(step * (entries - 1) + 1 for entries, step in axes)


def symmetric(padding: Sizes) -> Edges:
    """Return the same number of entries before and after each axis."""
    return tuple((one, one) for one in padding)


@dataclass(frozen=True, slots=True)
class Windows:
    """Where windows lie; each attribute has one entry for each axis.

    Parameters
    ----------
    kernel
        Entries in a window.
    stride
        Steps from one window to the next.
    dilation
        Steps from one entry of a window to the next.
    padding
        Entries added before and after.
    ragged
        Whether a last window that is incomplete is kept, provided that it begins
        before the entries added at the end.
    """

    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    padding: Edges
    ragged: bool = False

    @property
    def spans(self) -> Sizes:
        """Return how many entries lie from the first of a window to its last."""
        return spans_of(self.kernel, self.dilation)

    @property
    def overlap(self) -> bool:
        """Return whether an entry can lie in two windows."""
        axes = zip(self.spans, self.stride, strict=True)
        return any(span > step for span, step in axes)

    def in_a_row(self) -> "Windows":
        """Return windows of one axis as windows of two, one entry high."""
        return Windows(
            (1, *self.kernel),
            (1, *self.stride),
            (1, *self.dilation),
            ((0, 0), *self.padding),
            self.ragged,
        )

    def counts(self, sides: Sizes) -> Sizes:
        """Return the number of windows along axes of the given lengths."""
        axes = zip(sides, self.spans, self.stride, self.padding, strict=True)
        return tuple(self._count(*axis) for axis in axes)

    def _count(self, side: int, span: int, stride: int, edges: tuple[int, int]) -> int:
        room = side + sum(edges) - span
        if not self.ragged:
            return room // stride + 1
        count = -(-room // stride) + 1
        first_of_last = (count - 1) * stride - edges[0]
        return count - 1 if first_of_last >= side else count

    def over(self, owner: str, x: Array) -> "Layout":
        """Return where the windows lie on the images of ``x`` (N, C, *sides).

        Raises
        ------
        ShapeError
            If there is no room for a window.
        """
        layout = self.on(x.shape[2:])
        if min(layout.counts) < 1:
            raise ShapeError(
                f"{owner}: x must have room for a window of {self.spans}, got {x.shape}"
            )
        return layout

    def on(self, sides: Sizes) -> "Layout":
        """Return where the windows lie on images of the given sides."""
        return _layout(self, sides)


@dataclass(frozen=True, slots=True)
class Layout:
    """Windows on images of one size; each attribute has one entry for each axis.

    Parameters
    ----------
    windows
        What they are.
    counts
        Number of windows.
    sides
        Lengths of the axes of the images.
    lengths
        The same with the entries added, and with those a ragged window needs.
    inside
        Which part of a padded image is the image.
    steps
        For each position in a window, which entries of a padded image lie there in
        all windows.
    """

    windows: Windows
    counts: Sizes
    sides: Sizes
    lengths: Sizes
    inside: tuple[slice, ...]
    steps: tuple[tuple[slice, ...], ...]

    @property
    def plane(self) -> "Layout":
        """Return the same on images of two axes, of which one axis becomes a row."""
        if len(self.sides) == 2:
            return self
        return self.windows.in_a_row().on((1, *self.sides))

    @property
    def places(self) -> list[Place]:
        """Return an index of padded images for each position in a window.

        It takes the entry at that position of all windows, as a view (..., *counts).
        """
        return [(..., *place) for place in product(*self.steps)]

    def padded(self, x: Array, fill: float = 0.0) -> Array:
        """Return ``x`` with the entries added; ``x`` itself if there are none."""
        if self.lengths == self.sides:
            return x
        padded = np.full((*x.shape[:2], *self.lengths), fill, x.dtype)
        self.cropped(padded)[...] = x
        return padded

    def cropped(self, padded: Array) -> Array:
        """Return a view of that part of padded images that was not added."""
        inside: Place = (..., *self.inside)
        return padded[inside]


@lru_cache(maxsize=256)
def _layout(windows: Windows, sides: Sizes) -> Layout:
    counts = windows.counts(sides)
    reached = (
        (count - 1) * stride + span
        for count, stride, span in zip(
            counts, windows.stride, windows.spans, strict=True
        )
    )
    wanted = (
        side + sum(edges) for side, edges in zip(sides, windows.padding, strict=True)
    )
    starts = (before for before, _ in windows.padding)
    return Layout(
        windows,
        counts,
        sides,
        tuple(map(max, wanted, reached)),
        tuple(slice(at, at + side) for at, side in zip(starts, sides, strict=True)),
        tuple(
            tuple(
                slice(first, first + (count - 1) * stride + 1, stride)
                for first in range(0, entries * dilation, dilation)
            )
            for entries, dilation, stride, count in zip(
                windows.kernel, windows.dilation, windows.stride, counts, strict=True
            )
        ),
    )
