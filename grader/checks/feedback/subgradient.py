"""Sentences of the kind ``subgradient``."""

from grader.checks.feedback.comparing import two_numbers
from grader.report import Diagnosis

NO_KINKS = (
    "this operation has no place without a derivative that inputs can hit exactly"
)


def right(message: str, kink: str) -> str:
    """Say that a quantity is right, and where it was asked about."""
    return f"{message} This includes the places {kink}."


def choice(kink: str, low: float, high: float) -> str:
    """Say which numbers are right at a kink."""
    least, most = two_numbers(low, high)
    return (
        f"This entry lies {kink}. There is no derivative there, so every number from "
        f"{least} to {most} is right."
    )


def shared(kink: str, low: float, high: float) -> str:
    """Say that a number could be right, but not beside its neighbours."""
    least, most = two_numbers(low, high)
    return (
        f"This entry lies {kink}. Alone it may be every number from {least} to {most}, "
        "but what you give to all entries of that place together is too much or too "
        "little. How much arrives there?"
    )


def other_convention(kink: str) -> str:
    """Say that an answer is right in itself and not what this course uses."""
    return (
        f"Your answer is a valid choice for the places {kink}, but this assignment "
        "asks for another one. What does the handout say about them?"
    )


def asked_there(kink: str) -> str:
    """Say what is special about the inputs of this check."""
    return f"The inputs of this check contain places {kink}."


def wrong_elsewhere(kink: str) -> str:
    """Say that the mistake is not about kinks."""
    return (
        f"It is wrong on inputs without any place {kink} as well. Correct that first."
    )


def breaks(kink: str) -> Diagnosis:
    """Return the diagnosis for code that answers on all inputs but those with kinks."""
    return Diagnosis(
        "M110",
        f"breaks {kink}",
        "The same call works on inputs without such a place. Which line takes for "
        "granted that there is exactly one of something?",
    )
