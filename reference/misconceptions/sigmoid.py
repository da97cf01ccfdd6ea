"""What goes wrong in a logistic sigmoid."""

import numpy as np

from reference.misconceptions.backward import activation_entries, needs_upstream
from reference.misconceptions.base import Misconception, VisibleOn
from reference.operations.base import Array, Arrays, Operation


@needs_upstream
def _activated_twice(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out = operation.answer({"x": arrays["x"]})["out"]
    return {
        "grad_x": operation.answer({"x": out, "grad_out": arrays["grad_out"]})["grad_x"]
    }


@needs_upstream
def _input_as_output(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    return {"grad_x": arrays["grad_out"] * x * (1.0 - x)}


def _growing_exponential(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    with np.errstate(over="ignore", invalid="ignore"):
        growing = np.exp(arrays["x"])
        out = growing / (1.0 + growing)
    if "grad_out" not in arrays:
        return {"out": out}
    return {"out": out, "grad_x": arrays["grad_out"] * out * (1.0 - out)}


MISCONCEPTIONS = (
    *activation_entries("sigmoid"),
    Misconception(
        id="M31",
        operation="sigmoid",
        title="derivative evaluated at the activated value",
        hint=(
            "Which number do you pass to your derivative: the input of the layer, or "
            "something that has been through the sigmoid already?"
        ),
        formula="grad_x = grad_out * s(a) * (1 - s(a)) with a = s(x)",
        wrong=_activated_twice,
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
        wrong=_input_as_output,
    ),
    Misconception(
        id="M41",
        operation="sigmoid",
        title="exponential overflows for large inputs",
        hint=(
            "What is the largest exponential that your formula takes when x is 1000? "
            "Can the same function be written so that none of them grows?"
        ),
        formula="out = exp(x) / (1 + exp(x))",
        wrong=_growing_exponential,
        visible_on=VisibleOn.STABILITY,
    ),
)
