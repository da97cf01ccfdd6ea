"""What all losses share that add up one number for each entry."""

from abc import ABC, abstractmethod
from typing import ClassVar

from reference.arrays import after_forward, require_floats, require_shape
from reference.conventions import require_choice
from reference.errors import ShapeError
from reference.losses.reductions import REDUCTIONS, divisor
from reference.protocols import Array


class EntrywiseLoss(ABC):
    """Add up a function of each prediction and its target.

    Parameters
    ----------
    reduction
        ``"mean"`` divides the sum by the number of entries, ``"example_mean"`` by the
        length N of the first axis, ``"sum"`` by nothing.

    Class attributes
    ----------------
    predicted
        Name of the predictions, for messages.
    """

    predicted: ClassVar[str] = "predictions"

    def __init__(self, reduction: str = "mean") -> None:
        owner = type(self).__name__
        self.reduction = require_choice(owner, "reduction", reduction, REDUCTIONS)
        self._grad: Array | None = None

    @abstractmethod
    def value_and_slope(
        self, predictions: Array, targets: Array
    ) -> tuple[Array, Array]:
        """Return the loss of each entry and its derivative, as two new arrays."""

    def check_predictions(self, predictions: Array) -> None:
        """Raise unless the predictions are a batch of finite floats."""
        owner = type(self).__name__
        require_floats(owner, self.predicted, predictions)
        if predictions.ndim == 0 or predictions.size == 0:
            raise ShapeError(
                f"{owner}: {self.predicted} must be (N, ...) with N at least 1, "
                f"got {predictions.shape}"
            )

    def check_targets(self, targets: Array) -> None:
        """Raise unless the targets are what this loss can be asked for."""
        require_floats(type(self).__name__, "targets", targets)

    def forward(self, predictions: Array, targets: Array) -> float:
        """Return the loss; both arrays have the same shape, the batch first.

        Raises
        ------
        ShapeError
            If the shapes differ, or there is no entry.
        DtypeError, NonFiniteError, LabelError
            If an array holds what this loss is not defined for.
        """
        self.check_predictions(predictions)
        self.check_targets(targets)
        require_shape(type(self).__name__, "targets", targets, predictions.shape)
        values, slopes = self.value_and_slope(
            predictions, targets.astype(predictions.dtype)
        )
        count = divisor(self.reduction, predictions.shape)
        self._grad = slopes / count
        return float(values.sum() / count)

    def backward(self) -> Array:
        """Return the gradient for the predictions of the last ``forward``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        return after_forward(type(self).__name__, self._grad).copy()
