"""Numbers in generic position: signed, away from zero, on a grid of ``2**-16``."""

import numpy as np

from reference.operations.base import Array

GRID = 2.0**-16
"""Spacing of all drawn values, so that differences and dyadic steps are exact."""

MARGIN = 2.0**-4
"""Smallest magnitude drawn: no kink at zero and no exact zero is ever near."""


def signed(
    rng: np.random.Generator, shape: tuple[int, ...], *, scale: float = 1.0
) -> Array:
    """Draw entries of both signs whose magnitude is ``MARGIN`` plus a half-normal.

    Parameters
    ----------
    scale
        Standard deviation of the normal distribution behind the magnitudes.
    """
    magnitude = MARGIN + np.abs(rng.normal(0.0, scale, shape))
    return np.round(magnitude / GRID) * GRID * rng.choice([-1.0, 1.0], shape)


def labels(rng: np.random.Generator, count: int, classes: int) -> Array:
    """Draw ``count`` integer labels that spread over as many classes as they can."""
    first = rng.integers(classes)
    return rng.permutation((np.arange(count) + first) % classes).astype(np.int64)
