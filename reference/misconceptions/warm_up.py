"""What goes wrong in a warm-up of the learning rate."""

from functools import partial

import numpy as np

from reference.misconceptions.conventions import answered_under, chosen
from reference.misconceptions.schedules import (
    Given,
    afterwards_entry,
    ends_entry,
    ignored_entry,
    rates,
    shifted_entry,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "warm_up"
_OTHER_CLOCK = {"restarted": "shared", "shared": "restarted"}


def _following(steps: Array, given: Given) -> Array:
    """Return the rate of the other schedule for the steps of this one."""
    if given["clock"] == "restarted":
        steps = np.maximum(steps - given["steps"], 0.0)
    if given["then"] == "constant_rate":
        return np.full_like(steps, given["lr"])
    if given["then"] == "exponential_decay":
        return given["lr"] * given["decay"] ** steps
    angle = np.pi * np.minimum(steps, given["length"]) / given["length"]
    return given["lr"] / 2 * (1.0 + np.cos(angle))


def _risen(share: Array, steps: Array, given: Given) -> Array:
    """Return the rates for shares that are meant for the warm-up only."""
    full = _following(steps, given)
    return np.where(steps < given["steps"], share * full, full)


def _start_ignored(steps: Array, given: Given) -> Array | None:
    if given["start"] == 0.0:
        return None
    return _risen(steps / given["steps"], steps, given)


def _counted_from_one(steps: Array, given: Given) -> Array:
    rise = (1.0 - given["start"]) * (steps + 1.0) / given["steps"]
    return _risen(given["start"] + rise, steps, given)


def _one_step_less(steps: Array, given: Given) -> Array | None:
    if given["steps"] == 1:
        return None
    rise = (1.0 - given["start"]) * steps / (given["steps"] - 1)
    return _risen(given["start"] + rise, steps, given)


def _added(steps: Array, given: Given) -> Array | None:
    if given["start"] == 0.0:
        return None
    share = np.minimum(given["start"] + steps / given["steps"], 1.0)
    return _risen(share, steps, given)


def _start_is_a_rate(steps: Array, given: Given) -> Array | None:
    if given["start"] == 0.0:
        return None
    full = _following(steps, given)
    rising = given["start"] + (full - given["start"]) * steps / given["steps"]
    return np.where(steps < given["steps"], rising, full)


def _flat(steps: Array, given: Given) -> Array:
    return _risen(np.full_like(steps, given["start"]), steps, given)


def _never_ends(steps: Array, given: Given) -> Array:
    share = given["start"] + (1.0 - given["start"]) * steps / given["steps"]
    return share * _following(steps, given)


def _other_clock(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    given = chosen(operation)
    if given["then"] == "constant_rate":
        return {}
    return answered_under(operation, arrays, clock=_OTHER_CLOCK[given["clock"]])


_ends = partial(ends_entry, _NAME)

MISCONCEPTIONS = (
    ignored_entry(_NAME, "share = step/steps", rates(_start_ignored)),
    shifted_entry(_NAME, "step + 1 in the share", rates(_counted_from_one)),
    shifted_entry(_NAME, "steps - 1 in the share", rates(_one_step_less)),
    _ends("share = min(start + step/steps, 1)", rates(_added)),
    _ends("rate = start + (then - start) * step/steps", rates(_start_is_a_rate)),
    _ends("share = start until step steps", rates(_flat)),
    afterwards_entry(_NAME, "share without min(..., 1)", rates(_never_ends)),
    afterwards_entry(
        _NAME, "the other schedule counts from another step", _other_clock
    ),
)
