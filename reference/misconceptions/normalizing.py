"""The mistakes that all normalising layers share."""

from collections.abc import Callable
from functools import partial

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
    without_upstream,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import ROUNDING, changed, entries_of, quiet
from reference.misconceptions.gamma_and_beta import parameter_entries
from reference.misconceptions.normalization import (
    Divisor,
    Look,
    Normalized,
    asked_for,
    consistent,
    inside,
    no_eps,
    no_root,
    normalized,
    outside,
    squared,
)
from reference.operations.base import Array, Arrays, Operation

Back = Callable[[Normalized, Array], Array]
"""From what forward kept and the upstream gradient to the gradient for ``x``."""


def forward_with(
    look: Look,
    divide: Divisor | None = None,
    *,
    fewer: int = 0,
    trained: bool | None = None,
) -> Wrong:
    """Return a wrong forward with the backward that belongs to it."""

    @quiet
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        view = look(operation, arrays)
        found = normalized(
            operation, arrays, view, divide, fewer=fewer, trained=trained
        )
        return consistent(operation, arrays, found)

    return wrong


def backward_with(look: Look, back: Back) -> Wrong:
    """Return a wrong gradient for ``x`` after a right forward."""

    @quiet
    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        found = normalized(operation, arrays, look(operation, arrays))
        gradient = back(found, found.upstream(arrays))
        return changed(
            operation, arrays, {"grad_x": gradient.reshape(arrays["x"].shape)}
        )

    return wrong


def _other_place(look: Look) -> Wrong:
    @quiet
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        other = outside if asked_for(operation) is inside else inside
        found = normalized(operation, arrays, look(operation, arrays), other)
        return consistent(operation, arrays, found)

    return wrong


def _short_formula(look: Look) -> Wrong:
    def back(found: Normalized, upstream: Array) -> Array:
        # Under the root the derivative of the divisor is one half over the divisor.
        short = 0.5 / found.divisor / found.slope
        return found.back(upstream * found.gamma, spread=short)

    return backward_with(look, back)


def backward_entries(name: str, look: Look) -> tuple[Misconception, ...]:
    """Return what goes wrong in the gradient for ``x``."""
    return (
        averaged_entry(name),
        negated_entry(name),
        ignored_upstream_entry(
            name, "every gradient as if grad_out were one", _upstream_of_ones
        ),
        *_paths(name, look),
        *_factors(name, look),
    )


def _paths(name: str, look: Look) -> tuple[Misconception, ...]:
    entry = entries_of(name)

    def back(
        number: str, title: str, hint: str, formula: str, gradient: Back
    ) -> Misconception:
        return entry(number, title, hint, formula, backward_with(look, gradient))

    return (
        back(
            "M67",
            "mean and variance treated as constants",
            "Change a single entry of x. Do the outputs of the other entries that "
            "share its mean stay where they are?",
            "grad_x = gamma * grad_out / sqrt(var + eps)",
            lambda found, up: found.back(up * found.gamma, 0.0, 0.0),
        ),
        back(
            "M68",
            "path through the variance dropped",
            "Stretch all entries that share a mean by a factor. What happens to the "
            "output, and does your gradient know about it?",
            "grad_x = (g - mean(g)) / sqrt(var + eps), g = gamma * grad_out",
            lambda found, up: found.back(up * found.gamma, 1.0, 0.0),
        ),
        back(
            "M69",
            "path through the mean dropped",
            "Add the same number to all entries that share a mean. What happens to "
            "the output, and what must your gradients for them add up to?",
            "grad_x = (g - x_hat * mean(g * x_hat)) / sqrt(var + eps)",
            lambda found, up: found.back(up * found.gamma, 0.0, 1.0),
        ),
        back(
            "M70",
            "gamma forgotten on the way back",
            "Set gamma to 3 everywhere. How much faster does the output move now, and "
            "does your gradient for x change?",
            "grad_x is computed from grad_out in place of gamma * grad_out",
            lambda found, up: found.back(up),
        ),
        back(
            "M249",
            "sums in place of means on the way back",
            "One entry is how large a part of its mean? Find the place in your "
            "backward where that share is taken into account.",
            "grad_x = (g - sum(g) - x_hat * sum(g * x_hat)) / sqrt(var + eps)",
            lambda found, up: found.back(up * found.gamma, found.size, found.size),
        ),
    )


def _factors(name: str, look: Look) -> tuple[Misconception, ...]:
    def factor(formula: str, gradient: Back) -> Misconception:
        return _factor_entry(name, formula, backward_with(look, gradient))

    return (
        factor(
            "the term of the variance is twice as large",
            lambda found, up: found.back(up * found.gamma, 1.0, 2.0),
        ),
        factor(
            "the term of the variance is half as large",
            lambda found, up: found.back(up * found.gamma, 1.0, 0.5),
        ),
        factor(
            "(var + eps)**(-1/2) in place of (var + eps)**(-3/2)",
            lambda found, up: found.back(up * found.gamma, 1.0, found.divisor**2),
        ),
    )


def divisor_entries(name: str, look: Look) -> tuple[Misconception, ...]:
    """Return what goes wrong in the variance and what is made of it."""
    entry = entries_of(name)
    place = partial(
        entry,
        "M72",
        "divisor with eps or the root in the wrong place",
        "Write down what the distances from the mean are divided by, once with "
        "eps = 0 and once with eps = 1. Do both fit the formula that you were given?",
    )
    return (
        entry(
            "M71",
            "variance with N - 1 in the normalisation",
            "Which of the two variances does the formula ask for? Check what your "
            "function divides by.",
            "var = sum((x - mean)**2) / (N - 1)",
            forward_with(look, fewer=1),
        ),
        place(
            "eps outside the root, or inside where it should not be", _other_place(look)
        ),
        place("(x - mean) / (var + eps)", forward_with(look, no_root)),
        place("(x - mean) / sqrt(var**2 + eps)", forward_with(look, squared)),
        place("(x - mean) / sqrt(var)", forward_with(look, no_eps)),
    )


def row_entries(name: str, look: Look) -> tuple[Misconception, ...]:
    """Return what can go wrong wherever each example is normalised by itself."""
    return (
        *backward_entries(name, look),
        *divisor_entries(name, look),
        *parameter_entries(name, look),
    )


def short_formula_entry(name: str, look: Look) -> Misconception:
    """Return the form of M248 that takes eps outside the root."""
    return _factor_entry(
        name,
        "the derivative of sqrt(var + eps) although forward divides by sqrt(var) + eps",
        _short_formula(look),
    )


def _factor_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    return entries_of(name)(
        "M248",
        "derivative of the divisor with a wrong factor",
        "Differentiate one over the divisor of forward by the variance, and the "
        "variance by one entry. Which powers and constants do you get, and where are "
        "they in your code?",
        formula,
        wrong,
    )


def gamma_outside_entry(name: str, look: Look) -> Misconception:
    """Return M246 for a layer in which gamma varies among entries with one mean."""
    return entries_of(name)(
        "M246",
        "gamma taken out of a mean over features",
        "The means on the way back run over entries that have different gammas. At "
        "which point do you multiply by gamma, before the mean or after it?",
        "grad_x = gamma * (g - mean(g) - x_hat * mean(g * x_hat)) / sqrt(var + eps), "
        "g = grad_out",
        backward_with(look, lambda found, up: found.gamma * found.back(up)),
    )


@needs_upstream
def _upstream_of_ones(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Leave out what vanishes: zeros have many causes."""
    answer = without_upstream(operation, arrays)
    return {
        name: value for name, value in answer.items() if np.abs(value).max() > ROUNDING
    }
