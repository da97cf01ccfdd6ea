"""The absolute error as an operation."""

import numpy as np

from reference.losses.l1 import L1 as L1Loss
from reference.losses.reductions import divisor
from reference.operations.base import Array, Arrays
from reference.operations.entrywise import DifferenceOperation
from reference.operations.subgradients import between


class L1(DifferenceOperation):
    """Absolute difference of ``predictions`` and ``targets``.

    Parameters
    ----------
    reduction
        ``"mean"``, ``"example_mean"`` or ``"sum"``, see ``reference.losses.l1``.
    """

    name = "l1"
    formula = """
        loss = f * sum(abs(predictions - targets))
        grad_predictions = f * sign(predictions - targets)
        with f = 1/size (mean), 1/N (example_mean) or 1 (sum)
    """
    not_differentiable = "where a prediction equals its target"
    kink = "where a prediction equals its target"
    example_conventions = ({}, {"reduction": "example_mean"}, {"reduction": "sum"})

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = L1Loss(reduction).reduction

    def distance(self, difference: Array) -> Array:
        """Return the size of each difference."""
        return np.abs(difference)

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw predictions of which about a third equal their target."""
        return self.with_difference(rng, 0.0, variant)

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return the right answer nearest to ``got``: at a kink, from -f to f."""
        right = self.answer(arrays)[quantity]
        if quantity != "grad_predictions":
            return right
        slope = np.full_like(right, 1.0 / divisor(self.reduction, right.shape))
        at_kink = arrays["predictions"] == arrays["targets"]
        return np.where(at_kink, between(slope, -slope, got), right)

    def loss(self) -> L1Loss:
        """Return a fresh loss."""
        return L1Loss(self.reduction)

    def margin(self, arrays: Arrays) -> float:
        """Return half the smallest difference: both sides may move."""
        return float(np.min(np.abs(arrays["predictions"] - arrays["targets"]))) / 2.0
