"""What goes wrong in a softplus."""

import numpy as np

from reference.misconceptions.activations import (
    divided_entry,
    inner_derivative_entry,
    other_activation_entry,
    reversed_exponent_entry,
    slope_only,
    with_slope,
)
from reference.misconceptions.backward import activation_entries
from reference.misconceptions.base import Misconception, VisibleOn
from reference.operations.base import Array, Arrays, Operation


def _falling_sigmoid(operation: Operation, x: Array) -> Array:
    return 0.5 * (1.0 - np.tanh(0.5 * x))


def _sigmoid_slope(operation: Operation, x: Array) -> Array:
    low = _falling_sigmoid(operation, x)
    return low * (1.0 - low)


def _falling(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    return with_slope(arrays, np.logaddexp(0.0, -x), -_falling_sigmoid(operation, x))


def _overflowing(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    with np.errstate(over="ignore", invalid="ignore"):
        growing = np.exp(arrays["x"])
        return with_slope(arrays, np.log(1.0 + growing), growing / (1.0 + growing))


MISCONCEPTIONS = (
    *activation_entries("softplus"),
    other_activation_entry(
        "softplus",
        "grad_x = grad_out * s * (1 - s) with s = sigmoid(x)",
        slope_only(_sigmoid_slope),
    ),
    divided_entry("softplus", "grad_x = grad_out * (1 + exp(-x))"),
    Misconception(
        id="M40",
        operation="softplus",
        title="exponential overflows for large inputs",
        hint=(
            "For large x this function is nearly the same as a much simpler one: what "
            "does your code give at x = 1000, and which exponential is in the way?"
        ),
        formula="out = log(1 + exp(x)), grad_x = grad_out * exp(x) / (1 + exp(x))",
        wrong=_overflowing,
        visible_on=VisibleOn.STABILITY,
    ),
    reversed_exponent_entry(
        "softplus",
        "out = log(1 + exp(-x)), grad_x = -grad_out / (1 + exp(x))",
        _falling,
    ),
    inner_derivative_entry(
        "softplus",
        "The curve becomes steeper to the right. Does your derivative rise or fall "
        "with x, and has everything inside the logarithm been differentiated too?",
        "grad_x = grad_out / (1 + exp(x))",
        slope_only(_falling_sigmoid),
    ),
)
