"""The negative log-likelihood of class labels, from log-probabilities."""

from typing import ClassVar

from reference.arrays import after_forward
from reference.conventions import require_choice
from reference.losses.class_labels import require_form, require_scores, target_rows
from reference.protocols import Array


class NegativeLogLikelihood:
    """Average (or sum) over the batch of ``-log_probabilities[label]``.

    Parameters
    ----------
    reduction
        ``"mean"`` divides the loss and its gradient by N, ``"sum"`` does not.
    labels
        ``"indices"``: integers (N,). ``"one_hot"``: a row of class probabilities for
        each example, (N, C), of integers or floats; each must sum to 1.

    Notes
    -----
    ``loss_n = -sum_c y_nc * log_probabilities_nc`` with one-hot rows y; the gradient is
    ``-y``, divided by N for ``"mean"``, wherever the log-probabilities are. They come
    from a log-softmax layer; that their exponentials sum to 1 is not asked for here.

    References
    ----------
    MIT 6.036, homework 7, "NLL" (sum, one-hot, but of probabilities: its gradient is
    that for the input of the softmax before it, which is ``softmax_cross_entropy``).

    Examples
    --------
    >>> log_probabilities = np.array([[-0.5, -2.0], [-1.0, -3.0]])
    >>> NegativeLogLikelihood().forward(log_probabilities, np.array([0, 1]))
    1.75
    """

    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum")

    def __init__(self, reduction: str = "mean", labels: str = "indices") -> None:
        self.reduction = require_choice(
            "NegativeLogLikelihood", "reduction", reduction, self.reductions
        )
        self.labels = require_form("NegativeLogLikelihood", labels)
        self._grad: Array | None = None

    def forward(self, log_probabilities: Array, labels: Array) -> float:
        """Return the loss of (N, C) for labels (N,) or one-hot rows (N, C).

        Raises
        ------
        ShapeError
            If the arrays do not have these shapes.
        DtypeError, NonFiniteError
            If the log-probabilities are not finite floating-point numbers, or the
            labels are neither integers nor, as one-hot rows, such numbers.
        LabelError
            If a label is not in 0 to C - 1, or a one-hot row does not sum to 1.
        """
        owner = "NegativeLogLikelihood"
        require_scores(owner, "log_probabilities", log_probabilities)
        targets = target_rows(owner, labels, log_probabilities, self.labels)
        divisor = len(log_probabilities) if self.reduction == "mean" else 1
        self._grad = -targets / divisor
        return float(-(targets * log_probabilities).sum() / divisor)

    def backward(self) -> Array:
        """Return the (N, C) gradient for the log-probabilities of the last ``forward``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        return after_forward("NegativeLogLikelihood", self._grad).copy()
