"""What goes wrong in step decay of the learning rate."""

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

_NAME = "step_decay"
_HABIT = 0.1


def _reduced(reductions: Array, given: Given) -> Array:
    return given["lr"] * given["factor"] ** reductions


def _before_the_first(steps: Array, given: Given) -> Array:
    return _reduced(1.0 + steps // given["every"], given)


def _one_late(steps: Array, given: Given) -> Array:
    return _reduced(np.maximum(steps - 1.0, 0.0) // given["every"], given)


def _usual_factor(steps: Array, given: Given) -> Array | None:
    if given["factor"] == _HABIT:
        return None
    return given["lr"] * _HABIT ** (steps // given["every"])


def _share_taken(steps: Array, given: Given) -> Array | None:
    if given["factor"] == 0.5:
        return None
    return given["lr"] * (1.0 - given["factor"]) ** (steps // given["every"])


def _product(steps: Array, given: Given) -> Array:
    return given["lr"] * given["factor"] * (steps // given["every"])


def _only_once(steps: Array, given: Given) -> Array:
    return _reduced(np.minimum(steps // given["every"], 1.0), given)


def _smooth(steps: Array, given: Given) -> Array | None:
    return None if given["every"] == 1 else _reduced(steps / given["every"], given)


def _at_every_later_step(steps: Array, given: Given) -> Array | None:
    if given["every"] == 1:
        return None
    return _reduced(np.maximum(steps + 1.0 - given["every"], 0.0), given)


MISCONCEPTIONS = (
    ignored_entry(_NAME, "factor = 0.1 whatever was asked for", rates(_usual_factor)),
    shifted_entry(_NAME, "rate = lr * factor**floor((step + 1) / every)", shifted(1)),
    shifted_entry(
        _NAME,
        "rate = lr * factor**floor(max(step - 1, 0) / every)",
        rates(_one_late),
    ),
    shifted_entry(
        _NAME,
        "rate = lr * factor**(1 + floor(step / every))",
        rates(_before_the_first),
    ),
    share_entry(
        _NAME, "rate = lr * (1 - factor)**floor(step / every)", rates(_share_taken)
    ),
    law_entry(_NAME, "rate = lr * factor * floor(step / every)", rates(_product)),
    law_entry(
        _NAME, "rate = lr * factor from step every on, and no less", rates(_only_once)
    ),
    law_entry(_NAME, "rate = lr * factor**(step / every)", rates(_smooth)),
    law_entry(
        _NAME,
        "one reduction at every step from step every on",
        rates(_at_every_later_step),
    ),
)
