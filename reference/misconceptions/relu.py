"""What goes wrong in a rectified linear unit."""

import numpy as np

from reference.misconceptions.activations import (
    other_activation_entry,
    slope_only,
    with_slope,
    wrong_way_round_entry,
)
from reference.misconceptions.at_kinks import divided_output_entry
from reference.misconceptions.backward import activation_entries
from reference.misconceptions.base import Misconception
from reference.misconceptions.two_sided import mask_from_upstream_entry
from reference.operations.base import Array, Arrays, Operation


def _step(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"out": np.heaviside(arrays["x"], 0.0)}


def _sigmoid_slope(operation: Operation, x: Array) -> Array:
    out = np.maximum(x, 0.0)
    return out * (1.0 - out)


def _negative_side(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    return with_slope(arrays, np.minimum(x, 0.0), np.heaviside(-x, 0.0))


def _largest_of_columns(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"out": arrays["x"].max(axis=0)}


MISCONCEPTIONS = (
    *activation_entries("relu"),
    other_activation_entry(
        "relu", "grad_x = grad_out * out * (1 - out)", slope_only(_sigmoid_slope)
    ),
    mask_from_upstream_entry(
        "relu", "grad_x = grad_out * (grad_out > 0)", lambda operation, arrays: 0.0
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
    wrong_way_round_entry(
        "relu",
        "Put 3 and -3 through your layer, forward and backward. Which of the two gets "
        "through, and which one should?",
        "out = min(x, 0), grad_x = grad_out * (x < 0)",
        _negative_side,
    ),
    Misconception(
        id="M202",
        operation="relu",
        title="maximum along an axis instead of with zero",
        hint=(
            "What is the shape of your output? Look up what the second argument of the "
            "maximum that you call stands for."
        ),
        formula="out = np.max(x, 0)",
        wrong=_largest_of_columns,
    ),
    divided_output_entry("relu"),
)
