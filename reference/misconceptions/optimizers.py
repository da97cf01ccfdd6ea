"""Mistakes that look alike in several optimizers."""

from functools import partial

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.conventions import answered_under, chosen
from reference.misconceptions.paths import Rule, made, replayed, stretched
from reference.operations.base import Array, Arrays, Operation

OTHER_PLACE = {"outside": "inside", "inside": "outside"}


def upwards(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Take every step in the opposite direction."""
    return stretched(operation, arrays, -1.0)


def rate_twice(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Multiply every step by the learning rate once more."""
    rate = _rate(operation)
    return {} if rate == 1.0 else stretched(operation, arrays, rate)


def _rate(operation: Operation) -> float:
    """Return the learning rate; 1 where the rule has none."""
    given = chosen(operation)
    return 1.0 if given.get("step_size") == "none" else given["lr"]


def no_rate(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Leave the learning rate out."""
    rate = _rate(operation)
    return {} if rate == 1.0 else stretched(operation, arrays, 1.0 / rate)


def fixed(formula: str, operation: str, **habits: float) -> Misconception:
    """Return M146 for numbers that are written into the code."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        if not habits.keys() <= operation.sizes(arrays).keys():
            return {}
        return answered_under(operation, arrays, **habits)

    wrong.__name__ = "fixed_" + "_".join(habits)
    return ignored_entry(operation, formula, wrong)


def ignored_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M146 for an optimizer."""
    return Misconception(
        id="M146",
        operation=operation,
        title="argument of the constructor ignored",
        hint=(
            "Change the arguments of the constructor one at a time. Which of them "
            "leaves the path as it was?"
        ),
        formula=formula,
        wrong=wrong,
    )


def ascent_entry(operation: str, formula: str, wrong: Wrong = upwards) -> Misconception:
    """Return M147 for an optimizer."""
    return Misconception(
        id="M147",
        operation=operation,
        title="gradient ascent",
        hint=(
            "A gradient points to where the loss grows. Does your loss fall or rise "
            "after one step?"
        ),
        formula=formula,
        wrong=wrong,
    )


def rate_twice_entry(
    operation: str, formula: str, wrong: Wrong = rate_twice
) -> Misconception:
    """Return M141 for an optimizer."""
    return Misconception(
        id="M141",
        operation=operation,
        title="learning rate applied twice",
        hint=(
            "Where does the learning rate enter on the way from a gradient to the "
            "parameter? Count the places."
        ),
        formula=formula,
        wrong=wrong,
    )


def direction_entries(operation: str, step: str) -> tuple[Misconception, ...]:
    """Return what can be wrong with the step as a whole.

    Parameters
    ----------
    step
        What is subtracted after multiplication by the learning rate, as a formula.
    """
    return (
        rate_twice_entry(operation, f"w = w - lr*lr * {step}"),
        ignored_entry(operation, f"w = w - {step}", no_rate),
        ascent_entry(operation, f"w = w + lr * {step}"),
    )


class RootRule(Rule):
    """A rule that divides by the root of a square, with ``eps`` where it is wanted."""

    def over(self, numerator: Array, square: Array) -> Array:
        """Return ``numerator`` over the root of ``square``."""
        eps, place = self.given["eps"], self.given["eps_place"]
        if place == "inside":
            return numerator / np.sqrt(square + eps)
        return numerator / (np.sqrt(square) + (eps if place == "outside" else 0.0))


class AddedToTheFraction(RootRule):
    """Precedence: ``a / b + eps`` adds it to the whole fraction."""

    def can_be_made(self) -> bool:
        """Tell whether there is an ``eps``."""
        return bool(self.given["eps_place"] != "none")

    def over(self, numerator: Array, square: Array) -> Array:
        """Add ``eps`` to the fraction, which is subtracted as a whole."""
        return numerator / np.sqrt(square) - self.given["eps"]


class NoRoot(RootRule):
    """The square itself is the divisor."""

    def over(self, numerator: Array, square: Array) -> Array:
        """Leave the root out."""
        place = self.given["eps_place"]
        return numerator / (square + (0.0 if place == "none" else self.given["eps"]))


def _eps_elsewhere(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    place = chosen(operation)["eps_place"]
    other = OTHER_PLACE.get(place, place)
    return answered_under(operation, arrays, eps_place=other)


def _eps_missing(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return answered_under(operation, arrays, eps_place="none")


def root_entries(
    operation: str, rule: type[RootRule], numerator: str, square: str
) -> tuple[Misconception, ...]:
    """Return what can be wrong with the division by a root.

    Parameters
    ----------
    numerator, square
        As formulas.
    """
    eps = partial(
        Misconception,
        "M135",
        operation,
        "eps is missing or in the wrong place",
        "Set eps to 1 and take the first step by hand. What exactly is it added to, "
        "and is that what the formula says?",
    )
    root, step = f"sqrt({square})", f"w = w - lr * {numerator}"
    return (
        eps(f"sqrt({square} + eps) and {root} + eps exchanged", _eps_elsewhere),
        eps(f"{step} / {root}", _eps_missing),
        eps(
            f"w = w - (lr * {numerator} / {root} + eps)",
            replayed(made(AddedToTheFraction, rule)),
        ),
        Misconception(
            "M220",
            operation,
            "root forgotten",
            "Multiply every gradient by 100. What should that do to the length of the "
            "steps, and what does it do in your code?",
            f"{step} / ({square} + eps)",
            replayed(made(NoRoot, rule)),
        ),
    )


def unsquared_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M221 for an optimizer that gathers squares."""
    return Misconception(
        id="M221",
        operation=operation,
        title="gradients gathered without squaring them",
        hint=(
            "Take a gradient of -1 at every step. What is the root taken of, and can "
            "that be negative?"
        ),
        formula=formula,
        wrong=wrong,
    )


def swapped_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M136 for an optimizer with a running average."""
    return Misconception(
        id="M136",
        operation=operation,
        title="roles of the decay rate exchanged",
        hint=(
            "Set the decay rate close to 1. Should the average then change quickly or "
            "slowly, and what does yours do?"
        ),
        formula=formula,
        wrong=wrong,
    )


def summed_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M140 for an optimizer with a running average."""
    return Misconception(
        id="M140",
        operation=operation,
        title="running sum in place of a running average",
        hint=(
            "With the same gradient at every step, which number should the average "
            "approach, and which one does yours approach?"
        ),
        formula=formula,
        wrong=wrong,
    )
