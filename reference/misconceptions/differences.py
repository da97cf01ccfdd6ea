"""Mistakes in losses of the difference of predictions and targets."""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.base import Wrong
from reference.misconceptions.losses import divisor
from reference.operations.base import Array, Arrays, Operation

Formula = Callable[[Operation, Array], Array]
"""From the differences to a number for each of them."""


def summed(value: Formula, slope: Formula) -> Wrong:
    """Return the mistake of another loss of an entry, with its derivative."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        difference = arrays["predictions"] - arrays["targets"]
        loss = value(operation, difference).sum() / divisor(operation, arrays)
        return {"loss": np.asarray(loss)} | sloped(slope)(operation, arrays)

    return wrong


def sloped(slope: Formula) -> Wrong:
    """Return the mistake of another derivative of an entry."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        difference = arrays["predictions"] - arrays["targets"]
        gradient = slope(operation, difference) / divisor(operation, arrays)
        return {"grad_predictions": gradient}

    return wrong
