"""The complementary error function, which NumPy does not have."""

import math

import numpy as np

from reference.protocols import Array

_NEAR = 0.5
"""Up to here the power series is used, and the trapezoidal rule beyond."""

_FARTHEST = 32.0
"""From here on the value is less than the smallest float64."""

_SERIES = tuple(
    (-1) ** n / (math.factorial(n) * (2 * n + 1)) for n in reversed(range(13))
)
_STEP = 0.5
# The smallest terms come first, so that they are not lost in the sum.
_TERMS = tuple(
    ((n * _STEP) ** 2, 2.0 * math.exp(-((n * _STEP) ** 2)))
    for n in reversed(range(1, 14))
)


def erfc(x: Array) -> Array:
    """Return ``1 - erf(x)`` of each entry, with all its digits where it is tiny.

    Notes
    -----
    The relative error is below 8 units of ``2**-53``, as long as the value is a normal
    number. For ``|x| < 1/2`` this is one minus the series ``erf(x) = 2/sqrt(pi) *
    sum over n of (-1)**n * x**(2n+1) / (n! * (2n+1))``. Beyond, with h = 1/2, it is
    the trapezoidal rule for ``exp(-x**2) * x/pi`` times the integral of
    ``exp(-t**2) / (t**2 + x**2)``. Its error is about ``exp(-(pi/h)**2)``, below 1e-17,
    once the pole at ``t = i*x`` is accounted for by ``2 / (exp(2*pi*x/h) - 1)``. All
    terms of the rule are positive, so none cancel.

    References
    ----------
    Abramowitz and Stegun: "Handbook of Mathematical Functions" (1964), 7.1.5 (series).
    Chiarella and Reichel: "On the evaluation of integrals related to the error
    function" (1968).

    Examples
    --------
    >>> erfc(np.array([0.0, 1000.0, -1000.0])).tolist()
    [1.0, 0.0, 2.0]
    """
    size = np.abs(x)
    near = _near(np.clip(x, -_NEAR, _NEAR))
    far = _far(np.clip(size, _NEAR, _FARTHEST))
    return np.where(size < _NEAR, near, np.where(x > 0, far, 2.0 - far))


def _near(x: Array) -> Array:
    square = x * x
    total = np.full_like(x, _SERIES[0])
    for coefficient in _SERIES[1:]:
        total = total * square + coefficient
    return 1.0 - 2.0 / math.sqrt(math.pi) * x * total


def _far(x: Array) -> Array:
    square = x * x
    total = np.zeros_like(x)
    for grid_square, weight in _TERMS:
        total = total + weight / (grid_square + square)
    total = total + 1.0 / square
    at_pole = np.exp(-2.0 * math.pi / _STEP * x)
    # Beyond pi/h the pole lies outside the strip in which the rule sees it.
    pole = np.where(x < math.pi / _STEP, 2.0 * at_pole / (1.0 - at_pole), 0.0)
    return _exp_of_minus_square(x) * (_STEP / math.pi * x) * total - pole


def _exp_of_minus_square(x: Array) -> Array:
    # x*x is rounded, which exp would multiply by x*x; the square of the coarse part is
    # exact, and the rest is small.
    coarse = np.rint(16.0 * x) / 16.0
    return np.exp(-coarse * coarse) * np.exp(-(x - coarse) * (x + coarse))
