"""What goes wrong in exponential decay of the learning rate."""

import numpy as np

from reference.misconceptions.schedules import (
    Given,
    ignored_entry,
    law_entry,
    rates,
    share_entry,
    shifted,
    shifted_entry,
)
from reference.operations.base import Array

_NAME = "exponential_decay"


def _is_natural(given: Given) -> bool:
    return bool(given["form"] == "natural")


def _decayed(times: Array, given: Given) -> Array:
    """Return the rate after so many times the decay."""
    if _is_natural(given):
        return given["lr"] * np.exp(-given["decay"] * times)
    return given["lr"] * given["decay"] ** times


def _every_ignored(steps: Array, given: Given) -> Array | None:
    return None if given["every"] == 1 else _decayed(steps, given)


def _one_late(steps: Array, given: Given) -> Array:
    return _decayed(np.maximum(steps - 1.0, 0.0) / given["every"], given)


def _share_taken(steps: Array, given: Given) -> Array | None:
    if _is_natural(given) or given["decay"] in (0.5, 1.0):
        return None
    return given["lr"] * (1.0 - given["decay"]) ** (steps / given["every"])


def _other_form(steps: Array, given: Given) -> Array:
    other = "factor" if _is_natural(given) else "natural"
    return _decayed(steps / given["every"], {**given, "form": other})


def _growing(steps: Array, given: Given) -> Array:
    return _decayed(-steps / given["every"], given)


def _inverse(steps: Array, given: Given) -> Array:
    return given["lr"] / (1.0 + given["decay"] * steps / given["every"])


def _product(steps: Array, given: Given) -> Array:
    return given["lr"] * given["decay"] * steps / given["every"]


def _in_stairs(steps: Array, given: Given) -> Array | None:
    return None if given["every"] == 1 else _decayed(steps // given["every"], given)


MISCONCEPTIONS = (
    ignored_entry(_NAME, "step in place of step / every", rates(_every_ignored)),
    shifted_entry(_NAME, "step + 1 in place of step", shifted(1)),
    shifted_entry(_NAME, "max(step - 1, 0) in place of step", rates(_one_late)),
    share_entry(_NAME, "rate = lr * (1 - decay)**(step / every)", rates(_share_taken)),
    law_entry(_NAME, "factor and natural form exchanged", rates(_other_form)),
    law_entry(_NAME, "-step in place of step, so that the rate grows", rates(_growing)),
    law_entry(_NAME, "rate = lr / (1 + decay * step / every)", rates(_inverse)),
    law_entry(_NAME, "rate = lr * decay * step / every", rates(_product)),
    law_entry(_NAME, "floor(step / every) in place of step / every", rates(_in_stairs)),
)
