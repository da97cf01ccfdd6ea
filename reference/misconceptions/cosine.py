"""What goes wrong in the cosine schedule of the learning rate."""

from functools import partial

import numpy as np

from reference.misconceptions.base import Wrong
from reference.misconceptions.conventions import answered_under, chosen
from reference.misconceptions.schedules import (
    Given,
    afterwards_entry,
    ends_entry,
    ignored_entry,
    rates,
    shifted,
    shifted_entry,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "cosine"
_AFTER = ("hold", "restart", "rise")


def _angle(steps: Array, given: Given) -> Array:
    """Return the right angle of each step."""
    length = given["steps"]
    if given["after"] == "hold":
        steps = np.minimum(steps, length)
    elif given["after"] == "restart":
        steps = steps % length
    return np.pi * steps / length


def _between(share: Array, given: Given) -> Array:
    """Return rates so far on the way from the minimum up to ``lr``."""
    return given["minimum"] + (given["lr"] - given["minimum"]) * share


def _on_top(steps: Array, given: Given) -> Array | None:
    if given["minimum"] == 0.0:
        return None
    return given["minimum"] + given["lr"] / 2 * (1.0 + np.cos(_angle(steps, given)))


def _no_half(steps: Array, given: Given) -> Array:
    return _between(1.0 + np.cos(_angle(steps, given)), given)


def _no_pi(steps: Array, given: Given) -> Array:
    return _between((1.0 + np.cos(_angle(steps, given) / np.pi)) / 2, given)


def _whole_period(steps: Array, given: Given) -> Array:
    return _between((1.0 + np.cos(2.0 * _angle(steps, given))) / 2, given)


def _upwards(steps: Array, given: Given) -> Array:
    return _between((1.0 - np.cos(_angle(steps, given))) / 2, given)


def _straight(steps: Array, given: Given) -> Array:
    return _between(1.0 - _angle(steps, given) / np.pi, given)


def _minimum_ignored(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return answered_under(operation, arrays, minimum=0.0)


def _one_step_less(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    steps = chosen(operation)["steps"]
    return {} if steps == 1 else answered_under(operation, arrays, steps=steps - 1)


def _after(places: int) -> Wrong:
    """Return the rates under another choice of what comes afterwards."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        number = _AFTER.index(chosen(operation)["after"]) + places
        return answered_under(operation, arrays, after=_AFTER[number % len(_AFTER)])

    wrong.__name__ = f"after_{places}"
    return wrong


_ends = partial(ends_entry, _NAME)

MISCONCEPTIONS = (
    ignored_entry(_NAME, "minimum = 0 whatever was asked for", _minimum_ignored),
    shifted_entry(_NAME, "step + 1 in place of step", shifted(1)),
    shifted_entry(_NAME, "steps - 1 in place of steps", _one_step_less),
    _ends("rate = minimum + lr/2 * (1 + cos(pi * s/steps))", rates(_on_top)),
    _ends("rate = minimum + (lr - minimum) * (1 + cos(...))", rates(_no_half)),
    _ends("cos(s/steps) in place of cos(pi * s/steps)", rates(_no_pi)),
    _ends("cos(2*pi * s/steps) in place of cos(pi * s/steps)", rates(_whole_period)),
    _ends("1 - cos(...) in place of 1 + cos(...)", rates(_upwards)),
    _ends("rate = lr - (lr - minimum) * s/steps", rates(_straight)),
    afterwards_entry(
        _NAME, "restart in place of hold, rise of restart, hold of rise", _after(1)
    ),
    afterwards_entry(
        _NAME, "rise in place of hold, hold of restart, restart of rise", _after(2)
    ),
)
