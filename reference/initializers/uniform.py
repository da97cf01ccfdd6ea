"""Uniform numbers between two given bounds."""

import math

import numpy as np

from reference.initializers.base import Initializer, Shape, require_lengths
from reference.protocols import Array


class Uniform(Initializer):
    """Draw every entry uniformly from ``low`` to ``high``.

    Parameters
    ----------
    low, high
        Finite, ``low`` below ``high``. The default is U(-0.1, 0.1).

    Notes
    -----
    The variance is ``(high - low)**2 / 12``.

    References
    ----------
    CMU 10-301/601, homework 5, "RANDOM".

    Examples
    --------
    >>> Uniform(-3.0, 3.0).moments((2, 5))
    (0.0, 3.0)
    """

    def __init__(self, low: float = -0.1, high: float = 0.1) -> None:
        if not -math.inf < low < high < math.inf:
            raise ValueError(
                f"Uniform: low must be below high, both finite, got {low} and {high}"
            )
        self.low, self.high = low, high

    def moments(self, shape: Shape) -> tuple[float, float]:
        """Return the middle and a twelfth of the squared width."""
        require_lengths("Uniform", shape)
        return (self.low + self.high) / 2, (self.high - self.low) ** 2 / 12

    def sample(self, rng: np.random.Generator, shape: Shape) -> Array:
        """Return one draw."""
        require_lengths("Uniform", shape)
        return rng.uniform(self.low, self.high, shape)
