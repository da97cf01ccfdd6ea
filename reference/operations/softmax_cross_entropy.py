"""Softmax cross-entropy from logits as an operation."""

import numpy as np

from reference.losses.softmax_cross_entropy import (
    SoftmaxCrossEntropy as SoftmaxCrossEntropyLoss,
)
from reference.operations.base import Array, Arrays
from reference.operations.class_labels import class_labels
from reference.operations.draws import signed
from reference.operations.families import LossOperation
from reference.operations.relations import (
    Relation,
    rows_sum_to_zero,
    shift_invariant,
)


class SoftmaxCrossEntropy(LossOperation):
    """Cross-entropy of ``softmax(logits)`` and the labels of the classes.

    Parameters
    ----------
    reduction
        ``"mean"`` or ``"sum"``, see ``reference.losses.softmax_cross_entropy``.
    labels
        ``"indices"`` or ``"one_hot"``; the rows drawn are integers 0 and 1.
    """

    name = "softmax_cross_entropy"
    formula = """
        loss = mean over n of -log(softmax(logits[n])[labels[n]])
        grad_logits = (softmax(logits) - one_hot(labels)) / N
        reduction "sum": both are N times as large
        labels "one_hot": labels[n] are rows of class probabilities already
    """
    inputs = ("logits", "labels")
    differentiable = ("logits",)
    example_conventions = (
        {},
        {"reduction": "sum"},
        {"labels": "one_hot"},
        {"reduction": "sum", "labels": "one_hot"},
    )

    def __init__(self, reduction: str = "mean", labels: str = "indices") -> None:
        checked = SoftmaxCrossEntropyLoss(reduction, labels)
        self.reduction, self.labels = checked.reduction, checked.labels

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``logits`` (N, C) and ``labels`` (N,), or (N, C) as one-hot rows."""
        count, classes = ((7, 5), (5, 9), (1, 5))[variant]
        return {
            "logits": signed(rng, (count, classes), scale=1.5),
            "labels": class_labels(rng, count, classes, self.labels),
        }

    def extreme(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw logits whose rows are shifted by 1000, -1000 or not at all.

        A shift of a whole row changes neither the loss nor its gradient.
        """
        arrays = self.draw(rng)
        shift = np.resize([1000.0, -1000.0, 0.0], (len(arrays["labels"]), 1))
        return {"logits": arrays["logits"] + shift, "labels": arrays["labels"]}

    def loss(self) -> SoftmaxCrossEntropyLoss:
        """Return a fresh loss."""
        return SoftmaxCrossEntropyLoss(self.reduction, self.labels)

    def terms(self, arrays: Arrays) -> dict[str, dict[str, Array]]:
        """Return the part of the probabilities and that of the labels."""
        logits, labels = arrays["logits"], arrays["labels"]
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        share = 1.0 / len(logits) if self.reduction == "mean" else 1.0
        rows = labels if self.labels == "one_hot" else np.eye(logits.shape[1])[labels]
        parts = {
            "the term of the probabilities": share
            * exponentials
            / exponentials.sum(axis=1, keepdims=True),
            "the term of the true class": -share * rows,
        }
        return {"grad_logits": parts}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what softmax and cross-entropy obey together."""
        return (
            shift_invariant("logits", self.quantities),
            rows_sum_to_zero("grad_logits"),
        )
