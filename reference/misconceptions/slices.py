"""Mistakes in softmax, its logarithm and log-sum-exp.

Each is stated for shifted inputs ``z`` and a normaliser ``total``: ``exp(z) / total``
stands for the probabilities, wherever those two come from.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    needs_upstream,
    negated_entry,
    scaled,
)
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.operations.base import Array, Arrays, Operation

Finish = Callable[[Operation, Arrays, Array, Array, int], dict[str, Array]]
"""From ``z``, ``total`` and an axis to the output and, if asked for, the gradient."""


def axis_of(operation: Operation) -> int:
    """Return the axis of the slices."""
    axis: int = operation.sizes({})["axis"]
    return axis


def other_axis(operation: Operation, arrays: Arrays) -> int:
    """Return the axis that holds the examples."""
    return 0 if axis_of(operation) % arrays["x"].ndim else 1


def shifted(arrays: Arrays, axis: int) -> Array:
    """Return ``x`` minus the maximum of each slice along an axis."""
    x = arrays["x"]
    return x - x.max(axis=axis, keepdims=True)


def probabilities(operation: Operation, arrays: Arrays) -> Array:
    """Return the right softmax."""
    axis = axis_of(operation)
    exponentials = np.exp(shifted(arrays, axis))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


@needs_upstream
def _averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    count = arrays["x"].shape[other_axis(operation, arrays)]
    return scaled(operation, arrays, 1.0 / count, *operation.gradients)


def backward_entries(operation: str) -> tuple[Misconception, ...]:
    """Return the mistakes that can be made in the backward of any layer."""
    average = replace(averaged_entry(operation), wrong=_averaged)
    return average, negated_entry(operation)


def overflow_entries(operation: str, finish: Finish) -> tuple[Misconception, ...]:
    """Return M43 and M44."""

    def overflowing(shift: Callable[[Array], float]) -> Wrong:
        def wrong(asked: Operation, arrays: Arrays) -> dict[str, Array]:
            axis = axis_of(asked)
            with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
                z = arrays["x"] - shift(arrays["x"])
                total = np.exp(z).sum(axis=axis, keepdims=True)
                return finish(asked, arrays, z, total, axis)

        return wrong

    return (
        Misconception(
            id="M43",
            operation=operation,
            title="softmax without a shift overflows",
            hint=(
                "Add 1000 to every entry of an example. How should the output change, "
                "and what does your code say?"
            ),
            formula="exp(x) and sum(exp(x)) are computed as they are",
            wrong=overflowing(lambda x: 0.0),
            visible_on=VisibleOn.STABILITY,
        ),
        Misconception(
            id="M44",
            operation=operation,
            title="one shift for the whole batch",
            hint=(
                "Imagine two examples whose entries lie 2000 apart. What is left of "
                "the lower one after your shift?"
            ),
            formula="exp(x - max of the whole batch)",
            wrong=overflowing(lambda x: float(x.max())),
            visible_on=VisibleOn.STABILITY,
        ),
    )


def wrong_axis_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M45."""
    return Misconception(
        id="M45",
        operation=operation,
        title="softmax over the batch axis",
        hint=(
            "Which numbers belong to one probability distribution: those of one "
            "example, or those of one class? Check every sum in your code."
        ),
        formula=formula,
        wrong=wrong,
    )


def lost_axis_entry(operation: str, finish: Finish) -> Misconception:
    """Return M46."""

    def wrong(asked: Operation, arrays: Arrays) -> dict[str, Array]:
        axis, shape = axis_of(asked), arrays["x"].shape
        if len(set(shape)) > 1 or axis % len(shape) == 0:
            return {}  # an error, or the axis comes back in the right place
        z = shifted(arrays, axis)
        return finish(asked, arrays, z, np.exp(z).sum(axis=axis), axis)

    return Misconception(
        id="M46",
        operation=operation,
        title="row sums without their axis",
        hint=(
            "Does your code still run when the number of examples differs from the "
            "number of classes? Which number divides which row?"
        ),
        formula="exp(x) / sum(exp(x), axis) without keepdims",
        wrong=wrong,
        visible_on=VisibleOn.SQUARE,
    )


def one_normaliser_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M165."""
    return Misconception(
        id="M165",
        operation=operation,
        title="one normaliser for the whole batch",
        hint=(
            "How many examples share the sum of exponentials in your code, and how "
            "many should?"
        ),
        formula=formula,
        wrong=wrong,
    )


def distribution_entries(operation: str, finish: Finish) -> tuple[Misconception, ...]:
    """Return M45, M46, M47 and M165 where the output has the shape of ``x``."""

    def along_batch(asked: Operation, arrays: Arrays) -> dict[str, Array]:
        axis = other_axis(asked, arrays)
        z = shifted(arrays, axis)
        return finish(asked, arrays, z, np.exp(z).sum(axis=axis, keepdims=True), axis)

    @needs_upstream
    def summed_along_batch(asked: Operation, arrays: Arrays) -> dict[str, Array]:
        axis = axis_of(asked)
        z = shifted(arrays, axis)
        total = np.exp(z).sum(axis=axis, keepdims=True)
        other = other_axis(asked, arrays)
        return {"grad_x": finish(asked, arrays, z, total, other)["grad_x"]}

    def neighbours(asked: Operation, arrays: Arrays) -> dict[str, Array]:
        axis = axis_of(asked)
        z = shifted(arrays, other_axis(asked, arrays))
        return finish(asked, arrays, z, np.exp(z).sum(axis=axis, keepdims=True), axis)

    def one_normaliser(asked: Operation, arrays: Arrays) -> dict[str, Array]:
        z = arrays["x"] - arrays["x"].max()
        return finish(asked, arrays, z, np.exp(z).sum(), axis_of(asked))

    return (
        wrong_axis_entry(operation, "axis 0 in place of axis 1", along_batch),
        wrong_axis_entry(
            operation, "only the sum in grad_x is over axis 0", summed_along_batch
        ),
        lost_axis_entry(operation, finish),
        Misconception(
            id="M47",
            operation=operation,
            title="examples of a batch influence each other",
            hint="Change one example only. Does the output for its neighbours move?",
            formula="softmax of x - max(x, axis=0)",
            wrong=neighbours,
        ),
        one_normaliser_entry(
            operation, "exp(x) / sum of all exponentials in the batch", one_normaliser
        ),
    )


def diagonal_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M210."""
    return Misconception(
        id="M210",
        operation=operation,
        title="only the diagonal of the Jacobian",
        hint=(
            "Raise one input of an example. Which of its outputs move, and which of "
            "those movements does your gradient count?"
        ),
        formula=formula,
        wrong=wrong,
    )


def mean_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M211."""
    return Misconception(
        id="M211",
        operation=operation,
        title="mean in place of a sum",
        hint=(
            "Does the formula add up or average along the axis? Try two examples with "
            "another number of classes."
        ),
        formula=formula,
        wrong=wrong,
    )


def shift_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M213."""
    return Misconception(
        id="M213",
        operation=operation,
        title="shift by the maximum not undone",
        hint=(
            "Subtract the maximum by hand from an example with two entries. Is the "
            "logarithm that you get the one of the original numbers?"
        ),
        formula=formula,
        wrong=wrong,
    )
