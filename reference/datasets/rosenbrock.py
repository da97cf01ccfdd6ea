"""Rosenbrock's curved valley, to watch optimizers in."""

from dataclasses import dataclass

import numpy as np

from reference.arrays import require_floats, require_shape
from reference.protocols import Array


@dataclass(frozen=True, slots=True)
class Rosenbrock:
    """``f(x, y) = (a - x)**2 + b * (y - x**2)**2``.

    Parameters
    ----------
    a, b
        Where the minimum is, and how steep the walls are.
    start
        (2,), a random point near the usual start (-1.2, 1).
    """

    a: float
    b: float
    start: Array

    @property
    def minimum(self) -> Array:
        """Return ``(a, a**2)``, where the function is zero."""
        return np.array([self.a, self.a**2])

    def value(self, point: Array) -> float:
        """Return the function at one point (2,)."""
        x, y = self._coordinates(point)
        return (self.a - x) ** 2 + self.b * (y - x**2) ** 2

    def gradient(self, point: Array) -> Array:
        """Return both partial derivatives at one point (2,)."""
        x, y = self._coordinates(point)
        rise = y - x**2
        across = -2 * (self.a - x) - 4 * self.b * x * rise
        return np.array([across, 2 * self.b * rise])

    @staticmethod
    def _coordinates(point: Array) -> tuple[float, float]:
        require_floats("Rosenbrock", "point", point)
        require_shape("Rosenbrock", "point", point, (2,))
        return float(point[0]), float(point[1])


def rosenbrock(
    rng: np.random.Generator, a: float = 1.0, b: float = 100.0
) -> Rosenbrock:
    """Return the valley and draw a start within 0.1 of (-1.2, 1) in each coordinate.

    Raises
    ------
    ValueError
        If ``b`` is not positive.

    References
    ----------
    Rosenbrock: "An automatic method for finding the greatest or least value of a
    function" (1960).

    Examples
    --------
    >>> valley = rosenbrock(np.random.default_rng(0))
    >>> valley.value(valley.minimum), valley.value(np.array([0.0, 1.0]))
    (0.0, 101.0)
    """
    if not b > 0:
        raise ValueError(f"rosenbrock: b must be positive, got {b}")
    start = np.array([-1.2, 1.0]) + rng.uniform(-0.1, 0.1, 2)
    return Rosenbrock(a, b, start)
