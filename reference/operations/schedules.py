"""What the operations of learning-rate schedules have in common."""

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np

from reference.arrays import require_integers
from reference.errors import ShapeError
from reference.operations.base import Array, Arrays
from reference.operations.families import FunctionOperation
from reference.operations.relations import Relation, independent_examples
from reference.schedules.base import Schedule

NEARLY_NOTHING = 2.0**-10
"""A rate below this share of the largest is not asked for alone."""


class ScheduleOperation(FunctionOperation):
    """A schedule: numbers of steps in, the learning rate of each out.

    The input is ``step`` (T,), integers from 0 on, and the answer ``rate`` (T,). The
    steps come in no order, so that counting calls is not enough.
    """

    inputs = ("step",)
    outputs = ("rate",)

    @abstractmethod
    def schedule(self) -> Schedule:
        """Return the schedule under these conventions."""

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw the first 17 or 23 steps in some order, or one of the first 17.

        The one step has no rate near 0. A single rate is its own scale, and the cosine
        of a right angle, which may be where the 0 comes from, is 0 to rounding only.
        """
        steps = rng.permutation((17, 23, 17)[variant]).astype(np.int64)
        if variant == 2:
            rates = self.answer({"step": steps})["rate"]
            steps = steps[rates > NEARLY_NOTHING * rates.max()][:1]
        return {"step": steps}

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return the rate of each step."""
        owner, steps = type(self).__name__, arrays["step"]
        require_integers(owner, "step", steps, np.iinfo(np.int64).max)
        if steps.ndim != 1:
            raise ShapeError(f"{owner}: step must be (T,), got {steps.shape}")
        schedule = self.schedule()
        rates = [schedule.rate(int(step)) for step in steps]
        return {"rate": np.array(rates, dtype=np.float64)}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that the rate of a step does not depend on other steps."""
        return (independent_examples(("step",), ("rate",)),)


def repeats_after(steps: int, factor: float) -> Relation:
    """Return that the rate ``steps`` later is ``factor`` times the present one."""

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        return [dict(arrays), {**arrays, "step": arrays["step"] + steps}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        now, later = found
        return {"rate": (factor * now["rate"], later["rate"])}

    return Relation(
        "repeats_after",
        f"The rate {steps} steps later is {factor:g} times the present one.",
        questions,
        pairs,
    )
