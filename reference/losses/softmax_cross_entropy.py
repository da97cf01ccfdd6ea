"""Softmax and cross-entropy in one loss, from logits and integer labels."""

from typing import ClassVar

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_integers,
    require_shape,
)
from reference.conventions import require_choice
from reference.errors import ShapeError
from reference.protocols import Array


class SoftmaxCrossEntropy:
    """Average (or sum) over the batch of ``-log softmax(logits)[label]``.

    Parameters
    ----------
    reduction
        ``"mean"`` divides the loss and its gradient by N, ``"sum"`` does not.

    Notes
    -----
    With the row maximum m, ``loss_n = log(sum_c exp(z_nc - m_n)) - (z_n,label - m_n)``:
    subtracting m changes nothing in exact arithmetic and keeps ``exp`` from
    overflowing. The gradient is ``softmax(logits) - one_hot(labels)``, divided by N for
    ``"mean"``; each of its rows sums to zero.

    References
    ----------
    Stanford CS231n, assignment 1 (mean); dlcourse.ai, assignment 1 (sum).

    Examples
    --------
    >>> SoftmaxCrossEntropy().forward(np.array([[0.0, 1000.0]]), np.array([1]))
    0.0
    """

    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum")

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = require_choice(
            "SoftmaxCrossEntropy", "reduction", reduction, self.reductions
        )
        self._grad: Array | None = None

    def forward(self, logits: Array, labels: Array) -> float:
        """Return the loss of logits (N, C) for integer labels (N,).

        Raises
        ------
        ShapeError
            If the arrays are not (N, C) and (N,).
        DtypeError, NonFiniteError
            If the logits are not finite floating-point numbers, the labels no integers.
        LabelError
            If a label is not in 0 to C - 1.
        """
        self._check(logits, labels)
        rows = np.arange(len(labels))
        shifted = logits - logits.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        normalisers = exponentials.sum(axis=1, keepdims=True)
        losses = np.log(normalisers[:, 0]) - shifted[rows, labels]
        divisor = len(labels) if self.reduction == "mean" else 1
        grad = exponentials / normalisers
        grad[rows, labels] -= 1.0
        self._grad = grad / divisor
        return float(losses.sum() / divisor)

    def backward(self) -> Array:
        """Return the (N, C) gradient for the logits of the last ``forward``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        return after_forward("SoftmaxCrossEntropy", self._grad).copy()

    @staticmethod
    def _check(logits: Array, labels: Array) -> None:
        require_floats("SoftmaxCrossEntropy", "logits", logits)
        if logits.ndim != 2 or 0 in logits.shape:
            raise ShapeError(
                "SoftmaxCrossEntropy: logits must be (N, C) with N and C at least 1, "
                f"got {logits.shape}"
            )
        count, classes = logits.shape
        require_shape("SoftmaxCrossEntropy", "labels", labels, (count,))
        require_integers("SoftmaxCrossEntropy", "labels", labels, classes)
