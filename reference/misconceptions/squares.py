"""Adagrad and RMSProp: a step over the root of gathered squares, and its mistakes."""

from abc import abstractmethod

import numpy as np

from reference.misconceptions.base import Misconception
from reference.misconceptions.optimizers import (
    RootRule,
    direction_entries,
    root_entries,
    unsquared_entry,
)
from reference.misconceptions.paths import made, replayed
from reference.operations.base import Array


class SquareRule(RootRule):
    """Gather squares, then step along the gradient over their root."""

    initial = 0.0

    @abstractmethod
    def gathered(self, squares: Array, square: Array) -> Array:
        """Return what is remembered after one more square."""

    def squared(self, gradient: Array) -> Array:
        """Return what is gathered for a gradient."""
        return np.square(gradient)

    def remembered(self, squares: Array) -> Array:
        """Return what the next step finds."""
        return squares

    def divisor(self, before: Array, after: Array) -> Array:
        """Return the squares that a step uses."""
        return after

    def path(self, start: Array, gradients: Array) -> list[Array]:
        """Return the parameter after each gradient."""
        squares = np.full_like(start, self.initial)
        path = [start]
        for gradient in gradients:
            before, squares = squares, self.gathered(squares, self.squared(gradient))
            square = self.divisor(before, squares)
            path.append(path[-1] + self.over(-self.lr * gradient, square))
            squares = self.remembered(squares)
        return path[1:]


class _NotSquared(SquareRule):
    def squared(self, gradient: Array) -> Array:
        return gradient


class _Forgotten(SquareRule):
    def remembered(self, squares: Array) -> Array:
        return np.zeros_like(squares)


class _TooLate(SquareRule):
    def can_be_made(self) -> bool:
        return bool(self.given["eps_place"] != "none")

    def divisor(self, before: Array, after: Array) -> Array:
        return before


class _FromOnes(SquareRule):
    initial = 1.0


class _OneForAll(SquareRule):
    def squared(self, gradient: Array) -> Array:
        return np.sum(np.square(gradient)) * np.ones_like(gradient)


def square_entries(
    operation: str, rule: type[SquareRule], square: str, gathering: str
) -> tuple[Misconception, ...]:
    """Return the mistakes that both optimizers share.

    Parameters
    ----------
    square
        Name of what is gathered, ``"S"`` or ``"G"``.
    gathering
        Formula for a new one, with ``{}`` in place of ``g*g``.
    """
    return (
        *direction_entries(operation, f"g / (sqrt({square}) + eps)"),
        *root_entries(operation, rule, "g", square),
        Misconception(
            "M138",
            operation,
            "squares of earlier gradients are lost",
            "After ten steps, does the first gradient still have an influence on your "
            "divisor? Where is the number kept from one step to the next?",
            f"{square} starts from zero at every step",
            replayed(made(_Forgotten, rule)),
        ),
        Misconception(
            "M142",
            operation,
            "parameter moved before the squares are updated",
            "What is your divisor during the very first step? Which gradients should "
            "be in it by then?",
            f"w moves with the {square} of the step before",
            replayed(made(_TooLate, rule)),
        ),
        Misconception(
            "M143",
            operation,
            "squares start from a wrong value",
            "What has been gathered before the first gradient arrives? Take your "
            "first step by hand.",
            f"{square} starts from 1",
            replayed(made(_FromOnes, rule)),
        ),
        unsquared_entry(
            operation, gathering.format("g"), replayed(made(_NotSquared, rule))
        ),
        Misconception(
            "M222",
            operation,
            "one rate for a whole parameter",
            "How many different rates does a weight with 15 entries get in your code, "
            "and how many should it get?",
            gathering.format("sum(g*g)"),
            replayed(made(_OneForAll, rule)),
        ),
    )
