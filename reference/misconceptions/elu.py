"""What goes wrong in an exponential linear unit."""

import numpy as np

from reference.misconceptions.activations import (
    lost_constant_entry,
    overflow_entry,
    slope_only,
    with_slope,
)
from reference.misconceptions.at_kinks import two_slopes_entries
from reference.misconceptions.backward import activation_entries, value_as_slope_entry
from reference.misconceptions.base import Misconception
from reference.misconceptions.two_sided import (
    ignored_argument_entry,
    lost_upstream_entry,
    mask_from_upstream_entry,
)
from reference.operations.base import Array, Arrays, Operation


def _alpha(operation: Operation) -> float:
    return operation.sizes({})["alpha"]


def _slope(operation: Operation, arrays: Arrays) -> Array:
    with np.errstate(over="ignore"):
        return _alpha(operation) * np.exp(arrays["x"])


def _negative_value_as_slope(operation: Operation, x: Array) -> Array:
    low = np.minimum(x, 0.0)
    return np.where(x > 0, 1.0, _alpha(operation) * np.expm1(low))


def _input_as_output(operation: Operation, x: Array) -> Array:
    return np.where(x > 0, 1.0, x + _alpha(operation))


def _not_chosen(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if _alpha(operation) == 1.0:
        return {}
    x = arrays["x"]
    low = np.minimum(x, 0.0)
    return with_slope(arrays, np.where(x > 0, x, np.expm1(low)), np.exp(low))


def _does_not_pass_zero(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    low = np.minimum(x, 0.0)
    return {"out": np.where(x > 0, x, _alpha(operation) * np.exp(low))}


def _both_sides_added(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x, alpha = arrays["x"], _alpha(operation)
    with np.errstate(over="ignore", invalid="ignore"):
        growing = alpha * np.exp(x)
        out = (x > 0) * x + (x <= 0) * (growing - alpha)
        return with_slope(arrays, out, (x > 0) + (x <= 0) * growing)


MISCONCEPTIONS = (
    *activation_entries("elu"),
    value_as_slope_entry(
        "elu",
        "grad_x = grad_out * alpha * (exp(x) - 1) where x is negative",
        slope_only(_negative_value_as_slope),
    ),
    Misconception(
        id="M32",
        operation="elu",
        title="derivative formula applied to the input",
        hint=(
            "The unit never falls. Can the derivative that you compute be negative, "
            "for example at x = -2?"
        ),
        formula="grad_x = grad_out * (x + alpha) where x is negative",
        wrong=slope_only(_input_as_output),
    ),
    mask_from_upstream_entry(
        "elu",
        "grad_x = grad_out where grad_out > 0, grad_out * alpha * exp(x) elsewhere",
        _slope,
    ),
    overflow_entry(
        "elu",
        "out = (x > 0) * x + (x <= 0) * alpha * (exp(x) - 1)",
        _both_sides_added,
    ),
    ignored_argument_entry("elu", "alpha", "out = exp(x) - 1 on the left", _not_chosen),
    lost_upstream_entry(
        "elu", "grad_x = grad_out where x > 0, alpha * exp(x) elsewhere", _slope
    ),
    lost_constant_entry(
        "elu",
        "What does the negative branch give just to the left of 0, and what should it "
        "give for the curve not to jump?",
        "out = alpha * exp(x) where x is negative",
        _does_not_pass_zero,
    ),
    *two_slopes_entries("elu", "alpha * exp(x)", _slope),
)
