"""What goes wrong when noise is added to the inputs.

In evaluation there is no noise, so that only mistakes in backward are left.
"""

from functools import wraps

from reference.misconceptions.activations import with_slope
from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation

_NAME = "jitter"


def _while_training(wrong: Wrong) -> Wrong:
    """Return nothing in evaluation."""

    @wraps(wrong)
    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return wrong(operation, arrays) if "noise" in arrays else {}

    return guarded


@_while_training
def _one_for_all(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"out": arrays["x"] + arrays["noise"][:1]}


@_while_training
def _not_added(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"out": arrays["x"].copy()}


@needs_upstream
@_while_training
def _added_to_gradient(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": arrays["grad_out"] + arrays["noise"]}


@_while_training
def _scaled_again(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    sigma = operation.sizes(arrays)["sigma"]
    return {"out": arrays["x"] + sigma * arrays["noise"]}


@_while_training
def _multiplied(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    noise = arrays["noise"]
    return with_slope(arrays, arrays["x"] * noise, noise)


@_while_training
def _relative(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    factor = 1.0 + arrays["noise"]
    return with_slope(arrays, arrays["x"] * factor, factor)


def _entry(
    number: str, title: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    return Misconception(number, _NAME, title, hint, formula, wrong)


def _place_entry(formula: str, wrong: Wrong) -> Misconception:
    return _entry(
        "M93",
        "noise in the wrong place",
        "Give the layer an input of zeros. What should come out in training, and does "
        "the derivative of that depend on the noise?",
        formula,
        wrong,
    )


def _factor_entry(formula: str, wrong: Wrong) -> Misconception:
    return _entry(
        "M279",
        "noise used as a factor",
        "What should this layer do to an input that is exactly 0? Does the size of the "
        "noise depend on the input?",
        formula,
        wrong,
    )


MISCONCEPTIONS = (
    averaged_entry(_NAME),
    negated_entry(_NAME),
    ignored_upstream_entry(_NAME, "grad_x = 1"),
    _entry(
        "M92",
        "one row of noise for the whole batch",
        "Give the layer the same example twice in one batch. Should both come out "
        "alike in training?",
        "out = x + noise[0]",
        _one_for_all,
    ),
    _place_entry("out = x in training", _not_added),
    _place_entry("grad_x = grad_out + noise", _added_to_gradient),
    _entry(
        "M273",
        "noise scaled once more",
        "What is the standard deviation of the noise that is given, and what is that "
        "of your output for a constant input?",
        "out = x + sigma * noise",
        _scaled_again,
    ),
    _factor_entry("out = x * noise, grad_x = grad_out * noise", _multiplied),
    _factor_entry("out = x * (1 + noise)", _relative),
)
