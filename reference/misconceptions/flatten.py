"""What goes wrong on the way from images or sequences to rows."""

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    negated_entry,
    unchanged_upstream,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation


def _first_axis_fastest(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    answer: dict[str, Array] = {"out": x.reshape(len(x), -1, order="F")}
    if "grad_out" in arrays:
        answer["grad_x"] = arrays["grad_out"].reshape(x.shape, order="F")
    return answer


def _channels_last(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    moved = np.moveaxis(arrays["x"], 1, -1)
    answer: dict[str, Array] = {"out": moved.reshape(len(moved), -1)}
    if "grad_out" in arrays:
        gradient: Array = arrays["grad_out"].reshape(moved.shape)
        answer["grad_x"] = np.moveaxis(gradient, -1, 1)
    return answer


def _examples_mixed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    answer: dict[str, Array] = {"out": x.reshape(-1, len(x)).T}
    if "grad_out" in arrays:
        answer["grad_x"] = arrays["grad_out"].T.reshape(x.shape)
    return answer


def _order(formula: str, wrong: Wrong) -> Misconception:
    return Misconception(
        id="M216",
        operation="flatten",
        title="entries in another order",
        hint=(
            "Number the entries of two small images 0, 1, 2 and so on, and print the "
            "rows that your code makes of them. Is each row one image, and which of "
            "its axes runs fastest?"
        ),
        formula=formula,
        wrong=wrong,
    )


MISCONCEPTIONS = (
    averaged_entry("flatten"),
    negated_entry("flatten"),
    Misconception(
        id="M20",
        operation="flatten",
        title="gradient not in the shape of the input",
        hint=(
            "Which shape did the array have that came into this layer? What does the "
            "layer before it expect to get back?"
        ),
        formula="grad_x = grad_out",
        wrong=unchanged_upstream,
    ),
    ignored_upstream_entry("flatten", "grad_x = 1"),
    _order('out = x.reshape(N, -1, order="F")', _first_axis_fastest),
    _order("the channels run fastest", _channels_last),
    _order("out = x.reshape(-1, N).T", _examples_mixed),
)
