"""What goes wrong in a softmax layer."""

import numpy as np

from reference.misconceptions.activations import missing_factor_entry
from reference.misconceptions.backward import (
    forgotten_derivative_entry,
    ignored_upstream_entry,
    needs_upstream,
    value_as_slope_entry,
)
from reference.misconceptions.slices import (
    axis_of,
    backward_entries,
    diagonal_entry,
    distribution_entries,
    mean_entry,
    overflow_entries,
    probabilities,
)
from reference.operations.base import Array, Arrays, Operation


def _finish(
    operation: Operation, arrays: Arrays, z: Array, total: Array, axis: int
) -> dict[str, Array]:
    out = np.exp(z) / total
    if "grad_out" not in arrays:
        return {"out": out}
    grad_out = arrays["grad_out"]
    mean = (grad_out * out).sum(axis=axis, keepdims=True)
    return {"out": out, "grad_x": out * (grad_out - mean)}


@needs_upstream
def _own_slopes(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out = probabilities(operation, arrays)
    return {"grad_x": out * (1.0 - out)}


@needs_upstream
def _diagonal(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out = probabilities(operation, arrays)
    return {"grad_x": arrays["grad_out"] * out * (1.0 - out)}


@needs_upstream
def _not_weighted(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    grad_out = arrays["grad_out"]
    total = grad_out.sum(axis=axis_of(operation), keepdims=True)
    return {"grad_x": probabilities(operation, arrays) * (grad_out - total)}


@needs_upstream
def _mean(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out, grad_out = probabilities(operation, arrays), arrays["grad_out"]
    mean = (grad_out * out).mean(axis=axis_of(operation), keepdims=True)
    return {"grad_x": out * (grad_out - mean)}


MISCONCEPTIONS = (
    *backward_entries("softmax"),
    ignored_upstream_entry("softmax", "grad_x = out * (1 - out)", _own_slopes),
    forgotten_derivative_entry("softmax"),
    *overflow_entries("softmax", _finish),
    *distribution_entries("softmax", _finish),
    value_as_slope_entry("softmax", "grad_x = grad_out * out"),
    missing_factor_entry(
        "softmax",
        "What should each row of your gradient add up to when a shift of the whole row "
        "changes no output? Which terms of your sum belong to likely classes?",
        "grad_x = out * (grad_out - sum(grad_out, axis))",
        _not_weighted,
    ),
    diagonal_entry("softmax", "grad_x = grad_out * out * (1 - out)", _diagonal),
    mean_entry("softmax", "grad_x = out * (grad_out - mean(grad_out * out))", _mean),
)
