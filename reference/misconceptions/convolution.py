"""What goes wrong in convolution, in one and in two dimensions."""

from math import prod

import numpy as np

from reference.misconceptions.backward import needs_upstream
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.convolution_choices import (
    choice_entries,
    groups_of,
    padding_entries,
    seen_channels,
    whole_weight,
)
from reference.misconceptions.filters import (
    arrangement_entries,
    average_entries,
    bias_entries,
    general_entries,
    last_example_entry,
    orientation_entries,
    overwritten_entry,
    with_weight,
)
from reference.misconceptions.sliding import (
    WITHOUT_BIAS,
    image_entries,
    loop_entries,
    rows_and_columns_entry,
    stride_entries,
)
from reference.misconceptions.windows import (
    Places,
    gradients_for,
    only,
    windows_of,
)
from reference.operations.base import Array, Arrays, Operation

_EVERY = slice(None)


def _overwritten(operation: Operation, arrays: Arrays, filters: Array) -> Array:
    """Return a gradient for x in which each window replaces what was there."""
    sides, upstream = arrays["x"].shape[2:], arrays["grad_out"]
    places = Places.of(windows_of(operation), upstream.shape[2:], sides)
    weight = whole_weight(arrays["weight"], seen_channels(operation, arrays))
    if vars(operation)["kind"] == "convolution":
        weight = np.flip(weight, tuple(range(2, weight.ndim)))
    entries = weight.reshape(*weight.shape[:2], -1)[filters]
    rows = upstream.reshape(*upstream.shape[:2], -1)[:, filters]
    return places.overwritten(np.einsum("fck,nfp->ncpk", entries, rows))


@needs_upstream
def _windows_replaced(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    every = np.arange(len(arrays["weight"]))
    gradient = _overwritten(operation, arrays, every)
    return changed(operation, arrays, {"grad_x": gradient})


@needs_upstream
def _filters_replaced(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    each = len(arrays["weight"]) // groups_of(operation)
    last = np.arange(each - 1, len(arrays["weight"]), each)
    gradient = _overwritten(operation, arrays, last)
    return changed(operation, arrays, {"grad_x": gradient})


def _kept_from(*, first: slice | int) -> Wrong:
    """Return the mistake of keeping the gradients of the last window alone."""

    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        upstream = arrays["grad_out"]
        ends = (-1 for _ in upstream.shape[2:])
        grad_out = only(upstream, first, _EVERY, *ends)
        wanted = ("grad_weight", "grad_bias")
        return gradients_for(operation, arrays, wanted, grad_out=grad_out)

    return wrong


def _bias_added(*, at_every_entry: bool) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        if not vars(operation)["bias"]:
            return {}
        depth, *kernel = arrays["weight"].shape[1:]
        times = depth * prod(kernel) if at_every_entry else depth
        answer = operation.answer({**arrays, "bias": times * arrays["bias"]})
        if "grad_bias" in answer:
            answer["grad_bias"] = times * answer["grad_bias"]
        return changed(operation, arrays, answer)

    return wrong


def _columns_first(weight: Array) -> Array:
    height, width = weight.shape[2:]
    swapped = weight.reshape(*weight.shape[:2], width, height)
    return np.ascontiguousarray(swapped.swapaxes(2, 3))


def _rows_first(weight: Array) -> Array:
    return np.ascontiguousarray(weight.swapaxes(2, 3)).reshape(weight.shape)


def _reshaped(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out = operation.answer(arrays)["out"]
    wrong = out.swapaxes(0, 1).reshape(out.shape)
    return changed(operation, arrays, {"out": wrong})


@needs_upstream
def _upstream_reshaped(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    upstream = arrays["grad_out"]
    examples, filters, *sides = upstream.shape
    grad_out = upstream.reshape(filters, examples, *sides).swapaxes(0, 1).copy()
    return gradients_for(operation, arrays, WITHOUT_BIAS, grad_out=grad_out)


def _bias_entries(name: str) -> tuple[Misconception, ...]:
    def added(formula: str, wrong: Wrong) -> Misconception:
        return entries_of(name)(
            "M101",
            "bias added more than once",
            "Set the weight to zero and the bias to 1. Which number should come out of "
            "every window, and which one does?",
            formula,
            wrong,
        )

    return (
        added(
            "the bias is added to every product of a window",
            _bias_added(at_every_entry=True),
        ),
        added(
            "the bias is added for every input channel",
            _bias_added(at_every_entry=False),
        ),
    )


def _overlap_entries(name: str) -> tuple[Misconception, ...]:
    def assigned(formula: str, wrong: Wrong) -> Misconception:
        return entries_of(name)(
            "M104",
            "gradient assigned where windows overlap",
            "How many windows contain the second entry of a row when the stride is "
            "smaller than the kernel? How many of them does its gradient hear of?",
            formula,
            wrong,
        )

    return (
        assigned("grad_x[window] = sum over f of weight * grad_out", _windows_replaced),
        assigned("grad_x[window] = weight[f] * grad_out[f]", _filters_replaced),
        last_example_entry(name),
        overwritten_entry(
            name,
            "grad_weight and grad_bias of the last window of the last example",
            _kept_from(first=-1),
        ),
        overwritten_entry(
            name,
            "grad_weight and grad_bias of the last window of every example",
            _kept_from(first=_EVERY),
        ),
    )


def _reshaping_entries(name: str) -> tuple[Misconception, ...]:
    def reshaped(formula: str, wrong: Wrong) -> Misconception:
        return entries_of(name)(
            "M282",
            "reshaped where axes had to be moved",
            "Which axis comes first in the matrix that you multiply: examples or "
            "filters? Fill an array of that shape with 0, 1, 2 and so on, and print "
            "what your reshape makes of it.",
            formula,
            wrong,
        )

    return (
        reshaped("(F, N, ...) is reshaped to (N, F, ...)", _reshaped),
        reshaped("grad_out (N, F, ...) is reshaped to (F, N, ...)", _upstream_reshaped),
    )


def _image_entries(name: str) -> tuple[Misconception, ...]:
    shared = image_entries(name)
    return shared and (
        *shared,
        rows_and_columns_entry(
            name,
            "windows flattened column by column, filters row by row",
            with_weight(_columns_first, _rows_first),
        ),
    )


def convolution_entries(name: str) -> tuple[Misconception, ...]:
    """Return what goes wrong in the convolution called ``name``."""
    return (
        *general_entries(name),
        *orientation_entries(
            name,
            "grad_x",
            (
                "kernel turned around, or not turned where it should be",
                "cross-correlation in place of convolution, or the reverse",
            ),
            (
                "grad_x as for the weight turned by 180 degrees",
                "grad_weight turned by 180 degrees",
            ),
        ),
        *stride_entries(name),
        *loop_entries(name),
        *_image_entries(name),
        *_bias_entries(name),
        *bias_entries(name),
        *average_entries(name),
        *_overlap_entries(name),
        *padding_entries(name),
        *choice_entries(name),
        *arrangement_entries(name),
        *_reshaping_entries(name),
    )
