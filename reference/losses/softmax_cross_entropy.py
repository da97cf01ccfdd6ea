"""Softmax and cross-entropy in one loss, from logits and class labels."""

from typing import ClassVar

import numpy as np

from reference.arrays import after_forward
from reference.conventions import require_choice
from reference.losses.class_labels import require_form, require_scores, target_rows
from reference.protocols import Array


class SoftmaxCrossEntropy:
    """Average (or sum) over the batch of ``-log softmax(logits)[label]``.

    Parameters
    ----------
    reduction
        ``"mean"`` divides the loss and its gradient by N, ``"sum"`` does not.
    labels
        ``"indices"``: integers (N,). ``"one_hot"``: a row of class probabilities for
        each example, (N, C), of integers or floats; each must sum to 1.

    Notes
    -----
    With the row maximum m, ``loss_n = log(sum_c exp(z_nc - m_n)) - (z_n,label - m_n)``:
    subtracting m changes nothing in exact arithmetic and keeps ``exp`` from
    overflowing. The gradient is ``softmax(logits) - one_hot(labels)``, divided by N for
    ``"mean"``; each of its rows sums to zero. With one-hot rows y the last term is
    ``sum_c y_nc * (z_nc - m_n)`` and y stands in place of ``one_hot(labels)``.

    References
    ----------
    Stanford CS231n, assignment 1 (mean, indices); dlcourse.ai, assignment 1 (sum,
    indices); CMU 11-785, homework 1 (mean, one-hot rows).

    Examples
    --------
    >>> SoftmaxCrossEntropy().forward(np.array([[0.0, 1000.0]]), np.array([1]))
    0.0
    """

    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum")

    def __init__(self, reduction: str = "mean", labels: str = "indices") -> None:
        self.reduction = require_choice(
            "SoftmaxCrossEntropy", "reduction", reduction, self.reductions
        )
        self.labels = require_form("SoftmaxCrossEntropy", labels)
        self._grad: Array | None = None

    def forward(self, logits: Array, labels: Array) -> float:
        """Return the loss of logits (N, C) for labels (N,) or one-hot rows (N, C).

        Raises
        ------
        ShapeError
            If the arrays do not have these shapes.
        DtypeError, NonFiniteError
            If the logits are not finite floating-point numbers, or the labels are
            neither integers nor, as one-hot rows, finite floating-point numbers.
        LabelError
            If a label is not in 0 to C - 1, or a one-hot row does not sum to 1.
        """
        require_scores("SoftmaxCrossEntropy", "logits", logits)
        targets = target_rows("SoftmaxCrossEntropy", labels, logits, self.labels)
        shifted = logits - logits.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        normalisers = exponentials.sum(axis=1, keepdims=True)
        losses = np.log(normalisers[:, 0]) - (targets * shifted).sum(axis=1)
        divisor = len(logits) if self.reduction == "mean" else 1
        self._grad = (exponentials / normalisers - targets) / divisor
        return float(losses.sum() / divisor)

    def backward(self) -> Array:
        """Return the (N, C) gradient for the logits of the last ``forward``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        return after_forward("SoftmaxCrossEntropy", self._grad).copy()
