"""What goes wrong in a hyperbolic tangent."""

import numpy as np

from reference.misconceptions.activations import (
    activated_twice_entry,
    divided_entry,
    other_activation_entry,
    overflow_entry,
    slope_only,
    with_slope,
)
from reference.misconceptions.backward import activation_entries
from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation


def _sigmoid_slope(operation: Operation, x: Array) -> Array:
    out = np.tanh(x)
    return out * (1.0 - out)


def _not_squared(operation: Operation, x: Array) -> Array:
    return 1.0 - np.tanh(x)


def _input_squared(operation: Operation, x: Array) -> Array:
    return 1.0 - x**2


def _two_exponentials(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    with np.errstate(over="ignore", invalid="ignore"):
        rising, falling = np.exp(arrays["x"]), np.exp(-arrays["x"])
        out = (rising - falling) / (rising + falling)
        return with_slope(arrays, out, 1.0 - out**2)


def _derivative(formula: str, wrong: Wrong) -> Misconception:
    return Misconception(
        id="M33",
        operation="tanh",
        title="derivative of tanh with a wrong term",
        hint=(
            "Work out the derivative at x = 1 by hand, from two values of tanh close "
            "to 1 if you like. Does your formula give that number?"
        ),
        formula=formula,
        wrong=wrong,
    )


MISCONCEPTIONS = (
    *activation_entries("tanh"),
    other_activation_entry(
        "tanh", "grad_x = grad_out * out * (1 - out)", slope_only(_sigmoid_slope)
    ),
    activated_twice_entry("tanh", "grad_x = grad_out * (1 - tanh(a)**2), a = tanh(x)"),
    _derivative("grad_x = grad_out * (1 - tanh(x))", slope_only(_not_squared)),
    _derivative("grad_x = grad_out * (1 - x**2)", slope_only(_input_squared)),
    divided_entry("tanh", "grad_x = grad_out / (1 - tanh(x)**2)"),
    overflow_entry(
        "tanh", "out = (exp(x) - exp(-x)) / (exp(x) + exp(-x))", _two_exponentials
    ),
)
