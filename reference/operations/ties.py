"""Windows that have several largest entries, and how their gradient may be shared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.operations.base import Array
from reference.operations.draws import GRID
from reference.operations.subgradients import onto_shares
from reference.windows import Layout

OUTSIDE = -1
LEAST = 1.75
"""Magnitude above which numbers that differ by ``GRID`` count as close to most code."""


@dataclass(frozen=True, slots=True)
class Ties:
    """The largest entries of all windows of some images.

    Parameters
    ----------
    windows
        (P, K): for each window the numbers of its entries when those of an image are
        counted row by row; ``OUTSIDE`` for what was added around the image.
    winners
        (N * C, P, K): which entries are the largest of their window.
    shape
        That of the images, (N, C, *sides).
    """

    windows: Array
    winners: Array
    shape: tuple[int, ...]

    @classmethod
    def of(cls, layout: Layout, x: Array) -> Ties:
        """Return the largest entries in images (N, C, *sides)."""
        numbers = np.arange(float(np.prod(layout.sides))).reshape(1, 1, *layout.sides)
        padded = layout.padded(numbers, fill=OUTSIDE)
        places = [padded[place].ravel() for place in layout.places]
        windows = np.stack(places, axis=-1).astype(np.int64)
        images = x.reshape(-1, numbers.size)
        return cls(windows, largest(images, windows), x.shape)

    def shared_out(self, grad_out: Array, got: Array) -> Array:
        """Return the valid gradient for the images that is nearest to ``got``."""
        count = len(self.winners)
        given = grad_out.reshape(count, -1, 1)
        alone = self.winners & (self.winners.sum(axis=-1, keepdims=True) == 1)
        certain = self._added(alone * given)
        rest = self._read(got.reshape(count, -1) - certain)
        shares = onto_shares(rest / given, self.winners)
        return self._added(shares * given).reshape(self.shape)

    def _read(self, images: Array) -> Array:
        """Return all windows of flat images; the border is read as zero."""
        around = np.zeros((len(images), 1))
        return np.concatenate([images, around], axis=1)[:, self.windows]

    def _added(self, entries: Array) -> Array:
        """Return flat images in which the entries of all windows are added up."""
        size = int(np.prod(self.shape[2:]))
        total = np.zeros((len(entries), size + 1))
        rows = np.arange(len(entries))[:, np.newaxis, np.newaxis]
        np.add.at(total, (rows, self.windows), entries)
        return total[:, :size]


def largest(images: Array, windows: Array) -> Array:
    """Return for flat images (I, S) which entries are the largest of their window."""
    around = np.full((len(images), 1), -np.inf)
    entries = np.concatenate([images, around], axis=1)[:, windows]
    winners: Array = entries == entries.max(axis=-1, keepdims=True)
    return winners & (windows != OUTSIDE)


def tied(rng: np.random.Generator, image: Array, windows: Array) -> Array:
    """Return a flat image with ties in many of its windows, and one narrow miss.

    The miss is left out where no window has a largest entry of ``LEAST``.
    """
    order = rng.permutation(len(windows))
    # A third of the windows is left alone, as far as their neighbours allow.
    for number in order[: -(-2 * len(order) // 3)]:
        image = _raised(rng, image, windows, windows[number], below=0.0)
    for number in rng.permutation(len(windows)):
        top = image[_inside(windows[number])].max()
        if abs(top) >= LEAST:
            missed = _raised(rng, image, windows, windows[number], below=GRID)
            if missed is not image:
                return missed
    return image


def _inside(window: Array) -> Array:
    return window[window != OUTSIDE]


def _raised(
    rng: np.random.Generator,
    image: Array,
    windows: Array,
    window: Array,
    below: float,
) -> Array:
    """Raise one entry of a window to so much below the largest, if that is allowed."""
    members = _inside(window)
    top = image[members].max()
    lower = members[image[members] < top - below]
    if not lower.size:
        return image
    trial = image.copy()
    trial[rng.choice(lower)] = top - below
    return trial if _are_apart(trial, windows) else image


def _are_apart(image: Array, windows: Array) -> bool:
    """Tell whether no entry is one of several largest entries in two windows."""
    winners = largest(image[np.newaxis], windows)[0]
    tied_ones = winners & (winners.sum(axis=-1, keepdims=True) > 1)
    return bool(np.bincount(windows[tied_ones], minlength=1).max() <= 1)
