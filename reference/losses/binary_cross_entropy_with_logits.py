"""Sigmoid and binary cross-entropy in one loss, from logits."""

from typing import ClassVar

import numpy as np

from reference.losses.binary_targets import require_binary
from reference.losses.entrywise import EntrywiseLoss
from reference.protocols import Array


class BinaryCrossEntropyWithLogits(EntrywiseLoss):
    """Average over all entries of the cross-entropy of ``sigmoid(logits)``.

    Parameters
    ----------
    reduction
        ``"mean"`` divides by the number of entries, ``"example_mean"`` by the number
        of examples, ``"sum"`` by nothing.

    Notes
    -----
    With logit z and target y the loss of an entry is
    ``-(y*log(sigmoid(z)) + (1 - y)*log(1 - sigmoid(z)))``, computed as
    ``max(z, 0) - y*z + log(1 + exp(-|z|))``, where no exponential overflows. Its
    derivative is ``sigmoid(z) - y``. Targets are 0 and 1, integers or floats, or
    probabilities between them.

    References
    ----------
    Toronto CSC 311, logistic regression ("logistic-cross-entropy").

    Examples
    --------
    >>> loss = BinaryCrossEntropyWithLogits()
    >>> loss.forward(np.array([[1000.0, -1000.0]]), np.array([[0.0, 0.0]]))
    500.0
    """

    predicted: ClassVar[str] = "logits"

    def check_targets(self, targets: Array) -> None:
        """Raise unless the targets are from 0 to 1."""
        require_binary("BinaryCrossEntropyWithLogits", targets)

    def value_and_slope(
        self, predictions: Array, targets: Array
    ) -> tuple[Array, Array]:
        """Return the loss of each entry and its derivative for the logit."""
        small = np.exp(-np.abs(predictions))
        value = np.maximum(predictions, 0.0) - targets * predictions + np.log1p(small)
        one = predictions.dtype.type(1.0)
        sigmoid = np.where(predictions >= 0, one, small) / (1.0 + small)
        return value, sigmoid - targets
