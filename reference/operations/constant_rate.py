"""The constant learning rate as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.relations import Relation
from reference.operations.schedules import ScheduleOperation, repeats_after
from reference.schedules.constant_rate import ConstantRate as ConstantRateSchedule


class ConstantRate(ScheduleOperation):
    """The same rate at every step.

    Parameters
    ----------
    lr
        See ``reference.schedules.constant_rate``.
    """

    name = "constant_rate"
    formula = """
        rate = lr
    """

    def __init__(self, lr: float = 0.4) -> None:
        self.lr = ConstantRateSchedule(lr).lr

    def schedule(self) -> ConstantRateSchedule:
        """Return the schedule."""
        return ConstantRateSchedule(self.lr)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``."""
        return {"lr": self.lr}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that the next rate is the present one."""
        return (*super().relations, repeats_after(1, 1.0))
