"""Mistakes that are shared by the two ways to clip a gradient."""

from reference.misconceptions.base import Misconception, Wrong

GRADIENTS = {"clipped_weight": "grad_weight", "clipped_bias": "grad_bias"}
"""Each output with the input that it is made of."""


def confused_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M230 for one way of clipping."""
    return Misconception(
        id="M230",
        operation=operation,
        title="clipping by norm and clipping by value confused",
        hint=(
            "Clip the gradient (3, 4) with a limit of 1. Should the result point in "
            "the same direction as before, and does yours?"
        ),
        formula=formula,
        wrong=wrong,
    )


def limit_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M231 for one way of clipping."""
    return Misconception(
        id="M231",
        operation=operation,
        title="the limit does the wrong thing on one of its sides",
        hint=(
            "Clip gradients that lie below the limit, above it, and far below zero. "
            "Which of them should change, into what, and what do you get?"
        ),
        formula=formula,
        wrong=wrong,
    )
