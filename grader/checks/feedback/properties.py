"""Sentences of the kind ``properties``."""

from collections.abc import Mapping

from grader.checks.compare import Comparison
from grader.checks.feedback.comparing import inside, place, two_numbers

NOTHING_KNOWN = "no relation is known that must hold for this operation"
NO_CHOICE = "at least one relation must be judged"
LOOK: Mapping[str, str] = {
    "linear_in_upstream": (
        "Does every term of backward contain grad_out, and contain it once?"
    ),
    "independent_examples": "Along which axis does each sum or maximum of yours run?",
    "shift_invariant": "Put x + c for x into your formula: where does c remain?",
    "rows_sum_to_zero": "Which entries of a row are changed by one and the same score?",
    "adjoint": "Which way round does each index run in forward, and in backward?",
    "translated": "Where does the first window begin, and where does the last one end?",
    "linear_in_input": "Is anything added, or cut off, that does not depend on x?",
    "sums_to_zero": "Through which other entries does x act on an output?",
}
"""By name of a relation, what to look at."""
LOOK_ANYWHERE = "Try it with numbers that are small enough to do by hand."


def unknown(known: str) -> str:
    """Say which relations there are."""
    return f"unknown relation; known are: {known}"


def holds(sentence: str) -> str:
    """Say that a relation holds."""
    return f"{sentence} Your code does this."


def broken(sentence: str, name: str, difference: str) -> str:
    """Say that a relation must hold, and where it does not."""
    return (
        f"{sentence} This must hold, but {difference} {LOOK.get(name, LOOK_ANYWHERE)}"
    )


def changed(subject: str, found: Comparison) -> str:
    """Say where an answer moved that should have stayed."""
    before, after = _numbers(found)
    return f"{_entry(found)}{inside(subject)} went from {before} to {after}."


def differs(subject: str, found: Comparison, *, within: bool) -> str:
    """Say where two things differ that must be equal.

    Parameters
    ----------
    within
        Whether one answer alone shows it; else several answers do not fit together.
    """
    needed, got = _numbers(found)
    if within:
        return f"{_entry(found)}{inside(subject)} is {got}; it must be {needed}."
    return (
        f"{_entry(found)}{inside(subject)} is {got}; by your other answers it must be "
        f"{needed}."
    )


def refused(subject: str, refusal: str) -> str:
    """Say that a relation holds in single precision only, where that is refused."""
    return f"{inside(subject)} {refusal}"


def wrong_shape(
    subject: str, got: tuple[int, ...], needed: tuple[int, ...] | None
) -> str:
    """Say that an answer cannot be related to anything because of its shape."""
    return f"{subject} has shape {got}, but must have shape {needed}."


def not_real(subject: str, dtype: str) -> str:
    """Say that an answer is no array of real numbers."""
    return f"{subject} must hold real numbers, but is of type {dtype}."


def not_finite(subject: str) -> str:
    """Say that an answer has NaN or infinities in it."""
    return (
        f"{subject} contains numbers that are not finite. Which division or "
        "exponential could do that?"
    )


def constant(subject: str) -> str:
    """Say that an answer does not depend on anything."""
    return (
        f"{subject} is the same whatever the inputs are, so that it shows nothing. Is "
        "the result ever written to the place where it is read?"
    )


def random(subject: str) -> str:
    """Say that the same question got two answers."""
    return (
        f"{subject} is not the same when the same question is asked twice. What does "
        "your code remember between two calls, or draw at random?"
    )


def _numbers(found: Comparison) -> tuple[str, str]:
    index = found.worst or ()
    return two_numbers(float(found.expected[index]), float(found.got[index]))


def _entry(found: Comparison) -> str:
    return f"entry {place(found.worst)} of " if found.worst else ""
