"""Sentences of the kind ``gradcheck``."""

from collections.abc import Sequence

from grader.checks.feedback.comparing import two_numbers


def passed(names: Sequence[str]) -> str:
    """Say that every gradient is the derivative of the student's own forward."""
    return f"Your backward is the derivative of your own forward ({', '.join(names)})."


def failed(name: str, measured: float, claimed: float) -> str:
    """Say which gradient is not the slope of the student's own forward."""
    slope, claim = two_numbers(measured, claimed)
    return (
        f"{name} is not the derivative of your own forward: along a random direction "
        f"your forward changes at a rate of {slope}, your gradient says {claim}."
    )


def undecided(names: Sequence[str]) -> str:
    """Say that the numerical check cannot decide."""
    return (
        f"The numerical check could not decide about {', '.join(names)}: your forward "
        "is constant, noisy, computed in single precision, or has a kink nearby."
    )


def wrong_shape(name: str, got: tuple[int, ...], needed: tuple[int, ...]) -> str:
    """Say that a gradient cannot be checked because of its shape."""
    return f"{name} has shape {got}, but belongs to an array of shape {needed}."
