"""What goes wrong in max pooling, in one and in two dimensions."""

from dataclasses import replace

import numpy as np

from reference.misconceptions.at_kinks import where_invalid
from reference.misconceptions.backward import needs_upstream
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.pooling import (
    channels_entry,
    of_windows,
    overlap_entry,
    places_of,
    pooling_entries,
)
from reference.misconceptions.sliding import stride_on_the_way_back_entry
from reference.misconceptions.windows import Places, remade, spatial, windows_of
from reference.operations.base import Array, Arrays, Operation
from reference.windows import Place


def _winners(operation: Operation, arrays: Arrays) -> Array:
    """Return (N, C, P, K) with a one at the largest entry of each window."""
    entries = places_of(operation, arrays).read(arrays["x"], around=-np.inf)
    kernel = entries.shape[-1]
    return np.eye(kernel)[entries.argmax(axis=-1)]


def _from_zero(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    inputs = {"x": arrays["x"]}
    out = np.maximum(operation.answer(inputs)["out"], 0.0)
    answer = {"out": out}
    if "grad_out" in arrays:
        grad_out = arrays["grad_out"] * (out > 0)
        answer["grad_x"] = operation.answer({**arrays, "grad_out": grad_out})["grad_x"]
    return answer


def _zeros_around(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    edges, sides = windows_of(operation).padding, arrays["x"].shape[2:]
    x = np.pad(arrays["x"], ((0, 0), (0, 0), *edges))
    answer = remade(operation, padding=0).answer({**arrays, "x": x})
    if "grad_x" in answer:
        axes = zip(edges, sides, strict=True)
        inside: Place = (..., *(slice(at, at + side) for (at, _), side in axes))
        answer["grad_x"] = answer["grad_x"][inside].copy()
    return changed(operation, arrays, answer)


@needs_upstream
def _windows_replaced(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    shares = _winners(operation, arrays) * of_windows(arrays["grad_out"])
    gradient = places_of(operation, arrays).overwritten(shares)
    return changed(operation, arrays, {"grad_x": gradient})


@needs_upstream
def _winners_replaced(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    places, winners = places_of(operation, arrays), _winners(operation, arrays)
    found = (winners * places.at).sum(axis=-1).astype(int)
    x = arrays["x"]
    gradient = np.zeros((*x.shape[:2], int(np.prod(x.shape[2:]))))
    upstream = of_windows(arrays["grad_out"])
    for number in range(len(places.at)):
        at = found[:, :, number, np.newaxis]
        np.put_along_axis(gradient, at, upstream[:, :, number], axis=2)
    return changed(operation, arrays, {"grad_x": gradient.reshape(x.shape)})


@needs_upstream
def _every_entry(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    places = places_of(operation, arrays)
    copies = np.repeat(of_windows(arrays["grad_out"]), places.at.shape[1], axis=-1)
    return changed(operation, arrays, {"grad_x": places.added(copies)})


@needs_upstream
def _start_left_out(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    windows, sides = windows_of(operation), arrays["x"].shape[2:]
    one = (1,) * len(sides)
    at_start = replace(windows, padding=((0, 0),) * len(sides))
    shares = _winners(operation, arrays) * of_windows(arrays["grad_out"])
    first = Places.of(at_start, one, sides)
    gradient = first.added(shares.sum(axis=2, keepdims=True))
    return changed(operation, arrays, {"grad_x": gradient})


def _channels_together(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    largest = np.broadcast_to(x.max(axis=1, keepdims=True), x.shape)
    answer = operation.answer({**arrays, "x": largest})
    if "grad_x" in answer:
        whole = arrays["grad_out"].sum(axis=1, keepdims=True)
        grad_out = np.broadcast_to(whole, arrays["grad_out"].shape)
        spread = operation.answer({"x": largest, "grad_out": grad_out})["grad_x"]
        answer["grad_x"] = spread * (x == largest)
    return changed(operation, arrays, answer)


def _largest_of_all(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    answer = operation.answer(arrays)
    if "grad_x" not in answer:
        return {}
    is_largest = x == x.max(axis=spatial(x), keepdims=True)
    return changed(operation, arrays, {"grad_x": answer["grad_x"] * is_largest})


@needs_upstream
def _all_in_full(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    places = places_of(operation, arrays)
    entries = places.read(arrays["x"], around=-np.inf)
    winners = entries == entries.max(axis=-1, keepdims=True)
    return {"grad_x": places.added(winners * of_windows(arrays["grad_out"]))}


@needs_upstream
def _all_close_in_full(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    places = places_of(operation, arrays)
    # Far below every entry, and finite: infinities are close to each other.
    entries = places.read(arrays["x"], around=4.0 * np.min(arrays["x"], initial=-1.0))
    winners = np.isclose(entries, entries.max(axis=-1, keepdims=True))
    return {"grad_x": places.added(winners * of_windows(arrays["grad_out"]))}


def _tie_entries(name: str) -> tuple[Misconception, ...]:
    entry = entries_of(name)
    return (
        entry(
            "M105",
            "all tied entries get the full gradient",
            "Pool a window in which all entries are equal, with an upstream gradient "
            "of 1. How much gradient may leave the layer, and how much leaves yours?",
            "grad_x[window] = (x[window] == maximum) * grad_out, ties included",
            where_invalid(_all_in_full),
            VisibleOn.KINKS,
        ),
        entry(
            "M106",
            "winners found with a tolerance",
            "The largest entry of a window is 3 and the next 2.99999. Exactly how many "
            "of them make the output, and how many get a gradient from you?",
            "grad_x[window] = isclose(x[window], maximum) * grad_out",
            where_invalid(_all_close_in_full),
            VisibleOn.KINKS,
        ),
    )


def max_pooling_entries(name: str) -> tuple[Misconception, ...]:
    """Return what goes wrong in the max pooling called ``name``."""
    entry = entries_of(name)

    def zero(formula: str, wrong: Wrong) -> Misconception:
        return entry(
            "M107",
            "maximum compared with zero",
            "Give your layer an image in which every entry is -100. Is there any 0 in "
            "the output?",
            formula,
            wrong,
        )

    return (
        *pooling_entries(name, "grad_x = number of windows in which it is the largest"),
        stride_on_the_way_back_entry(
            name,
            "grad_x[position in the window] without the start of the window",
            _start_left_out,
        ),
        zero("the search for the maximum starts from 0", _from_zero),
        zero("zeros around the image take part in the maximum", _zeros_around),
        overlap_entry(
            name, "grad_x[window] = is_largest * grad_out", _windows_replaced
        ),
        overlap_entry(name, "grad_x[argmax] = grad_out", _winners_replaced),
        entry(
            "M292",
            "gradient given to entries that are not the largest",
            "Raise an entry of a window that is not its largest by a little. Does the "
            "output move? What does that say about the gradient of this entry?",
            "grad_x = grad_out for every entry of the window",
            _every_entry,
        ),
        entry(
            "M293",
            "one largest entry for the whole image",
            "How many windows does an image have, and how many entries of its gradient "
            "can differ from zero? How many do in yours?",
            "grad_x is kept only where x is the maximum of its image",
            _largest_of_all,
        ),
        *_tie_entries(name),
        channels_entry(
            name, "out = maximum over the channels as well", _channels_together
        ),
    )
