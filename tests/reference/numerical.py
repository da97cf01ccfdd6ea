"""Central differences that know their own error."""

from collections.abc import Callable

import numpy as np

from reference.protocols import Array

UNIT = 2.0**-53
"""Largest relative error of one float64 operation."""

STEP = 2.0**-12
"""A power of two, so that adding it to a number on a coarse grid is exact."""

Function = Callable[[Array], Array]


def on_grid(values: Array) -> Array:
    """Round to multiples of ``2**-16``."""
    return np.round(values * 2.0**16) / 2.0**16


def moved(x: Array, index: tuple[int, ...], step: float) -> Array:
    copy = x.copy()
    copy[index] += step
    return copy


def noise(function: Function, x: Array, upstream: Array) -> float:
    """Return how much the last digit of ``x`` moves ``sum(upstream * function(x))``.

    The changes of the entries are added up without regard to sign: evaluation errors
    of a right function are of this size or smaller.
    """
    value = function(x)
    nearby = (function(np.nextafter(x, towards)) for towards in (-np.inf, np.inf))
    return max(float(np.sum(np.abs(upstream * (other - value)))) for other in nearby)


def check_gradient(
    function: Function, x: Array, upstream: Array, gradient: Array
) -> None:
    """Assert that ``gradient`` is that of ``sum(upstream * function(x))`` at ``x``.

    Differences with steps h and 2h are extrapolated to ``(4 D_h - D_2h) / 3``. The
    tolerance is the truncation error ``|D_h - D_2h|``, which is larger than what is
    left of it after extrapolation, plus the rounding error of the two function values,
    16 operations deep, over h.
    """
    assert gradient.shape == x.shape
    size = float(np.sum(np.abs(upstream * function(x))))
    rounding = 16.0 * max(UNIT * size, noise(function, x, upstream)) / STEP
    scale = float(np.max(np.abs(gradient)))
    for index in np.ndindex(x.shape):
        near, far = (
            float(
                np.sum(
                    upstream
                    * (function(moved(x, index, h)) - function(moved(x, index, -h)))
                )
            )
            / (2.0 * h)
            for h in (STEP, 2.0 * STEP)
        )
        tolerance = abs(near - far) + rounding
        assert tolerance < 1e-5 * max(scale, 1.0), "the difference says too little"
        error = abs((4.0 * near - far) / 3.0 - gradient[index])
        assert error <= tolerance, f"entry {index}: off by {error}, got {tolerance}"
