"""Exponential decay of the learning rate as an operation."""

import math
from typing import Any

from reference.operations.base import Arrays
from reference.operations.relations import Relation
from reference.operations.schedules import ScheduleOperation, repeats_after
from reference.schedules.exponential_decay import (
    ExponentialDecay as ExponentialDecaySchedule,
)


class ExponentialDecay(ScheduleOperation):
    """A rate that falls by the same share at every step.

    Parameters
    ----------
    lr, decay, every, form
        See ``reference.schedules.exponential_decay``.
    """

    name = "exponential_decay"
    formula = """
        factor:  rate = lr * decay**(step / every)
        natural: rate = lr * exp(-decay * step / every)
    """
    example_conventions = ({}, {"every": 4}, {"form": "natural", "every": 3})

    def __init__(
        self,
        lr: float = 0.4,
        decay: float = 0.8,
        every: int = 1,
        form: str = "factor",
    ) -> None:
        checked = ExponentialDecaySchedule(lr, decay, every, form)
        self.lr, self.decay = checked.lr, checked.decay
        self.every, self.form = checked.every, checked.form

    def schedule(self) -> ExponentialDecaySchedule:
        """Return the schedule."""
        return ExponentialDecaySchedule(self.lr, self.decay, self.every, self.form)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``, ``decay`` and ``every``."""
        return {"lr": self.lr, "decay": self.decay, "every": self.every}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that ``every`` steps reduce the rate by the whole decay."""
        factor = self.decay if self.form == "factor" else math.exp(-self.decay)
        return (*super().relations, repeats_after(self.every, factor))
