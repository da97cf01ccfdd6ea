"""Sentences of the kind ``initializer``."""

from grader.checks.compare import Index
from grader.checks.feedback.comparing import two_numbers
from grader.report import Diagnosis

NOT_FINITE = "The drawn weights must be finite real numbers."
REPEATED = (
    "Asked twice for weights of one shape, your code gave the same numbers, although "
    "the state of np.random was another one. That costs no points."
)
SAME_SEED = Diagnosis(
    "M153",
    "same seed for every draw",
    "Create two layers of the same size and compare their weights. Where is the seed "
    "set, and how often does that line run?",
)


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
