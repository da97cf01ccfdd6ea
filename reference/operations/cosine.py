"""The cosine schedule of the learning rate as an operation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.relations import Relation
from reference.operations.schedules import ScheduleOperation
from reference.schedules.cosine import Cosine as CosineSchedule


class Cosine(ScheduleOperation):
    """A rate that falls along half a period of a cosine.

    The drawn steps go beyond the half period, where ``after`` decides.

    Parameters
    ----------
    lr, steps, minimum, after
        See ``reference.schedules.cosine``.
    """

    name = "cosine"
    formula = """
        rate = minimum + (lr - minimum)/2 * (1 + cos(pi * s/steps))
        hold:    s = min(step, steps)
        restart: s = step mod steps
        rise:    s = step
    """
    example_conventions = ({}, {"after": "restart"}, {"after": "rise"})

    def __init__(
        self,
        lr: float = 0.4,
        steps: int = 11,
        minimum: float = 0.05,
        after: str = "hold",
    ) -> None:
        checked = CosineSchedule(lr, steps, minimum, after)
        self.lr, self.steps = checked.lr, checked.steps
        self.minimum, self.after = checked.minimum, checked.after

    def schedule(self) -> CosineSchedule:
        """Return the schedule."""
        return CosineSchedule(self.lr, self.steps, self.minimum, self.after)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``, ``steps`` and ``minimum``."""
        return {"lr": self.lr, "steps": self.steps, "minimum": self.minimum}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that the curve is odd about its middle."""
        return (*super().relations, self._symmetric())

    def _symmetric(self) -> Relation:
        def questions(
            rng: np.random.Generator, arrays: Arrays
        ) -> list[dict[str, Array]]:
            # Step 0 and its mirror image are left out: "restart" has no step T.
            steps = 1 + arrays["step"] % max(self.steps - 1, 1)
            steps = np.minimum(steps, self.steps)
            return [{"step": steps}, {"step": self.steps - steps}]

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            one, mirrored = found
            ends = np.full_like(one["rate"], self.lr + self.minimum)
            return {"rate": (one["rate"] + mirrored["rate"], ends)}

        return Relation(
            "symmetric",
            "Two steps equally far from both ends have rates that add up to "
            "lr + minimum.",
            questions,
            pairs,
        )
