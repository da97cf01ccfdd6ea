"""Softmax and cross-entropy in one loss, from logits and integer labels."""

from typing import ClassVar

import numpy as np

from reference.errors import CallOrderError, ConventionError, ShapeError
from reference.protocols import Array
from reference.shapes import require_shape


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
    """

    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum")
    example_args: ClassVar[tuple[str, ...]] = ()

    def __init__(self, reduction: str = "mean") -> None:
        if reduction not in self.reductions:
            raise ConventionError(
                "SoftmaxCrossEntropy: reduction must be one of "
                f"{', '.join(self.reductions)}, got {reduction!r}"
            )
        self.reduction = reduction
        self._grad: Array | None = None

    @staticmethod
    def example_input(rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw logits of shape ``(5, 3)`` and their labels."""
        return rng.normal(size=(5, 3)), rng.permutation(np.arange(5) % 3)

    def forward(self, logits: Array, labels: Array) -> float:
        """Return the loss of logits (N, C) for integer labels (N,).

        Raises
        ------
        ShapeError
            If the arrays are not (N, C) and (N,).
        TypeError
            If the labels are not integers.
        ValueError
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
        if self._grad is None:
            raise CallOrderError("SoftmaxCrossEntropy: call forward before backward")
        return self._grad.copy()

    @staticmethod
    def _check(logits: Array, labels: Array) -> None:
        if logits.ndim != 2 or 0 in logits.shape:
            raise ShapeError(
                "SoftmaxCrossEntropy: logits must be (N, C) with N and C at least 1, "
                f"got {logits.shape}"
            )
        count, classes = logits.shape
        require_shape("SoftmaxCrossEntropy", "labels", labels, (count,))
        if not np.issubdtype(labels.dtype, np.integer):
            raise TypeError(
                f"SoftmaxCrossEntropy: labels must be integers, got {labels.dtype}"
            )
        wrong = labels[(labels < 0) | (labels >= classes)]
        if wrong.size:
            raise ValueError(
                f"SoftmaxCrossEntropy: labels must be 0 to {classes - 1}, "
                f"got {wrong[0]}"
            )
