"""What goes wrong in a penalty on magnitudes."""

import numpy as np

from reference.misconceptions.at_kinks import divided_entry
from reference.misconceptions.conventions import only_changed
from reference.misconceptions.losses import loss_entry
from reference.misconceptions.penalties import penalty_entries, sloped, summed
from reference.operations.base import Array, Arrays, Operation

_NAME = "l1_penalty"


def _signed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = summed(lambda w: w, lambda w: 1.0)(operation, arrays)
    # A parameter without negative entries has the right gradient.
    return only_changed(operation, arrays, found)


MISCONCEPTIONS = (
    *penalty_entries(_NAME),
    loss_entry("M65", _NAME, "grad = f * w", sloped(lambda w: w)),
    loss_entry("M65", _NAME, "grad = f * abs(w)", sloped(np.abs)),
    loss_entry(
        "M261",
        _NAME,
        "loss = f * sum(w**2)",
        summed(lambda w: w**2, lambda w: 2.0 * w),
    ),
    loss_entry(
        "M264",
        _NAME,
        "loss = f * sum(w), grad = f",
        _signed,
    ),
    divided_entry(_NAME, "grad = f * w / abs(w)", sloped(lambda w: w / np.abs(w))),
)
