"""What goes wrong in average pooling, in one and in two dimensions."""

from math import prod

import numpy as np

from reference.misconceptions.backward import needs_upstream
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.pooling import (
    channels_entry,
    of_windows,
    overlap_entry,
    places_of,
    pooling_entries,
)
from reference.misconceptions.windows import part_of, remade, windows_of
from reference.operations.base import Array, Arrays, Operation


def _areas(operation: Operation, arrays: Arrays) -> Array:
    """Return what the sum of each window is divided by, as (*counts)."""
    ones = np.ones((1, 1, *arrays["x"].shape[2:]))
    means = operation.answer({"x": ones})["out"][0, 0]
    inside = places_of(operation, arrays).read(ones).sum(axis=-1)
    return np.rint(inside.reshape(means.shape) / means)


def _with_areas(
    operation: Operation, arrays: Arrays, areas: Array | float
) -> dict[str, Array]:
    """Return what comes out where the sums are divided by other areas."""
    factors = _areas(operation, arrays) / areas
    answer = {"out": operation.answer({"x": arrays["x"]})["out"] * factors}
    if "grad_out" in arrays:
        grad_out = arrays["grad_out"] * factors
        answer["grad_x"] = operation.answer({**arrays, "grad_out": grad_out})["grad_x"]
    return changed(operation, arrays, answer)


def _not_divided(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _with_areas(operation, arrays, 1.0)


def _divided_by_strides(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _with_areas(operation, arrays, float(prod(windows_of(operation).stride)))


def _one_side(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    kernel = windows_of(operation).kernel
    return _with_areas(operation, arrays, float(kernel[0])) if len(kernel) > 1 else {}


def _padding_counted(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if not any(before for before, _ in windows_of(operation).padding):
        return {}
    is_left_out = vars(operation)["divisor"] == "unpadded"
    divisor = "padded" if is_left_out else "unpadded"
    return changed(operation, arrays, remade(operation, divisor=divisor).answer(arrays))


@needs_upstream
def _windows_replaced(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    places = places_of(operation, arrays)
    shares = of_windows(arrays["grad_out"] / _areas(operation, arrays))
    copies = np.repeat(shares, places.at.shape[1], axis=-1)
    return changed(operation, arrays, {"grad_x": places.overwritten(copies)})


def _channels_together(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    together = {
        name: np.broadcast_to(array.mean(axis=1, keepdims=True), array.shape)
        for name, array in arrays.items()
    }
    return changed(operation, arrays, operation.answer(together))


def average_pooling_entries(name: str) -> tuple[Misconception, ...]:
    """Return what goes wrong in the average pooling called ``name``."""

    def area(formula: str, wrong: Wrong) -> Misconception:
        return entries_of(name)(
            "M109",
            "divided by the wrong number of entries",
            "Put an image through your layer in which every entry is 1. What should "
            "the output be, and to what should the gradient of one window add up?",
            formula,
            wrong,
        )

    return (
        *pooling_entries(name, "grad_x = sum of 1 / area over the windows"),
        area("out and grad_x are not divided at all", _not_divided),
        area(
            "only backward: every entry gets grad_out undivided",
            needs_upstream(part_of(_not_divided, "grad_x")),
        ),
        area("divided by the product of the strides", _divided_by_strides),
        *_side_entries(name, area("divided by one side of the window", _one_side)),
        area("padding is counted, or the reverse", _padding_counted),
        overlap_entry(name, "grad_x[window] = grad_out / area", _windows_replaced),
        channels_entry(
            name, "out = mean over the channels as well", _channels_together
        ),
    )


def _side_entries(name: str, entry: Misconception) -> tuple[Misconception, ...]:
    return (entry,) if name.endswith("2d") else ()
