"""Mistakes in a backward pass that look alike in every layer."""

from functools import wraps

from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation


def needs_upstream(wrong: Wrong) -> Wrong:
    """Let a wrong backward return nothing where only the forward was asked for."""

    @wraps(wrong)
    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return wrong(operation, arrays) if "grad_out" in arrays else {}

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
    return scaled(operation, arrays, 1.0 / len(arrays["x"]), *operation.gradients)


@needs_upstream
def unchanged_upstream(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Hand the upstream gradient on as it is."""
    return {"grad_x": arrays["grad_out"].copy()}


@needs_upstream
def without_upstream(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return the derivative itself, as if the upstream gradient were one."""
    gradient = operation.answer(arrays)["grad_x"]
    return {"grad_x": gradient / arrays["grad_out"]}


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


def activation_entries(operation: str) -> tuple[Misconception, ...]:
    """Return the mistakes that can be made with any activation."""
    return (
        averaged_entry(operation),
        negated_entry(operation),
        Misconception(
            id="M23",
            operation=operation,
            title="upstream gradient ignored",
            hint=(
                "Suppose the loss were twice as large. What should happen to the "
                "gradient that this layer hands back, and does it?"
            ),
            formula="grad_x = derivative at x",
            wrong=without_upstream,
        ),
        Misconception(
            id="M27",
            operation=operation,
            title="derivative of the activation forgotten",
            hint=(
                "List every function between the input of this layer and the loss. "
                "Does each of them appear in your gradient?"
            ),
            formula="grad_x = grad_out",
            wrong=unchanged_upstream,
        ),
    )
