"""What goes wrong in a penalty on squares."""

import numpy as np

from reference.misconceptions.backward import scaled
from reference.misconceptions.base import Misconception
from reference.misconceptions.conventions import chosen
from reference.misconceptions.losses import loss_entry
from reference.misconceptions.penalties import penalty_entries, summed
from reference.operations.base import Array, Arrays, Operation

_NAME = "l2_penalty"


def _gradient_by_two(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    factor = 0.5 if chosen(operation)["factor"] == "one" else 2.0
    return scaled(operation, arrays, factor, *operation.gradients)


MISCONCEPTIONS = (
    *penalty_entries(_NAME),
    Misconception(
        id="M60",
        operation=_NAME,
        title="gradient of the penalty off by a factor of two",
        hint=(
            "Differentiate your own line for the penalty, with the constant in front "
            "of it. Where does the exponent go?"
        ),
        formula="grad = f * w, or 4 * f * w where the convention has a factor 1/2",
        wrong=_gradient_by_two,
    ),
    loss_entry(
        "M261",
        _NAME,
        "loss = f * sqrt(sum(w**2)) for each w",
        summed(
            lambda w: float(np.sqrt(np.sum(w**2))),
            lambda w: w / np.sqrt(np.sum(w**2)),
        ),
    ),
    loss_entry("M261", _NAME, "loss = f * sum(abs(w))", summed(np.abs, np.sign)),
    loss_entry(
        "M263",
        _NAME,
        "loss = f * sum(w)**2 for each w",
        summed(lambda w: float(np.sum(w)) ** 2, lambda w: 2.0 * float(np.sum(w))),
    ),
)
