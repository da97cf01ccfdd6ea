"""What goes wrong in the logarithm of softmax."""

import numpy as np

from reference.misconceptions.activations import (
    missing_factor_entry,
    other_activation_entry,
)
from reference.misconceptions.backward import (
    forgotten_derivative_entry,
    ignored_upstream_entry,
    needs_upstream,
)
from reference.misconceptions.base import Misconception, VisibleOn
from reference.misconceptions.slices import (
    axis_of,
    backward_entries,
    diagonal_entry,
    distribution_entries,
    mean_entry,
    overflow_entries,
    probabilities,
    shift_entry,
)
from reference.operations.base import Array, Arrays, Operation


def _finish(
    operation: Operation, arrays: Arrays, z: Array, total: Array, axis: int
) -> dict[str, Array]:
    answer = {"out": z - np.log(total)}
    if "grad_out" in arrays:
        grad_out = arrays["grad_out"]
        shares = np.exp(z) / total
        summed = grad_out.sum(axis=axis, keepdims=True)
        answer["grad_x"] = grad_out - shares * summed
    return answer


def _log_of_softmax(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    with np.errstate(divide="ignore"):
        return {"out": np.log(probabilities(operation, arrays))}


@needs_upstream
def _softmax_slope(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    shares, grad_out = probabilities(operation, arrays), arrays["grad_out"]
    mean = (grad_out * shares).sum(axis=axis_of(operation), keepdims=True)
    return {"grad_x": shares * (grad_out - mean)}


@needs_upstream
def _one_label(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": arrays["grad_out"] - probabilities(operation, arrays)}


@needs_upstream
def _diagonal(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": arrays["grad_out"] * (1.0 - probabilities(operation, arrays))}


@needs_upstream
def _mean(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    grad_out = arrays["grad_out"]
    mean = grad_out.mean(axis=axis_of(operation), keepdims=True)
    return {"grad_x": grad_out - probabilities(operation, arrays) * mean}


def _shift_kept(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    peak = arrays["x"].max(axis=axis_of(operation), keepdims=True)
    return {"out": operation.answer({"x": arrays["x"]})["out"] + peak}


MISCONCEPTIONS = (
    *backward_entries("log_softmax"),
    ignored_upstream_entry("log_softmax", "grad_x = 1 - C * softmax(x)"),
    other_activation_entry(
        "log_softmax",
        "grad_x = s * (grad_out - sum(grad_out * s)) with s = softmax(x)",
        _softmax_slope,
    ),
    forgotten_derivative_entry("log_softmax"),
    *overflow_entries("log_softmax", _finish),
    *distribution_entries("log_softmax", _finish),
    Misconception(
        id="M54",
        operation="log_softmax",
        title="logarithm of a probability that is rounded to zero",
        hint=(
            "What is your softmax of a class that lies 1000 below the others, and what "
            "is the logarithm of that? Can the quotient be avoided?"
        ),
        formula="out = log(softmax(x))",
        wrong=_log_of_softmax,
        visible_on=VisibleOn.STABILITY,
    ),
    missing_factor_entry(
        "log_softmax",
        "Your gradient is right for one particular upstream gradient. What does each "
        "row of that one add up to, and must every row do so?",
        "grad_x = grad_out - softmax(x)",
        _one_label,
    ),
    diagonal_entry("log_softmax", "grad_x = grad_out * (1 - softmax(x))", _diagonal),
    mean_entry("log_softmax", "grad_x = grad_out - softmax(x) * mean(grad_out)", _mean),
    shift_entry(
        "log_softmax", "out = x - log(sum(exp(x - m))) with m = max(x)", _shift_kept
    ),
)
