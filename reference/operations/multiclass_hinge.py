"""The multiclass hinge loss as an operation."""

from typing import Any

import numpy as np

from reference.losses.multiclass_hinge import MulticlassHinge as MulticlassHingeLoss
from reference.operations.base import Array, Arrays
from reference.operations.draws import labels, signed
from reference.operations.families import LossOperation
from reference.operations.relations import (
    Relation,
    independent_examples,
    rows_sum_to_zero,
    shift_invariant,
)

NEAR = 2.0**-3
"""What is drawn stays this far from a kink in the difference of two scores."""


class MulticlassHinge(LossOperation):
    """Sum over wrong classes of ``max(0, score - score of the label + delta)``.

    Parameters
    ----------
    delta, reduction
        See ``reference.losses.multiclass_hinge``.
    """

    name = "multiclass_hinge"
    formula = """
        e[n, c] = scores[n, c] - scores[n, labels[n]] + delta for c != labels[n]
        loss = mean over n of sum over c != labels[n] of max(0, e[n, c])
        grad_scores[n, c] = (e[n, c] > 0) / N for c != labels[n]
        grad_scores[n, labels[n]] = -sum of the others in the row
        reduction "sum": both are N times as large
    """
    not_differentiable = "where a wrong class misses the margin by exactly 0"
    kink = "where a wrong class misses the margin by exactly 0"
    inputs = ("scores", "labels")
    differentiable = ("scores",)
    example_conventions = ({}, {"delta": 0.5, "reduction": "sum"}, {"delta": 0.0})

    def __init__(self, delta: float = 1.0, reduction: str = "mean") -> None:
        checked = MulticlassHingeLoss(delta, reduction)
        self.delta, self.reduction = checked.delta, checked.reduction

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``scores`` (N, C) and ``labels`` (N,), away from the kinks."""
        count, classes = ((7, 5), (5, 9), (1, 5))[variant]
        scores = signed(rng, (count, classes), scale=1.5)
        wanted = labels(rng, count, classes)
        while (near := self._distances(scores, wanted) < NEAR).any():
            scores[near] = signed(rng, (int(near.sum()),), scale=1.5)
        return {"scores": scores, "labels": wanted}

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw rows in which one wrong class is ``delta`` below the label, exactly.

        The label of such a row has the score 0, so that every order of arithmetic
        finds it.
        """
        arrays = self.draw(rng, variant=variant)
        scores, wanted = arrays["scores"], arrays["labels"]
        count, classes = scores.shape
        rows = rng.permutation(count)[: count // 2 + 1]
        scores[rows] -= scores[rows, wanted[rows]][:, np.newaxis]
        other = (wanted[rows] + rng.integers(1, classes, len(rows))) % classes
        scores[rows, other] = -self.delta
        return arrays

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return the right answer nearest to ``got`` in the columns of wrong classes.

        The column of the label is minus the sum of the others, whatever they are.
        """
        right = self.answer(arrays)[quantity]
        if quantity != "grad_scores":
            return right
        scores, wanted = arrays["scores"], arrays["labels"]
        rows = np.arange(len(wanted))
        at_kink = self.loss().excess(scores, wanted) == 0
        at_kink[rows, wanted] = False
        most = 1.0 / (len(wanted) if self.reduction == "mean" else 1)
        found = np.where(at_kink, np.clip(got, 0.0, most), right)
        found[rows, wanted] = 0.0
        found[rows, wanted] = -found.sum(axis=1)
        return found

    def loss(self) -> MulticlassHingeLoss:
        """Return a fresh loss."""
        return MulticlassHingeLoss(self.delta, self.reduction)

    def margin(self, arrays: Arrays) -> float:
        """Return half the smallest distance: both scores may move."""
        return float(np.min(self._distances(arrays["scores"], arrays["labels"]))) / 2.0

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``delta``."""
        return {"delta": self.delta}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that only the differences of scores matter, and examples apart."""
        return (
            shift_invariant("scores", self.quantities),
            rows_sum_to_zero("grad_scores"),
            independent_examples(self.inputs, tuple(self.gradients)),
        )

    def _distances(self, scores: Array, wanted: Array) -> Array:
        """Return how far each difference is from its kink, infinite for the labels."""
        distances = np.abs(self.loss().excess(scores, wanted))
        distances[np.arange(len(wanted)), wanted] = np.inf
        return distances
