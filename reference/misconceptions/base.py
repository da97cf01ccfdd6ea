"""A misconception: a wrong variant of an operation that students really write."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from reference.operations.base import Array, Arrays, Operation

Wrong = Callable[[Operation, Arrays], dict[str, Array]]


class VisibleOn(StrEnum):
    """Inputs on which a misconception gives another answer than the reference."""

    DRAWS = "draws"  # Operation.draw with variants 0 and 1
    STABILITY = "stability"  # Operation.extreme only
    KINKS = "kinks"  # Operation.kinked only; no valid subgradient is the same
    SQUARE = "square"  # only where two sizes agree; drawn sizes never do


@dataclass(frozen=True, slots=True)
class Misconception:
    """One entry of the library.

    One ``id`` may have several entries for an operation when the same thought leads to
    different formulas; they share title and hint.

    Parameters
    ----------
    id
        Number in the library, such as ``"M14"``; the same mistake has the same number
        in every operation.
    operation
        Name of the operation it belongs to.
    title
        The mistake in a few words, for grouping across a class.
    hint
        A question for the student that does not give the answer away.
    formula
        The wrong formula, for instructors.
    wrong
        Maps an operation and its drawn inputs to the quantities that this mistake
        changes. Empty where the mistake cannot be made: the conventions ask for the
        formula, or shapes do not allow it. A student may have made it in only some of
        the quantities, so each is a candidate by itself. May contain infinities
        and NaN.
    visible_on
        Which inputs show it.
    """

    id: str
    operation: str
    title: str
    hint: str
    formula: str
    wrong: Wrong
    visible_on: VisibleOn = VisibleOn.DRAWS
