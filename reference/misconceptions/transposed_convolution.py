"""What goes wrong in transposed convolution, in one and in two dimensions."""

from dataclasses import replace
from typing import cast

import numpy as np

from reference.misconceptions.backward import needs_upstream
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.filters import (
    arrangement_entries,
    average_entries,
    bias_entries,
    general_entries,
    last_example_entry,
    orientation_entries,
    overwritten_entry,
)
from reference.misconceptions.sliding import (
    image_entries,
    stride_on_the_way_back_entry,
)
from reference.misconceptions.windows import (
    Places,
    gradients_for,
    only,
    output_with,
    part_of,
    windows_of,
)
from reference.operations.base import Array, Arrays, Operation
from reference.operations.transposed_convolution import TransposedConvolution
from reference.windows import Place, Sizes, Windows

_EVERY = slice(None)


def _added_sides(operation: Operation) -> Sizes:
    return cast(TransposedConvolution, operation).example.output_padding


def _sides(operation: Operation, arrays: Arrays) -> Sizes:
    """Return the lengths of the axes of the output."""
    example = cast(TransposedConvolution, operation).example
    return example.output_sides(arrays["x"].shape[2:])


def _bias(arrays: Arrays, axes: int) -> Array | float:
    return arrays["bias"].reshape(-1, *(1,) * axes) if "bias" in arrays else 0.0


def _laid(x: Array, weight: Array) -> Array:
    """Return each entry times its filter, (N, M, P, K), summed over channels."""
    rows = x.reshape(*x.shape[:2], -1)
    return np.einsum("cmk,ncp->nmpk", weight.reshape(*weight.shape[:2], -1), rows)


def _output_at(arrays: Arrays, windows: Windows, sides: Sizes) -> dict[str, Array]:
    """Return the output where filters are laid elsewhere on it."""
    places = Places.of(windows, arrays["x"].shape[2:], sides)
    whole = places.added(_laid(arrays["x"], arrays["weight"]))
    return {"out": whole + _bias(arrays, len(sides))}


def _laid_at(arrays: Arrays, windows: Windows, sides: Sizes) -> dict[str, Array]:
    """Return the same with the gradients, for an output of the right sides."""
    answer = _output_at(arrays, windows, sides)
    if "grad_out" in arrays:
        x, weight = arrays["x"], arrays["weight"]
        read = Places.of(windows, x.shape[2:], sides).read(arrays["grad_out"])
        filters = weight.reshape(*weight.shape[:2], -1)
        grad_x = np.einsum("cmk,nmpk->ncp", filters, read)
        answer["grad_x"] = grad_x.reshape(x.shape)
        rows = x.reshape(*x.shape[:2], -1)
        grad_weight = np.einsum("ncp,nmpk->cmk", rows, read)
        answer["grad_weight"] = grad_weight.reshape(weight.shape)
    return answer


