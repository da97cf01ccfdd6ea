"""What goes wrong in a hyperbolic tangent."""

import numpy as np

from reference.misconceptions.backward import activation_entries, needs_upstream
from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation


@needs_upstream
def _not_squared(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": arrays["grad_out"] * (1.0 - np.tanh(arrays["x"]))}


@needs_upstream
def _input_squared(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": arrays["grad_out"] * (1.0 - arrays["x"] ** 2)}


@needs_upstream
def _reciprocal(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": arrays["grad_out"] / (1.0 - np.tanh(arrays["x"]) ** 2)}


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
    _derivative("grad_x = grad_out * (1 - tanh(x))", _not_squared),
    _derivative("grad_x = grad_out * (1 - x**2)", _input_squared),
    Misconception(
        id="M34",
        operation="tanh",
        title="divided by the derivative",
        hint=(
            "What does the chain rule do with the upstream gradient and the local "
            "derivative? Should a flat part of the curve make the gradient larger?"
        ),
        formula="grad_x = grad_out / (1 - tanh(x)**2)",
        wrong=_reciprocal,
    ),
)
