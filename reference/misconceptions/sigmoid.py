"""What goes wrong in a logistic sigmoid."""

import numpy as np

from reference.misconceptions.activations import (
    activated_twice_entry,
    divided_entry,
    missing_factor_entry,
    other_activation_entry,
    overflow_entry,
    reversed_exponent_entry,
    slope_only,
    with_slope,
)
from reference.misconceptions.backward import activation_entries
from reference.misconceptions.base import Misconception
from reference.operations.base import Array, Arrays, Operation


def _value(operation: Operation, x: Array) -> Array:
    return operation.answer({"x": x})["out"]


def _tanh_slope(operation: Operation, x: Array) -> Array:
    return 1.0 - _value(operation, x) ** 2


def _half_the_slope(operation: Operation, x: Array) -> Array:
    return 1.0 - _value(operation, x)


def _input_as_output(operation: Operation, x: Array) -> Array:
    return x * (1.0 - x)


def _falling(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"out": _value(operation, -arrays["x"])}


def _growing_exponential(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    with np.errstate(over="ignore", invalid="ignore"):
        growing = np.exp(arrays["x"])
        out = growing / (1.0 + growing)
        return with_slope(arrays, out, out * (1.0 - out))


MISCONCEPTIONS = (
    *activation_entries("sigmoid"),
    other_activation_entry(
        "sigmoid", "grad_x = grad_out * (1 - out**2)", slope_only(_tanh_slope)
    ),
    activated_twice_entry(
        "sigmoid", "grad_x = grad_out * s(a) * (1 - s(a)) with a = s(x)"
    ),
    Misconception(
        id="M32",
        operation="sigmoid",
        title="derivative formula applied to the input",
        hint=(
            "The sigmoid never falls. Can the derivative that you compute be negative, "
            "for example at x = 2?"
        ),
        formula="grad_x = grad_out * x * (1 - x)",
        wrong=slope_only(_input_as_output),
    ),
    divided_entry("sigmoid", "grad_x = grad_out / (out * (1 - out))"),
    overflow_entry("sigmoid", "out = exp(x) / (1 + exp(x))", _growing_exponential),
    reversed_exponent_entry("sigmoid", "out = 1 / (1 + exp(x))", _falling),
    missing_factor_entry(
        "sigmoid",
        "The sigmoid is flat on both sides. Does your derivative go to 0 on both sides "
        "as well?",
        "grad_x = grad_out * (1 - out)",
        slope_only(_half_the_slope),
    ),
)
