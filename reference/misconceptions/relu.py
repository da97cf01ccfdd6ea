"""What goes wrong in a rectified linear unit."""

import numpy as np

from reference.misconceptions.backward import activation_entries, needs_upstream
from reference.misconceptions.base import Misconception
from reference.operations.base import Array, Arrays, Operation


@needs_upstream
def _mask_from_upstream(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": np.maximum(arrays["grad_out"], 0.0)}


def _step(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"out": np.heaviside(arrays["x"], 0.0)}


MISCONCEPTIONS = (
    *activation_entries("relu"),
    Misconception(
        id="M35",
        operation="relu",
        title="mask taken from the upstream gradient",
        hint=(
            "What decides whether a unit was on during the forward pass: the number "
            "that went into it, or the number that comes back?"
        ),
        formula="grad_x = grad_out * (grad_out > 0)",
        wrong=_mask_from_upstream,
    ),
    Misconception(
        id="M36",
        operation="relu",
        title="step function instead of the rectified value",
        hint=(
            "Plot your function between -2 and 2. How many different values does it "
            "take for positive inputs?"
        ),
        formula="out = (x > 0)",
        wrong=_step,
    ),
)
