"""Softmax cross-entropy from logits as an operation."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from reference import losses
from reference.operations.base import Array
from reference.operations.draws import labels, signed
from reference.operations.families import LossOperation


class SoftmaxCrossEntropy(LossOperation):
    """Cross-entropy of ``softmax(logits)`` and integer labels.

    Parameters
    ----------
    reduction
        ``"mean"`` or ``"sum"``, see ``reference.losses.SoftmaxCrossEntropy``.
    """

    name = "softmax_cross_entropy"
    inputs = ("logits", "labels")
    gradients: ClassVar[Mapping[str, str]] = {"grad_logits": "logits"}
    example_conventions = ({}, {"reduction": "sum"})

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = losses.SoftmaxCrossEntropy(reduction).reduction

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``logits`` (N, C) and ``labels`` (N,)."""
        count, classes = ((7, 5), (5, 9), (1, 5))[variant]
        return {
            "logits": signed(rng, (count, classes), scale=1.5),
            "labels": labels(rng, count, classes),
        }

    def extreme(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw logits whose rows are shifted by 1000, -1000 or not at all.

        A shift of a whole row changes neither the loss nor its gradient.
        """
        arrays = self.draw(rng)
        shift = np.resize([1000.0, -1000.0, 0.0], (len(arrays["labels"]), 1))
        return {"logits": arrays["logits"] + shift, "labels": arrays["labels"]}

    def loss(self) -> losses.SoftmaxCrossEntropy:
        """Return a fresh loss."""
        return losses.SoftmaxCrossEntropy(self.reduction)
