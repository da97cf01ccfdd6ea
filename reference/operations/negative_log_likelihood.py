"""The negative log-likelihood of class labels as an operation."""

import numpy as np

from reference.losses.negative_log_likelihood import (
    NegativeLogLikelihood as NegativeLogLikelihoodLoss,
)
from reference.operations.base import Array
from reference.operations.class_labels import class_labels
from reference.operations.draws import signed
from reference.operations.families import LossOperation
from reference.operations.relations import Relation, independent_examples


class NegativeLogLikelihood(LossOperation):
    """Negative ``log_probabilities`` of the labels.

    Parameters
    ----------
    reduction, labels
        See ``reference.losses.negative_log_likelihood``; one-hot rows are drawn as
        integers 0 and 1.
    """

    name = "negative_log_likelihood"
    formula = """
        loss = mean over n of -log_probabilities[n, labels[n]]
        grad_log_probabilities = -one_hot(labels) / N
        reduction "sum": both are N times as large
        labels "one_hot": labels[n] are rows of class probabilities already
    """
    inputs = ("log_probabilities", "labels")
    differentiable = ("log_probabilities",)
    example_conventions = (
        {},
        {"reduction": "sum"},
        {"labels": "one_hot"},
        {"reduction": "sum", "labels": "one_hot"},
    )

    def __init__(self, reduction: str = "mean", labels: str = "indices") -> None:
        checked = NegativeLogLikelihoodLoss(reduction, labels)
        self.reduction, self.labels = checked.reduction, checked.labels

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``log_probabilities`` (N, C) and ``labels`` (N,), or (N, C) as one-hot.

        The log-probabilities are negative, but their exponentials do not sum to 1.
        """
        count, classes = ((7, 5), (5, 9), (1, 5))[variant]
        return {
            "log_probabilities": -np.abs(signed(rng, (count, classes), scale=1.5)),
            "labels": class_labels(rng, count, classes, self.labels),
        }

    def loss(self) -> NegativeLogLikelihoodLoss:
        """Return a fresh loss."""
        return NegativeLogLikelihoodLoss(self.reduction, self.labels)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that examples do not meet."""
        return (independent_examples(self.inputs, tuple(self.gradients)),)
