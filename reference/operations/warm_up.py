"""A learning rate that grows at first, as an operation."""

from typing import Any

from reference.conventions import require_choice
from reference.operations.base import Arrays
from reference.operations.schedules import ScheduleOperation
from reference.schedules.base import Schedule
from reference.schedules.constant_rate import ConstantRate
from reference.schedules.cosine import Cosine
from reference.schedules.exponential_decay import ExponentialDecay
from reference.schedules.warm_up import WarmUp as WarmUpSchedule

THEN = ("constant_rate", "exponential_decay", "cosine")


class WarmUp(ScheduleOperation):
    """A linear rise, followed by another schedule.

    Parameters
    ----------
    lr
        Full rate, from which the other schedule starts.
    steps, start, clock
        See ``reference.schedules.warm_up``.
    then
        The other schedule: ``"constant_rate"``, ``"exponential_decay"`` or
        ``"cosine"``.
    decay
        Of ``"exponential_decay"``.
    length
        Half period of ``"cosine"``, which holds its minimum of 0 afterwards.
    """

    name = "warm_up"
    formula = """
        share = min(start + (1 - start) * step/steps, 1)
        restarted: rate = share * then(max(step - steps, 0))
        shared:    rate = share * then(step)
        then(s) is lr, lr * decay**s, or lr/2 * (1 + cos(pi * min(s, length)/length))
    """
    example_conventions = (
        {},
        {"start": 0.0, "then": "cosine"},
        {"then": "exponential_decay"},
        {"then": "exponential_decay", "clock": "shared"},
    )

    def __init__(
        self,
        lr: float = 0.4,
        steps: int = 6,
        start: float = 0.25,
        clock: str = "restarted",
        then: str = "constant_rate",
        decay: float = 0.8,
        length: int = 7,
    ) -> None:
        self.then = require_choice("WarmUp", "then", then, THEN)
        self.lr, self.decay, self.length = lr, decay, length
        checked = WarmUpSchedule(self._following(), steps, start, clock)
        self.steps, self.start, self.clock = checked.steps, checked.start, checked.clock

    def _following(self) -> Schedule:
        # All are made, so that no wrong number goes unnoticed.
        schedules: dict[str, Schedule] = {
            "constant_rate": ConstantRate(self.lr),
            "exponential_decay": ExponentialDecay(self.lr, self.decay),
            "cosine": Cosine(self.lr, self.length),
        }
        return schedules[self.then]

    def schedule(self) -> WarmUpSchedule:
        """Return the schedule."""
        return WarmUpSchedule(self._following(), self.steps, self.start, self.clock)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return the numbers that are used under these conventions."""
        sizes = {"lr": self.lr, "steps": self.steps, "start": self.start}
        if self.then == "exponential_decay":
            sizes["decay"] = self.decay
        elif self.then == "cosine":
            sizes["length"] = self.length
        return sizes
