"""Mistakes in a loss that look alike in every loss."""

from reference.misconceptions.backward import scaled
from reference.misconceptions.base import Misconception
from reference.operations.base import Array, Arrays, Operation


def negated_gradient(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return the gradient with the opposite sign."""
    return scaled(operation, arrays, -1.0, *operation.gradients)


def negated_loss_entry(operation: str, formula: str) -> Misconception:
    """Return M09 for a loss."""
    return Misconception(
        id="M09",
        operation=operation,
        title="sign of the gradient reversed",
        hint=(
            "Raise one prediction a little. Does the loss move in the direction that "
            "your gradient says?"
        ),
        formula=formula,
        wrong=negated_gradient,
    )


def both_scaled(
    operation: Operation, arrays: Arrays, factor: float
) -> dict[str, Array]:
    """Return loss and gradient multiplied by the same number."""
    return scaled(operation, arrays, factor, operation.output, *operation.gradients)
