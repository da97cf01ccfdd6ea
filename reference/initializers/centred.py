"""What initialisers share that draw independent entries around zero."""

import math
from abc import abstractmethod

import numpy as np

from reference.conventions import require_choice
from reference.initializers.base import Initializer, Shape
from reference.protocols import Array

DISTRIBUTIONS = ("normal", "uniform")


class CentredInitializer(Initializer):
    """Draw independent entries of mean zero; a subclass states their variance.

    Parameters
    ----------
    distribution
        ``"normal"``, or ``"uniform"`` on an interval from -b to b. The bound follows
        from the variance: ``b = sqrt(3 * variance)``.
    """

    def __init__(self, distribution: str) -> None:
        self.distribution = require_choice(
            type(self).__name__, "distribution", distribution, DISTRIBUTIONS
        )

    @abstractmethod
    def variance(self, shape: Shape) -> float:
        """Return the variance of each entry of a parameter of this shape."""

    def moments(self, shape: Shape) -> tuple[float, float]:
        """Return zero and the variance."""
        return 0.0, self.variance(shape)

    def sample(self, rng: np.random.Generator, shape: Shape) -> Array:
        """Return one draw."""
        variance = self.variance(shape)
        if self.distribution == "normal":
            return rng.normal(0.0, math.sqrt(variance), shape)
        bound = math.sqrt(3.0 * variance)
        return rng.uniform(-bound, bound, shape)
