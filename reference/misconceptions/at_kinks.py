"""Mistakes that show only exactly where two formulas meet.

Every valid subgradient is right there, so a formula is a mistake only where it gives
none of them.
"""

from collections.abc import Callable
from functools import wraps

import numpy as np

from reference.misconceptions.backward import needs_upstream
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.changes import ROUNDING, changed, quiet
from reference.operations.base import Array, Arrays, Operation

Slope = Callable[[Operation, Arrays], Array | float]
"""The derivative just to the left of zero, to multiply ``x`` with."""


def where_invalid(wrong: Wrong) -> Wrong:
    """Leave out what is a right answer after all: a subgradient, or the convention."""

    @wraps(wrong)
    def kept(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        found = changed(operation, arrays, wrong(operation, arrays))
        return {
            name: value
            for name, value in found.items()
            if not is_subgradient(operation, arrays, name, value)
        }

    return quiet(kept)


def is_subgradient(
    operation: Operation, arrays: Arrays, quantity: str, value: Array
) -> bool:
    """Tell whether an answer is right under some choice at the kinks."""
    if not np.isfinite(value).all():
        return False
    error = np.abs(operation.nearest(arrays, quantity, value) - value)
    return bool(
        np.max(error, initial=0.0) <= ROUNDING * np.max(np.abs(value), initial=0.0)
    )


def divided_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M380 for an operation whose sides differ by a factor."""
    return Misconception(
        id="M380",
        operation=operation,
        title="division by zero at the kink",
        hint=(
            "Follow an entry for which everything you divide by is exactly 0. What "
            "does NumPy answer for 0 / 0, and how far does that travel?"
        ),
        formula=formula,
        wrong=where_invalid(wrong),
        visible_on=VisibleOn.KINKS,
    )


def neither_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M381 for an operation of two formulas."""
    return Misconception(
        id="M381",
        operation=operation,
        title="the boundary belongs to neither side",
        hint=(
            "Write down the conditions of both of your cases. Which of them holds for "
            "an entry that lies exactly on the boundary?"
        ),
        formula=formula,
        wrong=where_invalid(wrong),
        visible_on=VisibleOn.KINKS,
    )


def both_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M382 for an operation of two formulas."""
    return Misconception(
        id="M382",
        operation=operation,
        title="the boundary belongs to both sides",
        hint=(
            "Write down the conditions of both of your cases. For an entry exactly on "
            "the boundary, how many of them hold, and what does that add up to?"
        ),
        formula=formula,
        wrong=where_invalid(wrong),
        visible_on=VisibleOn.KINKS,
    )


def two_slopes_entries(
    operation: str, slope: str, left: Slope
) -> tuple[Misconception, ...]:
    """Return M381 and M382 for an activation with a slope on each side of zero.

    Parameters
    ----------
    slope
        The one on the left as a formula.
    """

    def with_factor_at_zero(factor: Slope) -> Wrong:
        @needs_upstream
        def wrong(asked: Operation, arrays: Arrays) -> dict[str, Array]:
            right = asked.answer(arrays)["grad_x"]
            there = arrays["grad_out"] * factor(asked, arrays)
            return {"grad_x": np.where(arrays["x"] == 0, there, right)}

        return wrong

    return (
        neither_entry(
            operation,
            f"grad_x = grad_out * ((x > 0) + {slope} * (x < 0))",
            with_factor_at_zero(lambda asked, arrays: 0.0),
        ),
        both_entry(
            operation,
            f"grad_x = grad_out * ((x >= 0) + {slope} * (x <= 0))",
            with_factor_at_zero(lambda asked, arrays: 1.0 + left(asked, arrays)),
        ),
    )


def divided_output_entry(operation: str) -> Misconception:
    """Return M380 for an activation that multiplies ``x``."""

    @needs_upstream
    def wrong(asked: Operation, arrays: Arrays) -> dict[str, Array]:
        out = asked.answer(arrays)["out"]
        return {"grad_x": arrays["grad_out"] * (out / arrays["x"])}

    return divided_entry(operation, "grad_x = grad_out * out / x", wrong)
