"""Sentences of the kind ``gradcheck``."""

from collections.abc import Sequence

from grader.checks.feedback.comparing import two_numbers
from grader.checks.own_forward import Doubt
from grader.contract.messages import Array


def passed(names: Sequence[str]) -> str:
    """Say that every gradient is the derivative of the student's own forward."""
    return f"Your backward is the derivative of your own forward ({', '.join(names)})."


def failed(name: str, source: str, measured: float, claimed: float) -> str:
    """Say which gradient is not the slope of the student's own forward.

    Parameters
    ----------
    source
        The input or parameter that was moved.
    """
    slope, claim = two_numbers(measured, claimed)
    return (
        f"{name} is not the derivative of your own forward. When the entries of "
        f"{source} move a little, each at its own speed, your forward changes at a "
        f"rate of {slope}; your gradient predicts {claim}."
    )


def undecided(names: Sequence[str]) -> str:
    """Say that the numerical check cannot decide."""
    return (
        f"The numerical check could not decide about {', '.join(names)}: your forward "
        "is constant, noisy, computed in single precision, or has a kink nearby."
    )


SOMEBODY_LOOKS = (
    "That is not counted against you: the points are open until somebody looks at it."
)


def no_slope(doubt: Doubt, source: str) -> str:
    """Say why the student's forward has no slope that could be measured."""
    return {
        Doubt.NOT_FINITE: (
            "Your forward gives no finite numbers of the right shape here, so no slope "
            "can be measured. Print its output for a small input: which entry is not "
            "finite?"
        ),
        Doubt.RANDOM: (
            "Your forward gives two different results for the same input, so no slope "
            "can be measured. What does it remember between two calls, or draw at "
            "random?"
        ),
        Doubt.BLUNT: (
            f"Your forward gives the same result when {source} changes a little, so "
            "that there is no slope to compare with. Where does "
            f"{source} go in, and is anything rounded on the way?"
        ),
    }[doubt]


def unfit(name: str, got: Array, needed: tuple[int, ...]) -> str:
    """Say that a gradient cannot be checked because of its shape or type."""
    if got.shape == needed:
        return f"{name} must hold real numbers, but is of type {got.dtype}."
    return f"{name} has shape {got.shape}, but belongs to an array of shape {needed}."
