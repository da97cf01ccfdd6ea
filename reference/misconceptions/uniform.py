"""What goes wrong when uniform numbers between two bounds are asked for."""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.base import Wrong
from reference.misconceptions.conventions import chosen
from reference.misconceptions.weights import interval_entry, moments, same_entries
from reference.operations.base import Array, Arrays, Operation

_NAME = "uniform"

Interval = Callable[[float, float], tuple[float, float]]
"""Takes the right bounds and returns wrong ones."""


def _standard(low: float, high: float) -> tuple[float, float]:
    return 0.0, 1.0


def _from_zero(low: float, high: float) -> tuple[float, float]:
    return 0.0, high


def _high_as_width(low: float, high: float) -> tuple[float, float]:
    return low, low + high


def _half_wide(low: float, high: float) -> tuple[float, float]:
    return -high / 2.0, high / 2.0


def _between(interval: Interval) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        given, right = chosen(operation), operation.answer(arrays)
        low, high = interval(given["low"], given["high"])
        found = moments((low + high) / 2.0, (high - low) ** 2 / 12.0)
        return {
            name: value
            for name, value in found.items()
            if not np.isclose(value, right[name], atol=0.0)
        }

    wrong.__name__ = interval.__name__
    return wrong


def _half_width_as_spread(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"variance": 3.0 * operation.answer(arrays)["variance"]}


MISCONCEPTIONS = (
    *same_entries(_NAME),
    interval_entry(_NAME, "between 0 and 1 whatever was asked", _between(_standard)),
    interval_entry(_NAME, "between 0 and high", _between(_from_zero)),
    interval_entry(_NAME, "low + high * rand", _between(_high_as_width)),
    interval_entry(_NAME, "high * (rand - 0.5)", _between(_half_wide)),
    interval_entry(
        _NAME,
        "normal numbers with half the width as standard deviation",
        _half_width_as_spread,
    ),
)
