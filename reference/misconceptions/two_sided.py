"""Mistakes in activations that have another formula on each side of zero."""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.backward import needs_upstream
from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation

Slope = Callable[[Operation, Arrays], Array | float]
"""The derivative on the negative side, where it depends on x at x."""


def mask_from_upstream_entry(
    operation: str, formula: str, slope: Slope
) -> Misconception:
    """Return M35 for an activation."""

    @needs_upstream
    def wrong(asked: Operation, arrays: Arrays) -> dict[str, Array]:
        grad_out = arrays["grad_out"]
        other = grad_out * slope(asked, arrays)
        return {"grad_x": np.where(grad_out > 0, grad_out, other)}

    return Misconception(
        id="M35",
        operation=operation,
        title="mask taken from the upstream gradient",
        hint=(
            "What decides on which side of zero a unit was during the forward pass: "
            "the number that went into it, or the number that comes back?"
        ),
        formula=formula,
        wrong=wrong,
    )


def slope_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M39 for a linear unit with a slope."""
    return Misconception(
        id="M39",
        operation=operation,
        title="slope missing or on the wrong side",
        hint=(
            "Put 10 and -10 through your layer by hand, forward and backward. Which of "
            "the two should meet the slope?"
        ),
        formula=formula,
        wrong=wrong,
    )


def lost_upstream_entry(operation: str, formula: str, slope: Slope) -> Misconception:
    """Return M206 for an activation."""

    @needs_upstream
    def wrong(asked: Operation, arrays: Arrays) -> dict[str, Array]:
        grad_out, other = arrays["grad_out"], slope(asked, arrays)
        found = np.where(arrays["x"] > 0, grad_out, other)
        right = asked.answer(arrays)["grad_x"]
        return {} if np.array_equal(found, right) else {"grad_x": found}

    return Misconception(
        id="M206",
        operation=operation,
        title="upstream gradient lost on the negative side",
        hint=(
            "Double the upstream gradient. Does your result double for the negative "
            "inputs as well as for the positive ones?"
        ),
        formula=formula,
        wrong=wrong,
    )


def ignored_argument_entry(
    operation: str, argument: str, formula: str, wrong: Wrong
) -> Misconception:
    """Return M146 for an activation with a number to choose."""
    return Misconception(
        id="M146",
        operation=operation,
        title=f"{argument} argument ignored",
        hint=(
            f"Construct the layer with another {argument}. Do its output and its "
            "gradient change for negative inputs?"
        ),
        formula=formula,
        wrong=wrong,
    )
