"""Binary cross-entropy from logits as an operation."""

import numpy as np

from reference.losses.binary_cross_entropy_with_logits import (
    BinaryCrossEntropyWithLogits as BinaryCrossEntropyWithLogitsLoss,
)
from reference.operations.base import Array
from reference.operations.draws import signed
from reference.operations.entrywise import BinaryOperation, binary_targets


class BinaryCrossEntropyWithLogits(BinaryOperation):
    """Cross-entropy of ``sigmoid(logits)`` and targets that are 0 or 1.

    Parameters
    ----------
    reduction
        ``"mean"``, ``"example_mean"`` or ``"sum"``, see
        ``reference.losses.binary_cross_entropy_with_logits``.
    """

    name = "binary_cross_entropy_with_logits"
    formula = """
        z, y = logits, targets
        loss = f * sum(max(z, 0) - y*z + log(1 + exp(-abs(z))))
        grad_logits = f * (sigmoid(z) - y)
        with f = 1/size (mean), 1/N (example_mean) or 1 (sum)
    """
    inputs = ("logits", "targets")
    differentiable = ("logits",)
    example_conventions = ({}, {"reduction": "example_mean"}, {"reduction": "sum"})

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = BinaryCrossEntropyWithLogitsLoss(reduction).reduction

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``logits`` and ``targets``, both (N, K)."""
        shape = self.shapes[variant]
        logits = signed(rng, shape, scale=1.5)
        return {"logits": logits, "targets": binary_targets(rng, shape)}

    def extreme(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw logits near 0, 1000 and -1000, each with both targets."""
        arrays = self.draw(rng)
        shape = arrays["logits"].shape
        offset = np.resize([0.0, 1000.0, -1000.0], shape)
        targets = np.resize([0, 0, 0, 1, 1, 1], shape).astype(np.int64)
        return {"logits": arrays["logits"] + offset, "targets": targets}

    def loss(self) -> BinaryCrossEntropyWithLogitsLoss:
        """Return a fresh loss."""
        return BinaryCrossEntropyWithLogitsLoss(self.reduction)

    def other_class(self, predictions: Array) -> Array:
        """Return the logits of the other class."""
        return -predictions
