"""The part of a wrong answer that is wrong, and mistakes told by formulas."""

from collections.abc import Callable, Collection
from functools import wraps

import numpy as np

from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.operations.base import Array, Arrays, Operation

Entry = Callable[..., Misconception]

ROUNDING = 2.0**-26
"""What two ways to compute the same number may differ by, of the largest entry."""


def changed(
    operation: Operation, arrays: Arrays, answer: Arrays, *wanted: str
) -> dict[str, Array]:
    """Return those quantities of an answer that are wrong.

    Parameters
    ----------
    answer
        May hold quantities that the conventions do not ask for.
    wanted
        Names to look at; all if there are none.
    """
    return differing(operation.answer(arrays), answer, wanted)


def differing(
    right: Arrays, answer: Arrays, wanted: Collection[str] = ()
) -> dict[str, Array]:
    """Return those quantities of an answer that are not right.

    Parameters
    ----------
    wanted
        Names to look at; all if there are none.
    """
    return {
        name: np.asarray(value)
        for name, value in answer.items()
        if name in right
        and (not wanted or name in wanted)
        and _differs(np.asarray(value), right[name])
    }


def _differs(wrong: Array, right: Array) -> bool:
    if wrong.shape != right.shape:
        return True
    with np.errstate(invalid="ignore"):
        close = np.abs(wrong - right) <= ROUNDING * np.max(np.abs(right), initial=0.0)
    return not np.all(close)  # a NaN is not close


def quiet(wrong: Wrong) -> Wrong:
    """Let a division by zero or an overflow give what it gives."""

    @wraps(wrong)
    def silent(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        with np.errstate(all="ignore"):
            return wrong(operation, arrays)

    return silent


def entries_of(operation: str) -> Entry:
    """Return what makes the entries of one operation.

    It takes a number, a title, a hint, a formula, what is wrong and where it shows.
    """

    def entry(
        number: str,
        title: str,
        hint: str,
        formula: str,
        wrong: Wrong,
        visible_on: VisibleOn = VisibleOn.DRAWS,
    ) -> Misconception:
        return Misconception(number, operation, title, hint, formula, wrong, visible_on)

    return entry


def as_it_is(array: Array) -> Array:
    """Return an array that should have been transposed."""
    return array
