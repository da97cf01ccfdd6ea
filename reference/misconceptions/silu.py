"""What goes wrong in a sigmoid linear unit."""

import numpy as np

from reference.misconceptions.activations import (
    missing_factor_entry,
    other_activation_entry,
    overflow_entry,
    product_rule_entries,
    reversed_exponent_entry,
    slope_only,
    with_slope,
)
from reference.misconceptions.backward import activation_entries
from reference.operations.base import Array, Arrays, Operation


def _sigmoid(operation: Operation, x: Array) -> tuple[Array, Array]:
    gate = 0.5 * (1.0 + np.tanh(0.5 * x))
    return gate, gate * (1.0 - gate)


def _only_the_gate(operation: Operation, x: Array) -> Array:
    return _sigmoid(operation, x)[1]


def _input_lost(operation: Operation, x: Array) -> Array:
    return sum(_sigmoid(operation, x), start=np.zeros_like(x))


def _falling(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    gate, slope = _sigmoid(operation, -x)
    return with_slope(arrays, x * gate, gate - x * slope)


def _growing_exponential(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    with np.errstate(over="ignore", invalid="ignore"):
        growing = np.exp(x)
        gate = growing / (1.0 + growing)
        return with_slope(arrays, x * gate, gate + x * gate * (1.0 - gate))


MISCONCEPTIONS = (
    *activation_entries("silu"),
    other_activation_entry(
        "silu",
        "grad_x = grad_out * s * (1 - s) with s = sigmoid(x)",
        slope_only(_only_the_gate),
    ),
    overflow_entry("silu", "out = x * exp(x) / (1 + exp(x))", _growing_exponential),
    reversed_exponent_entry("silu", "out = x / (1 + exp(x))", _falling),
    missing_factor_entry(
        "silu",
        "Where does the function have its minimum? Can your derivative become zero "
        "there?",
        "grad_x = grad_out * (s + s * (1 - s)) with s = sigmoid(x)",
        slope_only(_input_lost),
    ),
    *product_rule_entries(
        "silu", _sigmoid, "sigmoid(x)", "x * s * (1 - s) with s = sigmoid(x)"
    ),
)
