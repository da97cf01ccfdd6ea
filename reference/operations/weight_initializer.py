"""What the operations of initialisers share."""

from abc import abstractmethod
from typing import Any

import numpy as np

from reference.conventions import require_choice
from reference.errors import DtypeError, ShapeError
from reference.initializers.base import Initializer
from reference.operations.base import Array, Arrays
from reference.operations.families import InitializerOperation

WEIGHTS = ("matrix", "kernel")
KERNELS = ((19, 17, 5, 7), (29, 31, 13), (1, 101, 11, 13))


class WeightInitializerOperation(InitializerOperation):
    """The moments of an initialiser of ``reference.initializers``."""

    @abstractmethod
    def initializer(self) -> Initializer:
        """Return the initialiser under these conventions."""

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return ``mean`` and ``variance`` as 0-d arrays."""
        shape = _lengths(type(self).__name__, arrays["shape"])
        mean, variance = self.initializer().moments(shape)
        return {"mean": np.asarray(mean), "variance": np.asarray(variance)}

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Return one draw."""
        return self.initializer().sample(rng, shape)


class FanInitializerOperation(WeightInitializerOperation):
    """The moments of an initialiser that looks at fan-in or fan-out.

    Parameters
    ----------
    weight
        Which shapes are drawn: ``"matrix"``, or ``"kernel"`` for those of convolutions,
        (F, C, kh, kw) and (F, C, k).
    """

    def __init__(self, weight: str = "matrix") -> None:
        self.weight = require_choice(type(self).__name__, "weight", weight, WEIGHTS)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw the shape of a weight of at least 10,000 entries."""
        if self.weight == "matrix":
            return super().draw(rng, variant=variant)
        return {"shape": np.array(KERNELS[variant], dtype=np.int64)}


def _lengths(owner: str, shape: Array) -> tuple[int, ...]:
    dtype: Any = getattr(shape, "dtype", None)
    if dtype is None or not np.issubdtype(dtype, np.integer):
        got = type(shape).__name__ if dtype is None else dtype
        raise DtypeError(f"{owner}: shape must be integers, got {got}")
    if shape.ndim != 1:
        raise ShapeError(f"{owner}: shape must be one list, got {shape.shape}")
    return tuple(int(length) for length in shape)
