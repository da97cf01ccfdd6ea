"""Sentences of the kind ``optimizer``."""

from grader.checks.compare import Index
from grader.checks.feedback.comparing import earlier_ones, place, two_numbers


def right(steps: int) -> str:
    """Say that all steps of an optimizer are right."""
    return f"All {steps} steps are right."


def wrong(
    step: int, steps: int, name: str, index: Index, numbers: tuple[float, float]
) -> str:
    """Name the first step after which a parameter is wrong; steps count from 1."""
    expected, got = two_numbers(*numbers)
    before = "" if step == 1 else f" {earlier_ones(step - 1, 'step', 'steps')}"
    at = f"entry {place(index)} of " if index else ""
    return (
        f"After step {step} of {steps}, {at}{name} is {got}; right is "
        f"{expected}.{before}"
    )


BY_HAND = "Take this step by hand for one number."


def wrong_shape(name: str, got: Index, needed: Index) -> str:
    """Say that a parameter does not keep its shape; both without the axis of steps."""
    return f"After the first step {name} has shape {got}, but must have shape {needed}."
