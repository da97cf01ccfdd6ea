"""Which answers are right exactly where there is no derivative."""

from abc import abstractmethod

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.families import LayerOperation

SHARE = 1 / 3
"""About which part of the entries is put on a kink."""


def chosen_places(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return a mask of about a third of all entries, one at least and never all."""
    size = int(np.prod(shape))
    count = min(max(1, round(SHARE * size)), size - 1)
    return rng.permutation(np.arange(size) < count).reshape(shape)


def between(one: Array, other: Array, got: Array) -> Array:
    """Return what lies between two derivatives and is nearest to ``got``, by entry."""
    return np.clip(got, np.minimum(one, other), np.maximum(one, other))


def onto_shares(values: Array, allowed: Array) -> Array:
    """Return the shares that are nearest to some values.

    Shares are not negative and sum to one over the last axis; only those that are
    allowed, one at least in each row, may differ from zero.

    Notes
    -----
    The Euclidean projection onto the simplex takes the same number off all values and
    cuts at zero. That number follows from the largest values by sorting them.

    References
    ----------
    Duchi, Shalev-Shwartz, Singer, Chandra: "Efficient Projections onto the l1-Ball for
    Learning in High Dimensions" (2008), figure 1.
    """
    descending = -np.sort(-np.where(allowed, values, -np.inf), axis=-1)
    is_value = np.isfinite(descending)
    counts = np.arange(1, values.shape[-1] + 1)
    taken = (np.cumsum(np.where(is_value, descending, 0.0), axis=-1) - 1.0) / counts
    used = (is_value & (descending > taken)).sum(axis=-1, keepdims=True)
    level = np.take_along_axis(taken, used - 1, axis=-1)
    return np.where(allowed, np.maximum(values - level, 0.0), 0.0)


class KinkAtZero(LayerOperation):
    """A layer that multiplies each entry of ``x`` by one of two slopes, by its sign.

    To the right of zero the slope is 1.
    """

    kink = "where x is exactly 0"

    @abstractmethod
    def left_slope(self, arrays: Arrays) -> Array | float:
        """Return the derivative just to the left of zero, to multiply ``x`` with."""

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw ``x`` with about a third of its entries exactly zero."""
        arrays = self.draw(rng, variant=variant)
        at_zero = chosen_places(rng, arrays["x"].shape)
        return {**arrays, "x": np.where(at_zero, 0.0, arrays["x"])}

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return the right answer nearest to ``got``: at zero, between both slopes."""
        right = self.answer(arrays)[quantity]
        if quantity != "grad_x":
            return right
        grad_out = arrays["grad_out"]
        chosen = between(self.left_slope(arrays) * grad_out, grad_out, got)
        return np.where(arrays["x"] == 0, chosen, right)
