"""Sentences of the kind ``initializer``."""

from grader.checks.compare import Index
from grader.checks.feedback.comparing import two_numbers

NOT_FINITE = "The drawn weights must be finite real numbers."


def wrong_shape(got: Index, expected: Index) -> str:
    """Say that a draw has another shape than was asked for."""
    return f"The drawn weights have shape {got}, but must have shape {expected}."


def moment_wrong(moment: str, shape: Index, numbers: tuple[float, float]) -> str:
    """Say which moment of a draw is off, with both numbers."""
    expected, got = two_numbers(*numbers)
    return (
        f"The {moment} of weights of shape {shape} is {got}; right is {expected}. That "
        "is further off than chance can explain."
    )
