"""What goes wrong when one number is asked for everywhere."""

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.conventions import chosen
from reference.misconceptions.weights import moments, random_entry
from reference.operations.base import Array, Arrays, Operation

_NAME = "constant"


def _always(habit: float) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        value = chosen(operation)["value"]
        return {} if value == habit else {"mean": np.asarray(habit)}

    wrong.__name__ = f"always_{habit:g}"
    return wrong


def _normal(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    value = chosen(operation)["value"]
    return moments(0.0, value**2) if value else {}


def _uniform(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    value = chosen(operation)["value"]
    return moments(value / 2.0, value**2 / 12.0) if value else {}


def _ignored(habit: float) -> Misconception:
    return Misconception(
        id="M146",
        operation=_NAME,
        title="value ignored",
        hint="Ask for another value. Does anything change in what you get?",
        formula=f"{habit:g} everywhere",
        wrong=_always(habit),
    )


MISCONCEPTIONS = (
    _ignored(0.0),
    _ignored(1.0),
    random_entry(_NAME, "normal numbers times the value", _normal),
    random_entry(_NAME, "uniform numbers between 0 and 1 times the value", _uniform),
)
