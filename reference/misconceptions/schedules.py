"""Mistakes that look alike in several schedules of the learning rate."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.conventions import chosen
from reference.operations.base import Array, Arrays, Operation

Given = Mapping[str, Any]
Rates = Callable[[Array, Given], Array | None]
"""Steps and conventions in, rates out; nothing where the mistake cannot be made."""


def rates(formula: Rates) -> Wrong:
    """Return the rates under a wrong formula."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        steps = arrays["step"].astype(np.float64)
        found = formula(steps, chosen(operation))
        return {} if found is None else {"rate": found}

    wrong.__name__ = formula.__name__
    return wrong


def shifted(steps: int) -> Wrong:
    """Return the right rates of steps that are so many later."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return operation.answer({**arrays, "step": arrays["step"] + steps})

    wrong.__name__ = f"shifted_by_{steps}"
    return wrong


def ignored_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M146 for a schedule."""
    return Misconception(
        id="M146",
        operation=operation,
        title="argument of the schedule ignored",
        hint=(
            "Change the arguments of the schedule one at a time. Which of them leaves "
            "every rate as it was?"
        ),
        formula=formula,
        wrong=wrong,
    )


def shifted_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M158 for a schedule."""
    return Misconception(
        id="M158",
        operation=operation,
        title="schedule shifted by a step",
        hint=(
            "List the first three rates. Which number does your first step have, and "
            "which rate should that step get?"
        ),
        formula=formula,
        wrong=wrong,
    )


def share_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M232 for a schedule with a factor."""
    return Misconception(
        id="M232",
        operation=operation,
        title="factor read as the share that is taken away",
        hint=(
            "With a rate of 1 and a factor of 0.9, what should be left after one "
            "reduction?"
        ),
        formula=formula,
        wrong=wrong,
    )


def law_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M233 for a schedule that decays."""
    return Misconception(
        id="M233",
        operation=operation,
        title="decay follows another law",
        hint=(
            "Start from a rate of 1 and list the rates of the first ten steps by hand. "
            "Where should they fall, by which factor, and where do yours?"
        ),
        formula=formula,
        wrong=wrong,
    )


def ends_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M234 for a schedule between two given rates."""
    return Misconception(
        id="M234",
        operation=operation,
        title="curve does not join the rates that are given",
        hint=(
            "Put the first step, the middle one and the last one into your formula. "
            "Which rates come out, and which should?"
        ),
        formula=formula,
        wrong=wrong,
    )


def afterwards_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M235 for a schedule of limited length."""
    return Misconception(
        id="M235",
        operation=operation,
        title="wrong rate after the last step of the curve",
        hint=(
            "Ask for the rate of a step far beyond the end. What does the assignment "
            "say about it, and what does your code return?"
        ),
        formula=formula,
        wrong=wrong,
    )
