"""Mistakes in a backward pass that look alike in every layer."""

from functools import wraps

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation


def needs_upstream(wrong: Wrong) -> Wrong:
    """Let a wrong backward return nothing where only the forward was asked for."""

    @wraps(wrong)
    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return wrong(operation, arrays) if operation.upstreams(arrays) else {}

    return guarded


def scaled(
    operation: Operation, arrays: Arrays, factor: float, *quantities: str
) -> dict[str, Array]:
    """Return the right answer for some quantities, multiplied by a number."""
    answer = operation.answer(arrays)
    return {quantity: factor * answer[quantity] for quantity in quantities}


@needs_upstream
def negated(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return every gradient with the opposite sign."""
    return scaled(operation, arrays, -1.0, *operation.gradients)


@needs_upstream
def averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return every gradient divided by the size of the batch."""
    count = len(arrays[operation.arguments[0]])
    return scaled(operation, arrays, 1.0 / count, *operation.gradients)


@needs_upstream
def parameters_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return the gradients of the parameters divided by the size of the batch."""
    count = len(arrays[operation.arguments[0]])
    return scaled(operation, arrays, 1.0 / count, *parameter_gradients(operation))


@needs_upstream
def parameters_doubled(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return the gradients of the parameters multiplied by two."""
    return scaled(operation, arrays, 2.0, *parameter_gradients(operation))


def parameter_gradients(operation: Operation) -> tuple[str, ...]:
    """Return the names of those gradients that belong to parameters."""
    return tuple(
        gradient
        for gradient, name in operation.gradients.items()
        if name in operation.parameters
    )


@needs_upstream
def unchanged_upstream(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Hand the upstream gradient on as it is."""
    return {"grad_x": arrays["grad_out"].copy()}


@needs_upstream
def without_upstream(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return every gradient as if each upstream gradient were one."""
    given = operation.upstreams(arrays).items()
    ones = {f"grad_{output}": np.ones_like(upstream) for output, upstream in given}
    right = operation.answer({**arrays, **ones})
    return {name: right[name] for name in operation.gradients}


@needs_upstream
def value_as_slope(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return the upstream gradient times the output."""
    return {"grad_x": arrays["grad_out"] * operation.answer(arrays)["out"]}


def parameters_averaged_entry(operation: str, formula: str) -> Misconception:
    """Return M02 for a layer with parameters."""
    return Misconception(
        id="M02",
        operation=operation,
        title="batch average taken again for the parameters",
        hint=(
            "Follow the factor 1/N from the loss down to the parameters. How often is "
            "it applied on the way?"
        ),
        formula=formula,
        wrong=parameters_averaged,
    )


def parameters_doubled_entry(operation: str, formula: str) -> Misconception:
    """Return M57 for a layer with parameters."""
    return Misconception(
        id="M57",
        operation=operation,
        title="gradient counted twice",
        hint=(
            "Start from empty gradients and call backward once. How many times is each "
            "product added?"
        ),
        formula=formula,
        wrong=parameters_doubled,
    )


def wrong_axis_entry(
    operation: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    """Return M245 for a layer with parameters."""
    title = "parameter gradient summed along the wrong axis"
    return Misconception("M245", operation, title, hint, formula, wrong)


def averaged_entry(operation: str) -> Misconception:
    """Return M03 for a layer."""
    return Misconception(
        id="M03",
        operation=operation,
        title="batch average taken in every layer",
        hint=(
            "Give this layer the same upstream gradients in a batch and in one twice "
            "as long. Should the entries that both have in common differ?"
        ),
        formula="every gradient is divided by N",
        wrong=averaged,
    )


def negated_entry(operation: str) -> Misconception:
    """Return M09 for a layer."""
    return Misconception(
        id="M09",
        operation=operation,
        title="sign of the gradient reversed",
        hint=(
            "In which direction does the loss grow? Which one of the two does a "
            "gradient point in?"
        ),
        formula="grad = -grad",
        wrong=negated,
    )


def ignored_upstream_entry(
    operation: str, formula: str, wrong: Wrong = without_upstream
) -> Misconception:
    """Return M23 for a layer."""
    return Misconception(
        id="M23",
        operation=operation,
        title="upstream gradient ignored",
        hint=(
            "Suppose the loss were twice as large. What should happen to every "
            "gradient that this layer computes, and does it?"
        ),
        formula=formula,
        wrong=wrong,
    )


def forgotten_derivative_entry(
    operation: str, wrong: Wrong = unchanged_upstream
) -> Misconception:
    """Return M27 for an activation."""
    return Misconception(
        id="M27",
        operation=operation,
        title="derivative of the activation forgotten",
        hint=(
            "List every function between the input of this layer and the loss. "
            "Does each of them appear in your gradient?"
        ),
        formula="grad_x = grad_out",
        wrong=wrong,
    )


def value_as_slope_entry(
    operation: str, formula: str, wrong: Wrong = value_as_slope
) -> Misconception:
    """Return M200 for a layer that is not linear."""
    return Misconception(
        id="M200",
        operation=operation,
        title="function value used in place of its derivative",
        hint=(
            "Move one input a little. Is the factor by which you multiply the upstream "
            "gradient how much the output changes, or how large the output is?"
        ),
        formula=formula,
        wrong=wrong,
    )


def activation_entries(operation: str) -> tuple[Misconception, ...]:
    """Return the mistakes that can be made with any activation."""
    return (
        averaged_entry(operation),
        negated_entry(operation),
        ignored_upstream_entry(operation, "grad_x = derivative at x"),
        forgotten_derivative_entry(operation),
        value_as_slope_entry(operation, "grad_x = grad_out * out"),
    )
