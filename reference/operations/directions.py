"""Directions in which every one of several sums grows fast."""

from collections.abc import Callable

import numpy as np

from reference.operations.base import Array

CANDIDATES = 256


def steepest(
    rng: np.random.Generator, width: int, slopes: Callable[[Array], Array]
) -> tuple[Array, float]:
    """Draw a direction in which even the flattest sum is steep.

    Inputs that are moved far in a random direction leave some sum near zero by chance,
    where the digits that the others lost matter.

    Parameters
    ----------
    slopes
        By how much each sum grows along a direction (width,).

    Returns
    -------
    direction
        (width,), on a grid.
    slope
        Magnitude of the smallest of its slopes.
    """
    directions = np.round(rng.normal(size=(CANDIDATES, width)) * 16) / 16
    flattest = [float(np.min(np.abs(slopes(one)))) for one in directions]
    best = int(np.argmax(flattest))
    return directions[best], flattest[best]
