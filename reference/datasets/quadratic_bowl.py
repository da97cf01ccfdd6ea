"""A quadratic function whose minimum is known, to watch optimizers on."""

from dataclasses import dataclass

import numpy as np

from reference.arrays import require_floats, require_shape
from reference.datasets.labelled import require_counts
from reference.protocols import Array


@dataclass(frozen=True, slots=True)
class QuadraticBowl:
    """``f(x) = x @ matrix @ x / 2 - vector @ x``.

    Parameters
    ----------
    matrix
        (D, D), symmetric and positive definite.
    vector
        (D,).
    minimum
        (D,), where ``matrix @ minimum == vector``.
    eigenvalues
        (D,), those of the matrix from 1 to the condition number. Gradient descent
        converges for rates below 2 over the largest.
    """

    matrix: Array
    vector: Array
    minimum: Array
    eigenvalues: Array

    def value(self, x: Array) -> float:
        """Return the function at one point (D,)."""
        self._check(x)
        return float(x @ self.matrix @ x / 2 - self.vector @ x)

    def gradient(self, x: Array) -> Array:
        """Return ``matrix @ x - vector``."""
        self._check(x)
        return self.matrix @ x - self.vector

    def _check(self, x: Array) -> None:
        require_floats("QuadraticBowl", "x", x)
        require_shape("QuadraticBowl", "x", x, self.vector.shape)


def quadratic_bowl(
    rng: np.random.Generator, size: int = 2, condition: float = 10.0
) -> QuadraticBowl:
    """Draw a bowl with random axes and a random minimum.

    Parameters
    ----------
    condition
        Largest eigenvalue over the smallest, at least 1.

    Raises
    ------
    ValueError
        If the size or the condition number is below 1.

    Examples
    --------
    >>> bowl = quadratic_bowl(np.random.default_rng(0))
    >>> bool(bowl.value(bowl.minimum) < bowl.value(bowl.minimum + 0.5))
    True
    """
    require_counts("quadratic_bowl", size=size)
    if not condition >= 1:
        raise ValueError(
            f"quadratic_bowl: condition must be at least 1, got {condition}"
        )
    axes, _ = np.linalg.qr(rng.normal(size=(size, size)))
    eigenvalues = np.geomspace(1.0, condition, size)
    product = (axes * eigenvalues) @ axes.T
    matrix = (product + product.T) / 2
    minimum = rng.normal(size=size)
    return QuadraticBowl(matrix, matrix @ minimum, minimum, eigenvalues)
