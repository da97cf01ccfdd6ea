"""The windows of images written side by side as the columns of matrices.

Images are (G, H, C, W, N) here, for G groups of C channels each and with H = 1 where
they have one axis. The batch is innermost, so that what is copied and added up lies in
long runs, however small the images are. Where rows are long themselves, the batch comes
before W in memory: whole rows are faster to copy from and to (N, C, H, W).
"""

from math import prod
from typing import Any

import numpy as np

from reference.protocols import Array
from reference.windows import Layout, Sizes

LONG = 24
"""Number of windows from which on a row is long."""


def innermost(x: Array, groups: int = 1) -> Array:
    """Return a view (G, H, C, W, N) of images (N, G * C, *sides)."""
    count, channels, *sides = x.shape
    height, width = prod(sides[:-1]), sides[-1]
    by_group = x.reshape(count, groups, channels // groups, height, width)
    return by_group.transpose(1, 3, 2, 4, 0)


def outermost(images: Array, sides: Sizes) -> Array:
    """Undo ``innermost``, in a new array."""
    groups, _, channels, _, count = images.shape
    x = np.empty((count, groups * channels, *sides), images.dtype)
    innermost(x, groups)[...] = images
    return x


def filter_rows(weight: Array, groups: int = 1) -> Array:
    """Return filters (G * F, C, *kernel) as (G, 1, F, height * C * width)."""
    filters, channels, *kernel = weight.shape
    height, width = prod(kernel[:-1]), kernel[-1]
    shape = groups, 1, filters // groups
    entries = weight.reshape(*shape, channels, height, width).swapaxes(3, 4)
    return entries.reshape(*shape, height * channels * width)


def filters(rows: Array, shape: Sizes) -> Array:
    """Undo ``filter_rows`` for filters of the given shape; ``rows`` are (G, F, ...)."""
    _, channels, *kernel = shape
    height, width = prod(kernel[:-1]), kernel[-1]
    entries = rows.reshape(*rows.shape[:2], height, channels, width)
    return entries.swapaxes(2, 3).reshape(shape)


def columns(layout: Layout, images: Array) -> Array:
    """Return one matrix of windows for each group and row of windows.

    They are (G, H', kernel height * C * kernel width, W' * N) for images (G, H, C, W,
    N) and H' rows of W' windows. Only across are windows copied: what lies below each
    other in a window does so in the copy, so that the matrices of rows can overlap in
    memory, and are not to be written to.
    """
    layout = layout.plane
    groups, _, channels, _, count = images.shape
    height, width = layout.lengths
    padded = _empty(layout, (groups, height, channels, width, count), images.dtype)
    padded.fill(0.0)
    padded[:, layout.inside[0], :, layout.inside[1]] = images
    kernel = layout.windows.kernel[1]
    shape = groups, height, channels, kernel, layout.counts[1], count
    across = _empty(layout, shape, images.dtype)
    for position, place in enumerate(layout.steps[1]):
        across[:, :, :, position] = padded[:, :, :, place]
    return _down(layout, merged(layout, across))


def _down(layout: Layout, across: Array) -> Array:
    """Return windows (G, H', entries, W' * N) of (G, H, C, kernel width, W' * N)."""
    (kernel, _), (count, _) = layout.windows.kernel, layout.counts
    (stride, _), (dilation, _) = layout.windows.stride, layout.windows.dilation
    groups, _, channels, width, places = across.shape
    of_group, of_row, *others = across.strides
    windows = np.ndarray(
        (groups, count, kernel, channels, width, places),
        across.dtype,
        across,
        strides=(of_group, stride * of_row, dilation * of_row, *others),
    )
    return windows.reshape(groups, count, kernel * channels * width, places)


def added_up(layout: Layout, matrices: Array) -> Array:
    """Add windows up where they lie: the transpose of ``columns``.

    Entries that no window reaches are zero.
    """
    layout = layout.plane
    kernel, lengths = layout.windows.kernel, layout.lengths
    groups, rows, entries, places = matrices.shape
    channels = entries // prod(kernel)
    windows = matrices.reshape(groups, rows, kernel[0], channels, kernel[1], places)
    across = np.zeros((groups, lengths[0], *windows.shape[3:]), matrices.dtype)
    for position, place in enumerate(layout.steps[0]):
        across[:, place] += windows[:, :, position]
    pieces = split(layout, across[:, layout.inside[0]])
    shape = *pieces.shape[:3], lengths[1], pieces.shape[-1]
    total = _empty(layout, shape, matrices.dtype)
    total.fill(0.0)
    for position, place in enumerate(layout.steps[1]):
        total[:, :, :, place] += pieces[:, :, :, position]
    return total[:, :, :, layout.inside[1]]


def merged(layout: Layout, images: Array) -> Array:
    """Return (..., W' * N) for (..., W', N)."""
    ordered = images.swapaxes(-1, -2) if _is_long(layout) else images
    return ordered.reshape(*images.shape[:-2], images.shape[-2] * images.shape[-1])


def split(layout: Layout, matrices: Array) -> Array:
    """Undo ``merged``."""
    before, width = matrices.shape[:-1], layout.counts[-1]
    count = matrices.shape[-1] // width
    if _is_long(layout):
        return matrices.reshape(*before, count, width).swapaxes(-1, -2)
    return matrices.reshape(*before, width, count)


def _empty(layout: Layout, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Return a new array (..., W, N) with memory in the order that ``merged`` keeps."""
    if _is_long(layout):
        return np.empty((*shape[:-2], shape[-1], shape[-2]), dtype).swapaxes(-1, -2)
    return np.empty(shape, dtype)


def _is_long(layout: Layout) -> bool:
    return layout.counts[-1] >= LONG
