"""Binary cross-entropy from probabilities."""

from typing import ClassVar

import numpy as np

from reference.errors import LabelError
from reference.losses.binary_targets import require_binary
from reference.losses.entrywise import EntrywiseLoss
from reference.protocols import Array


class BinaryCrossEntropy(EntrywiseLoss):
    """Average over all entries of ``-log`` of the probability of what is true.

    Parameters
    ----------
    reduction
        ``"mean"`` divides by the number of entries, ``"example_mean"`` by the number
        of examples, ``"sum"`` by nothing.
    clip
        0 refuses probabilities of exactly 0 and 1, where the loss may be infinite. A
        number from 1e-30 to 1/4 moves all probabilities into ``[clip, 1 - clip]``
        first, or to the last number before 1 where that is 1 to rounding.

    Notes
    -----
    With probability p and target y the loss of an entry is
    ``-(y*log(p) + (1 - y)*log(1 - p))`` and its derivative ``(p - y) / (p * (1 - p))``.
    Where a probability was moved, the loss does not depend on it and the derivative is
    0; at ``clip`` itself we take that of the inside. Targets are 0 and 1, integers or
    floats, or probabilities between them.

    References
    ----------
    Coursera Deep Learning, course 1 (columns, mean over examples).

    Examples
    --------
    >>> loss = BinaryCrossEntropy().forward(np.array([[0.25]]), np.array([[1.0]]))
    >>> round(loss, 6)
    1.386294
    """

    predicted: ClassVar[str] = "probabilities"

    def __init__(self, reduction: str = "mean", clip: float = 0.0) -> None:
        super().__init__(reduction)
        if clip != 0 and not 1e-30 <= clip <= 0.25:
            raise ValueError(
                f"BinaryCrossEntropy: clip must be 0 or in [1e-30, 0.25], got {clip}"
            )
        self.clip = float(clip)

    def check_predictions(self, predictions: Array) -> None:
        """Raise unless the predictions are probabilities with a finite loss."""
        super().check_predictions(predictions)
        outside = (predictions < 0) | (predictions > 1)
        if not self.clip:
            outside |= (predictions == 0) | (predictions == 1)
        if outside.any():
            asked = "from 0 to 1" if self.clip else "between 0 and 1"
            got = predictions[outside][0]
            raise LabelError(
                f"BinaryCrossEntropy: probabilities must be {asked}, got {got}"
            )

    def check_targets(self, targets: Array) -> None:
        """Raise unless the targets are from 0 to 1."""
        require_binary("BinaryCrossEntropy", targets)

    def value_and_slope(
        self, predictions: Array, targets: Array
    ) -> tuple[Array, Array]:
        """Return the loss of each entry and its derivative for the probability."""
        p = self._clipped(predictions)
        value = -(targets * np.log(p) + (1.0 - targets) * np.log1p(-p))
        slope = (p - targets) / (p * (1.0 - p))
        return value, np.where(p == predictions, slope, np.zeros_like(slope))

    def _clipped(self, probabilities: Array) -> Array:
        if not self.clip:
            return probabilities
        last = float(np.finfo(probabilities.dtype).epsneg)
        return np.clip(probabilities, self.clip, 1.0 - max(self.clip, last))
