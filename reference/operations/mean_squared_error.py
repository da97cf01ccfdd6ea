"""The squared error as an operation."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from reference import losses
from reference.operations.base import Array
from reference.operations.draws import signed
from reference.operations.families import LossOperation


class MeanSquaredError(LossOperation):
    """Squared difference of ``predictions`` and ``targets``.

    Parameters
    ----------
    scaling
        One of six, see ``reference.losses.MeanSquaredError``.
    """

    name = "mean_squared_error"
    inputs = ("predictions", "targets")
    gradients: ClassVar[Mapping[str, str]] = {"grad_predictions": "predictions"}
    example_conventions = tuple(
        {"scaling": scaling} for scaling in losses.MeanSquaredError.scalings
    )

    def __init__(self, scaling: str = "mean") -> None:
        self.scaling = losses.MeanSquaredError(scaling).scaling

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``predictions`` and ``targets``, both (N, K)."""
        shape = ((5, 3), (7, 9), (1, 3))[variant]
        return {"predictions": signed(rng, shape), "targets": signed(rng, shape)}

    def loss(self) -> losses.MeanSquaredError:
        """Return a fresh loss."""
        return losses.MeanSquaredError(self.scaling)
