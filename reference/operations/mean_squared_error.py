"""The squared error as an operation."""

import numpy as np

from reference.losses.mean_squared_error import MeanSquaredError as MeanSquaredErrorLoss
from reference.operations.base import Array
from reference.operations.draws import signed
from reference.operations.families import LossOperation


class MeanSquaredError(LossOperation):
    """Squared difference of ``predictions`` and ``targets``.

    Parameters
    ----------
    scaling
        One of six, see ``reference.losses.mean_squared_error``.
    """

    name = "mean_squared_error"
    formula = """
        loss = f * sum((predictions - targets)**2)
        grad_predictions = 2 * f * (predictions - targets)
    """
    inputs = ("predictions", "targets")
    differentiable = ("predictions",)
    example_conventions = tuple(
        {"scaling": scaling} for scaling in MeanSquaredErrorLoss.scalings
    )

    def __init__(self, scaling: str = "mean") -> None:
        self.scaling = MeanSquaredErrorLoss(scaling).scaling

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``predictions`` and ``targets``, both (N, K)."""
        shape = ((5, 3), (7, 9), (1, 3))[variant]
        return {"predictions": signed(rng, shape), "targets": signed(rng, shape)}

    def loss(self) -> MeanSquaredErrorLoss:
        """Return a fresh loss."""
        return MeanSquaredErrorLoss(self.scaling)
