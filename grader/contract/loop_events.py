"""What a training loop does with the parts that it is given, as rows of numbers.

A row is ``(event, layer, rows, columns)``. The argument of a call follows in a flat
array of float64 in the same order, ``rows * max(columns, 1)`` numbers; ``columns`` is 0
for an array with one axis. An argument that is no array of numbers with one or two axes
has ``rows`` -1 and no numbers.
"""

from enum import IntEnum

import numpy as np

from grader.contract.messages import Array

ROW_LENGTH = 4
NO_ARRAY = -1


class LoopEvent(IntEnum):
    """One call; all but those of layers have 0 in place of the layer's number.

    ``SCORES`` and ``LABELS`` are the two arguments of ``forward`` of the loss.
    ``STEP`` carries one fingerprint for each gradient, then one for each parameter,
    as the optimizer finds them.
    """

    FORWARD = 0
    SCORES = 1
    LABELS = 2
    LOSS_BACKWARD = 3
    BACKWARD = 4
    STEP = 5


def fingerprint(array: Array) -> float:
    """Return one number that changes with every entry of an array and its place."""
    flat = np.asarray(array, dtype=np.float64).ravel()
    return float(np.dot(flat, np.cos(np.arange(flat.size))))
