"""Vectors of whole numbers with a given Euclidean norm, and no rounding in it."""

import itertools
import math

import numpy as np

from reference.operations.base import Array

FOUR = 4
"""Every whole number is a sum of so many squares (Lagrange)."""


def of_norm(rng: np.random.Generator, count: int, norm: int) -> Array:
    """Draw so many whole numbers of both signs whose squares sum to ``norm**2``."""
    rest = norm * norm
    magnitudes: list[int] = []
    for left in range(count, FOUR, -1):
        largest = math.isqrt(rest // left)
        magnitudes.append(int(rng.integers(min(1, largest), largest + 1)))
        rest -= magnitudes[-1] ** 2
    choices = _sums_of_squares(min(count, FOUR), rest)
    magnitudes += choices[rng.integers(len(choices))]
    # Adding zero makes a negative zero an ordinary one.
    return rng.permutation(magnitudes) * rng.choice([-1.0, 1.0], count) + 0.0


def _sums_of_squares(count: int, total: int) -> list[tuple[int, ...]]:
    """Return all ways to write a number as a sum of squares, the last one largest."""
    found = []
    for smaller in itertools.combinations_with_replacement(
        range(math.isqrt(total) + 1), count - 1
    ):
        rest = total - sum(number * number for number in smaller)
        if rest >= 0 and math.isqrt(rest) ** 2 == rest:
            found.append((*smaller, math.isqrt(rest)))
    return found
