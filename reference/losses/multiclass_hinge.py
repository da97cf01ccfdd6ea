"""The multiclass hinge loss, which is that of a support vector machine."""

from typing import ClassVar

import numpy as np

from reference.arrays import (
    after_forward,
    require_integers,
    require_shape,
)
from reference.conventions import require_choice
from reference.losses.class_labels import require_scores
from reference.protocols import Array


class MulticlassHinge:
    """Ask that the score of the label exceeds every other one by ``delta``.

    Parameters
    ----------
    delta
        The margin asked for, in the unit of the scores; not negative.
    reduction
        ``"mean"`` divides the loss and its gradient by N, ``"sum"`` does not.

    Notes
    -----
    ``loss_n = sum over c != label of max(0, s_nc - s_n,label + delta)``, the sum over
    all wrong classes. Each of them whose term is positive has the derivative 1, and
    the label has minus their number, so that each row of the gradient sums to zero.
    Where a term is exactly 0 there is no derivative; we take that of a term that is
    not violated, which is 0.

    References
    ----------
    Stanford CS231n, assignment 1, "svm_loss" (delta 1, mean). Weston and Watkins:
    "Support Vector Machines for Multi-Class Pattern Recognition" (1999).

    Examples
    --------
    >>> MulticlassHinge().forward(np.array([[3.0, 2.5, 5.0]]), np.array([0]))
    3.5
    """

    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum")

    def __init__(self, delta: float = 1.0, reduction: str = "mean") -> None:
        if not 0 <= delta < np.inf:
            raise ValueError(
                f"MulticlassHinge: delta must be finite and not negative, got {delta}"
            )
        self.delta = float(delta)
        self.reduction = require_choice(
            "MulticlassHinge", "reduction", reduction, self.reductions
        )
        self._grad: Array | None = None

    def excess(self, scores: Array, labels: Array) -> Array:
        """Return ``s_nc - s_n,label + delta`` (N, C), and ``-delta`` for the labels.

        What is positive here is the loss.
        """
        rows = np.arange(len(labels))
        excess = scores - scores[rows, labels][:, np.newaxis] + self.delta
        excess[rows, labels] = -self.delta
        return excess

    def forward(self, scores: Array, labels: Array) -> float:
        """Return the loss of scores (N, C) for integer labels (N,).

        Raises
        ------
        ShapeError
            If the arrays are not (N, C) and (N,).
        DtypeError, NonFiniteError
            If the scores are not finite floating-point numbers, the labels no integers.
        LabelError
            If a label is not in 0 to C - 1.
        """
        require_scores("MulticlassHinge", "scores", scores)
        require_shape("MulticlassHinge", "labels", labels, (len(scores),))
        require_integers("MulticlassHinge", "labels", labels, scores.shape[1])
        excess = self.excess(scores, labels)
        violated = excess > 0
        divisor = len(labels) if self.reduction == "mean" else 1
        grad = violated.astype(scores.dtype)
        grad[np.arange(len(labels)), labels] = -violated.sum(axis=1)
        self._grad = grad / divisor
        return float(excess[violated].sum() / divisor)

    def backward(self) -> Array:
        """Return the (N, C) gradient for the scores of the last ``forward``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        return after_forward("MulticlassHinge", self._grad).copy()