def _not_multiplied(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    windows, sides = windows_of(operation), _sides(operation, arrays)
    neighbours = replace(windows, stride=(1,) * len(sides))
    return changed(operation, arrays, _laid_at(arrays, neighbours, sides))


def _behind_the_last(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    windows, sides = windows_of(operation), _sides(operation, arrays)
    longer = tuple(map(sum, zip(sides, windows.stride, strict=True)))
    return _output_at(arrays, windows, longer)


def _uncut(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return output_with(operation, arrays, padding=0)


def _zeros_around(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    windows, sides = windows_of(operation), _sides(operation, arrays)
    edges = [before for before, _ in windows.padding]
    around = replace(windows, padding=tuple((-before, -before) for before in edges))
    wider = tuple(side + 4 * before for side, before in zip(sides, edges, strict=True))
    return changed(operation, arrays, _output_at(arrays, around, wider))


def _nothing_added(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return output_with(operation, arrays, output_padding=0)


def _added_at_the_start(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    windows, sides = windows_of(operation), _sides(operation, arrays)
    axes = zip(windows.padding, _added_sides(operation), strict=True)
    edges = tuple((before - added, after) for (before, after), added in axes)
    later = replace(windows, padding=edges)
    return changed(operation, arrays, _laid_at(arrays, later, sides))


def _zeros_added(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    sides = _sides(operation, arrays)
    axes = zip(sides, _added_sides(operation), strict=True)
    kept: Place = (..., *(slice(side - added) for side, added in axes))
    right = operation.answer(arrays)
    empty = np.zeros_like(right["out"]) + _bias(arrays, len(sides))
    empty[kept] = right["out"][kept]
    answer = right | {"out": empty}
    if "grad_out" in arrays:
        grad_out = np.zeros_like(arrays["grad_out"])
        grad_out[kept] = arrays["grad_out"][kept]
        collected = ("grad_x", "grad_weight")
        answer |= gradients_for(operation, arrays, collected, grad_out=grad_out)
    return changed(operation, arrays, answer)


def _replaced(*, last_channel: bool) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        windows, sides = windows_of(operation), _sides(operation, arrays)
        kept = slice(-1 if last_channel else None, None)
        x, weight = arrays["x"][:, kept], arrays["weight"][kept]
        places = Places.of(windows, x.shape[2:], sides)
        out = places.overwritten(_laid(x, weight)) + _bias(arrays, len(sides))
        return changed(operation, arrays, {"out": out})

    return wrong


def _kept_from(*, first: slice | int) -> Wrong:
    """Return the mistake of keeping what the last entry of x adds to the gradient."""

    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        ends = (-1 for _ in arrays["x"].shape[2:])
        x = only(arrays["x"], first, _EVERY, *ends)
        return gradients_for(operation, arrays, ("grad_weight",), x=x)

    return wrong


def _bias_added(*, with_each_filter: bool) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        if "bias" not in arrays:
            return {}
        x, sides = arrays["x"], _sides(operation, arrays)
        times: Array | int = x.shape[1]
        if with_each_filter:
            places = Places.of(windows_of(operation), x.shape[2:], sides)
            times = times * places.added(np.ones((1, 1, *places.at.shape)))
        right = operation.answer(arrays)
        answer = {"out": right["out"] + (times - 1) * _bias(arrays, len(sides))}
        if "grad_out" in arrays:
            images = tuple(range(2, x.ndim))
            answer["grad_bias"] = (times * arrays["grad_out"]).sum(axis=(0, *images))
        return changed(operation, arrays, answer)

    return wrong


def _place_entries(name: str) -> tuple[Misconception, ...]:
    entry = entries_of(name)
    return (
        entry(
            "M96",
            "stride ignored",
            "Give the layer an input of two ones and a kernel of ones. At which entry "
            "of the output does the second filter begin?",
            "the filter of entry t is laid at t in place of stride * t",
            _not_multiplied,
        ),
        stride_on_the_way_back_entry(
            name,
            "only backward: grad_out is read at t in place of stride * t",
            needs_upstream(part_of(_not_multiplied, "grad_x", "grad_weight")),
        ),
        entry(
            "M99",
            "sides of the wrong length",
            "At a stride of 2, how many zeros lie between two neighbours of the input, "
            "and how many gaps are there in a row of 3? Are there zeros anywhere else?",
            "H * stride + kernel - 2 * padding + output_padding",
            _behind_the_last,
        ),
    )


def _padding_entries(name: str) -> tuple[Misconception, ...]:
    def misread(formula: str, wrong: Wrong) -> Misconception:
        return entries_of(name)(
            "M288",
            "padding ignored or misread",
            "This layer undoes the shape of a convolution. Does padding make the "
            "output of a convolution larger or smaller, and what must it do here?",
            formula,
            wrong,
        )

    def misplaced(formula: str, wrong: Wrong) -> Misconception:
        return entries_of(name)(
            "M289",
            "output padding ignored or in the wrong place",
            "Compute the output once with and once without output padding. Which "
            "entries are new, and does a filter reach any of them?",
            formula,
            wrong,
        )

    return (
        misread("out as for padding 0", _uncut),
        misread("the padding is put around the output, not cut off", _zeros_around),
        misplaced("out as for output_padding 0", _nothing_added),
        misplaced("output_padding is added at the beginning", _added_at_the_start),
        misplaced("zeros are appended after the padding is cut off", _zeros_added),
    )


def _loop_entries(name: str) -> tuple[Misconception, ...]:
    entry = entries_of(name)

    def assigned(formula: str, wrong: Wrong) -> Misconception:
        return entry(
            "M104",
            "output assigned where filters overlap",
            "How many entries of the input reach one entry of the output when the "
            "stride is smaller than the kernel? How many of them can you see in it?",
            formula,
            wrong,
        )

    def added(formula: str, wrong: Wrong) -> Misconception:
        return entry(
            "M101",
            "bias added more than once",
            "Set the weight to zero and the bias to 1. Which number should stand in "
            "every entry of the output, and which one does?",
            formula,
            wrong,
        )

    return (
        assigned(
            "out[window] = sum over c of x * weight",
            _replaced(last_channel=False),
        ),
        assigned("out[window] = x[c] * weight[c]", _replaced(last_channel=True)),
        added(
            "the bias is added with every filter that is laid",
            _bias_added(with_each_filter=True),
        ),
        added(
            "the bias is added for every input channel",
            _bias_added(with_each_filter=False),
        ),
        last_example_entry(name),
        overwritten_entry(
            name,
            "grad_weight of the last entry of the last example",
            _kept_from(first=-1),
        ),
        overwritten_entry(
            name,
            "grad_weight of the last entry of every example",
            _kept_from(first=_EVERY),
        ),
    )


def transposed_convolution_entries(name: str) -> tuple[Misconception, ...]:
    """Return what goes wrong in the transposed convolution called ``name``."""
    return (
        *general_entries(name),
        *orientation_entries(
            name,
            "out",
            (
                "kernel turned around on the output",
                "weight[kernel - 1 - a] for weight[a]",
            ),
            (
                "grad_x as for the weight turned by 180 degrees",
                "grad_weight turned by 180 degrees",
            ),
        ),
        *_place_entries(name),
        *image_entries(name),
        *bias_entries(name),
        *average_entries(name),
        *_padding_entries(name),
        *_loop_entries(name),
        *arrangement_entries(name),
    )
