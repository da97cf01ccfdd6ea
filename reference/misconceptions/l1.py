"""What goes wrong in an absolute error; ``d`` are predictions minus targets."""

import numpy as np

from reference.misconceptions.at_kinks import divided_entry
from reference.misconceptions.differences import sloped, summed
from reference.misconceptions.losses import entrywise_entries, loss_entry

_NAME = "l1"

MISCONCEPTIONS = (
    *entrywise_entries(_NAME, "grad_predictions = f * sign(targets - predictions)"),
    loss_entry(
        "M65", _NAME, "grad_predictions = f * d", sloped(lambda operation, d: d)
    ),
    loss_entry(
        "M65",
        _NAME,
        "grad_predictions = f * abs(d)",
        sloped(lambda operation, d: np.abs(d)),
    ),
    loss_entry(
        "M261",
        _NAME,
        "loss = f * sum(d**2)",
        summed(lambda operation, d: d**2, lambda operation, d: 2.0 * d),
    ),
    loss_entry(
        "M264",
        _NAME,
        "loss = f * sum(d), grad_predictions = f",
        summed(lambda operation, d: d, lambda operation, d: np.ones_like(d)),
    ),
    divided_entry(
        _NAME,
        "grad_predictions = f * d / abs(d)",
        sloped(lambda operation, d: d / np.abs(d)),
    ),
)
