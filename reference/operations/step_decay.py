"""Step decay of the learning rate as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.relations import Relation
from reference.operations.schedules import ScheduleOperation, repeats_after
from reference.schedules.step_decay import StepDecay as StepDecaySchedule


class StepDecay(ScheduleOperation):
    """A rate that is multiplied by a factor now and then.

    Parameters
    ----------
    lr, factor, every
        See ``reference.schedules.step_decay``.
    """

    name = "step_decay"
    formula = """
        rate = lr * factor**floor(step / every)
    """
    example_conventions = ({}, {"lr": 0.1, "factor": 0.5, "every": 1})

    def __init__(self, lr: float = 0.4, factor: float = 0.3, every: int = 5) -> None:
        checked = StepDecaySchedule(lr, factor, every)
        self.lr, self.factor, self.every = checked.lr, checked.factor, checked.every

    def schedule(self) -> StepDecaySchedule:
        """Return the schedule."""
        return StepDecaySchedule(self.lr, self.factor, self.every)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``, ``factor`` and ``every``."""
        return {"lr": self.lr, "factor": self.factor, "every": self.every}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that one reduction comes every ``every`` steps."""
        return (*super().relations, repeats_after(self.every, self.factor))
