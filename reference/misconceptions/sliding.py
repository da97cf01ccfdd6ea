"""Mistakes that are made with any windows, in convolution and in pooling."""

import numpy as np

from reference.misconceptions.backward import needs_upstream
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.windows import (
    gradients_for,
    only,
    output_with,
    part_of,
    placed,
    remade,
    windows_of,
)
from reference.operations.base import Array, Arrays, Operation
from reference.windows import Place, Sizes

WITHOUT_BIAS = ("grad_x", "grad_weight")
"""Gradients that are collected window by window."""


def read_by(other: Operation, counts: Sizes, arrays: Arrays) -> dict[str, Array]:
    """Return what the first windows of another operation make of the inputs.

    Parameters
    ----------
    counts
        How many of its windows there are along each axis.
    """
    inputs = {name: arrays[name] for name in other.inputs}
    out = other.answer(inputs)["out"]
    first: Place = (..., *map(slice, counts))
    answer = {"out": out[first]}
    if "grad_out" not in arrays:
        return answer
    grad_out = placed(arrays["grad_out"], out.shape)
    return other.answer({**arrays, "grad_out": grad_out}) | answer


def _not_multiplied(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    counts = windows_of(operation).counts(arrays["x"].shape[2:])
    answer = read_by(remade(operation, stride=1), counts, arrays)
    return changed(operation, arrays, answer)


def _not_moved(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return output_with(operation, arrays, stride=1)


def _one_too_few(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    inputs = {name: arrays[name] for name in operation.inputs}
    out = operation.answer(inputs)["out"]
    seen: Place = (..., *(slice(side - 1) for side in out.shape[2:]))
    answer = {"out": out[seen].copy()}
    if "grad_out" in arrays:
        grad_out = placed(arrays["grad_out"][seen], out.shape)
        answer |= gradients_for(operation, arrays, WITHOUT_BIAS, grad_out=grad_out)
    return answer


@needs_upstream
def _first_window(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    upstream = arrays["grad_out"]
    every = slice(None)
    grad_out = only(upstream, every, every, *(0 for _ in upstream.shape[2:]))
    return gradients_for(operation, arrays, WITHOUT_BIAS, grad_out=grad_out)


@needs_upstream
def _very_first_window(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    upstream = arrays["grad_out"]
    grad_out = only(upstream, *(0 for _ in upstream.shape))
    return gradients_for(operation, arrays, WITHOUT_BIAS, grad_out=grad_out)


def _rows_as_columns(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out = operation.answer(arrays)["out"]
    return {"out": np.ascontiguousarray(out.swapaxes(2, 3))}


def stride_entries(name: str) -> tuple[Misconception, ...]:
    """Return M96 and M97."""
    entry = entries_of(name)

    def forward(formula: str, wrong: Wrong) -> Misconception:
        return entry(
            "M96",
            "stride ignored",
            "Print the first and the last index of the second window that your code "
            "reads. How far is it from the first one?",
            formula,
            wrong,
        )

    return (
        forward("windows start at i, there are as many as asked for", _not_multiplied),
        forward("windows start at i, as many as there is room for", _not_moved),
        stride_on_the_way_back_entry(
            name,
            "only backward: windows start at i in place of stride * i",
            needs_upstream(part_of(_not_multiplied, *WITHOUT_BIAS)),
        ),
    )


def stride_on_the_way_back_entry(
    name: str, formula: str, wrong: Wrong
) -> Misconception:
    """Return M97."""
    return entries_of(name)(
        "M97",
        "start of the window wrong on the way back",
        "Take the gradient of the last window alone. Into which entries does your "
        "backward put it, and which entries did forward read there?",
        formula,
        wrong,
    )


def loop_entries(name: str) -> tuple[Misconception, ...]:
    """Return M99 and M108."""
    entry = entries_of(name)

    def left_early(formula: str, wrong: Wrong) -> Misconception:
        return entry(
            "M108",
            "only the first window has a gradient",
            "Count the entries of your gradient that are not zero. After how many "
            "windows do your loops end?",
            formula,
            wrong,
        )

    return (
        entry(
            "M99",
            "sides of the wrong length",
            "Take a row of 5 entries and windows of 3 without padding, at stride 1. "
            "How many windows fit in, and what does your formula say?",
            "(H + 2 * padding - kernel) // stride without the + 1",
            _one_too_few,
        ),
        left_early("return inside the loop over windows of an image", _first_window),
        left_early("return inside the loop over everything", _very_first_window),
    )


def rows_and_columns_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M100."""
    return entries_of(name)(
        "M100",
        "rows and columns exchanged",
        "Use an image of 5 rows and 7 columns, and a window that is not square. Which "
        "axis of the array counts the rows, and which side of the window goes with it?",
        formula,
        wrong,
    )


def image_entries(name: str) -> tuple[Misconception, ...]:
    """Return M100 where there are rows and columns."""
    if not name.endswith("2d"):
        return ()
    return (
        rows_and_columns_entry(name, "out[n,f,j,i] for out[n,f,i,j]", _rows_as_columns),
    )
