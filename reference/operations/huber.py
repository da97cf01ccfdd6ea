"""The Huber loss as an operation."""

from typing import Any

import numpy as np

from reference.losses.huber import Huber as HuberLoss
from reference.operations.base import Array, Arrays
from reference.operations.entrywise import DifferenceOperation


class Huber(DifferenceOperation):
    """Squared difference up to ``delta``, linear beyond.

    The default ``delta`` is not 1, where both forms agree. There is a derivative
    everywhere; still, no difference is drawn near ``delta``, where a right central
    difference would be less exact.

    Parameters
    ----------
    delta, form, reduction
        See ``reference.losses.huber``.
    """

    name = "huber"
    formula = """
        d = predictions - targets
        loss = f * sum(d**2/2 where abs(d) <= delta, delta*(abs(d) - delta/2) elsewhere)
        grad_predictions = f * clip(d, -delta, delta)
        with f = 1/size (mean), 1/N (example_mean) or 1 (sum)
        form "smooth_l1": both are divided by delta
    """
    kink = "where a difference is exactly delta or -delta"
    example_conventions = (
        {},
        {"form": "smooth_l1"},
        {"delta": 1.5, "reduction": "example_mean"},
        {"form": "smooth_l1", "reduction": "sum"},
    )

    def __init__(
        self, delta: float = 0.75, form: str = "huber", reduction: str = "mean"
    ) -> None:
        checked = HuberLoss(delta, form, reduction)
        self.delta, self.form = checked.delta, checked.form
        self.reduction = checked.reduction

    def distance(self, difference: Array) -> Array:
        """Return how far each difference is from where the parabola ends."""
        return np.abs(np.abs(difference) - self.delta)

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw differences of exactly ``delta`` and minus ``delta`` among others."""
        return self.with_difference(rng, self.delta, variant)

    def loss(self) -> HuberLoss:
        """Return a fresh loss."""
        return HuberLoss(self.delta, self.form, self.reduction)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``delta``."""
        return {"delta": self.delta}
