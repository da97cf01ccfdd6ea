"""What goes wrong with a constant learning rate."""

import numpy as np

from reference.misconceptions.schedules import Given, ignored_entry, rates
from reference.operations.base import Array

_NAME = "constant_rate"


def _habit(habit: float, steps: Array, given: Given) -> Array | None:
    return None if given["lr"] == habit else np.full_like(steps, habit)


def _hundredth(steps: Array, given: Given) -> Array | None:
    return _habit(0.01, steps, given)


def _thousandth(steps: Array, given: Given) -> Array | None:
    return _habit(0.001, steps, given)


MISCONCEPTIONS = (
    ignored_entry(_NAME, "rate = 0.01", rates(_hundredth)),
    ignored_entry(_NAME, "rate = 0.001", rates(_thousandth)),
)
