"""What all initialisers share: the check of the shape."""

from abc import ABC, abstractmethod

import numpy as np

from reference.errors import ShapeError
from reference.protocols import Array

Shape = tuple[int, ...]


class Initializer(ABC):
    """Fill a parameter of a given shape; a subclass states with which numbers."""

    @abstractmethod
    def moments(self, shape: Shape) -> tuple[float, float]:
        """Return mean and variance of each entry.

        Raises
        ------
        ShapeError
            If ``sample`` would refuse the shape.
        """

    @abstractmethod
    def sample(self, rng: np.random.Generator, shape: Shape) -> Array:
        """Return a new float64 array.

        Raises
        ------
        ShapeError
            If an axis has no entries, or the rule needs axes that are not there.
        """


def require_lengths(owner: str, shape: Shape) -> None:
    """Raise ``ShapeError`` unless there are axes and each has an entry."""
    if not shape or min(shape) < 1:
        raise ShapeError(
            f"{owner}: shape must be lengths of at least 1, got {tuple(shape)}"
        )
