"""Mistakes that are made in more than one activation."""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.backward import needs_upstream
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.operations.base import Array, Arrays, Operation

Gate = Callable[[Operation, Array], tuple[Array, Array]]
"""A function that ``x`` is multiplied by, and its derivative, both at ``x``."""


def with_slope(arrays: Arrays, out: Array, slope: Array) -> dict[str, Array]:
    """Return a wrong output and what its derivative makes of the upstream gradient."""
    answer = {"out": out}
    if "grad_out" in arrays:
        answer["grad_x"] = arrays["grad_out"] * slope
    return answer


def slope_only(slope: Callable[[Operation, Array], Array]) -> Wrong:
    """Return the mistake of multiplying by a wrong derivative at ``x``."""

    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return {"grad_x": arrays["grad_out"] * slope(operation, arrays["x"])}

    return wrong


def other_activation_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M25 for an activation."""
    return Misconception(
        id="M25",
        operation=operation,
        title="derivative of another activation",
        hint=(
            "Which function did forward apply in this layer? Is it the one that you "
            "differentiated, also far away from 0?"
        ),
        formula=formula,
        wrong=wrong,
    )


@needs_upstream
def _activated_twice(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out = operation.answer({"x": arrays["x"]})["out"]
    twice = operation.answer({"x": out, "grad_out": arrays["grad_out"]})
    return {"grad_x": twice["grad_x"]}


def activated_twice_entry(operation: str, formula: str) -> Misconception:
    """Return M31 for an activation."""
    return Misconception(
        id="M31",
        operation=operation,
        title="derivative evaluated at the activated value",
        hint=(
            "Which number do you pass to your derivative: the input of the layer, or "
            "something that has been through the activation already?"
        ),
        formula=formula,
        wrong=_activated_twice,
    )


@needs_upstream
def _divided(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    grad_out = arrays["grad_out"]
    slope = operation.answer({**arrays, "grad_out": np.ones_like(grad_out)})["grad_x"]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return {"grad_x": grad_out / slope}


def divided_entry(operation: str, formula: str) -> Misconception:
    """Return M34 for an activation whose derivative is nowhere zero."""
    return Misconception(
        id="M34",
        operation=operation,
        title="divided by the derivative",
        hint=(
            "What does the chain rule do with the upstream gradient and the local "
            "derivative? Should a flat part of the curve make the gradient larger?"
        ),
        formula=formula,
        wrong=_divided,
    )


def overflow_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M41 for an activation."""
    return Misconception(
        id="M41",
        operation=operation,
        title="exponential overflows for large inputs",
        hint=(
            "What is the largest exponential that your formula takes when x is 1000 or "
            "-1000? Can the same function be written so that none of them grows?"
        ),
        formula=formula,
        wrong=wrong,
        visible_on=VisibleOn.STABILITY,
    )


def wrong_way_round_entry(
    operation: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    """Return M201 for a layer that lets some entries through and others not."""
    title = "mask the wrong way round"
    return Misconception("M201", operation, title, hint, formula, wrong)


def reversed_exponent_entry(
    operation: str, formula: str, wrong: Wrong
) -> Misconception:
    """Return M203 for an activation."""
    return Misconception(
        id="M203",
        operation=operation,
        title="sign of the exponent reversed",
        hint=(
            "Put 5 and -5 into your function. Which of the two should give the larger "
            "value?"
        ),
        formula=formula,
        wrong=wrong,
    )


def missing_factor_entry(
    operation: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    """Return M204 for a layer."""
    title = "factor of the derivative missing"
    return Misconception("M204", operation, title, hint, formula, wrong)


def inner_derivative_entry(
    operation: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    """Return M205 for a function of a function."""
    title = "inner derivative forgotten"
    return Misconception("M205", operation, title, hint, formula, wrong)


def lost_constant_entry(
    operation: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    """Return M208 for an activation."""
    title = "constant of the formula lost"
    return Misconception("M208", operation, title, hint, formula, wrong)


def product_rule_entries(
    operation: str, gate: Gate, first: str, second: str
) -> tuple[Misconception, ...]:
    """Return M207 for ``x`` times a gate, once for each term that may be left.

    Parameters
    ----------
    first, second
        The term that is left, as a formula: the gate itself, or x times its derivative.
    """

    def entry(left: str, wrong: Wrong) -> Misconception:
        return Misconception(
            id="M207",
            operation=operation,
            title="one term of the product rule missing",
            hint=(
                "In how many places of the formula for the output does x occur? Each "
                "of them contributes to the derivative: does it in yours?"
            ),
            formula=f"grad_x = grad_out * {left}",
            wrong=wrong,
        )

    return (
        entry(first, slope_only(lambda asked, x: gate(asked, x)[0])),
        entry(second, slope_only(lambda asked, x: x * gate(asked, x)[1])),
    )
