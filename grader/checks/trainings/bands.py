"""How far right losses may be from those of the reference.

Rounding is measured by twins: the same training from weights changed in their last
digit.
"""

from dataclasses import dataclass, replace

import numpy as np

from grader.checks.trainings.replay import Task, telling_steps
from grader.contract.messages import Array

TWINS = (1, 2, 5)
TWIN_MARGIN = 100.0
# How far a loss in single precision may be off after a kink was crossed.
LATE = 0.02


@dataclass(frozen=True, slots=True)
class Precision:
    """How a tolerance is made for one kind of arithmetic.

    Parameters
    ----------
    digit
        Relative size of the last digit.
    floor
        Tolerance relative to the loss, before anything has drifted.
    most
        Where the tolerance passes this share of the loss nothing is compared any more.
    """

    digit: float
    floor: float
    most: float


DOUBLE = Precision(2.0**-52, 1e-12, 1e-6)
SINGLE = Precision(2.0**-23, 1e-5, 1e-2)


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The right losses and how far from each an answer may be.

    Parameters
    ----------
    horizon
        Number of steps that are compared.
    """

    losses: Array
    tolerance: Array
    horizon: int

    def first_outside(self, losses: Array) -> int | None:
        """Return the first step that is not right, or ``None``."""
        compared = slice(self.horizon)
        with np.errstate(all="ignore"):
            error = np.abs(losses - self.losses)[compared]
        # Written so that NaN counts as outside.
        outside = np.flatnonzero(~(error <= self.tolerance[compared]))
        return int(outside[0]) if outside.size else None


def band(
    task: Task, right: Array, rng: np.random.Generator, precision: Precision
) -> Band:
    """Measure how far rounding carries the reference itself."""
    drift = np.zeros_like(right)
    for size in TWINS:
        twin = {
            name: value
            * (1 + size * precision.digit * rng.choice([-1.0, 1.0], value.shape))
            for name, value in task.weights.items()
        }
        with np.errstate(all="ignore"):
            apart = np.abs(task.run(twin)[0] - right)
        drift = np.maximum(drift, np.maximum.accumulate(apart))
    tolerance = TWIN_MARGIN * drift + precision.floor * np.abs(right)
    usable = tolerance <= precision.most * np.abs(right)
    horizon = len(right) if usable.all() else int(np.argmin(usable))
    return Band(right, tolerance, horizon)


def right_in_single(task: Task, right: Band, single: Band, losses: Array) -> bool:
    """Tell whether losses are right for code that computes in single precision.

    The steps that show every known mistake are held to the band. Later a unit may fall
    to the other side of a kink by rounding alone, which three twins can miss; the
    losses must only stay near. Code that leaves the right losses late and not early
    does not compute in single precision: it does something else.
    """
    telling = min(single.horizon, telling_steps(task))
    first = right.first_outside(losses)
    if first is None or first >= telling:
        return False
    if replace(single, horizon=telling).first_outside(losses) is not None:
        return False
    with np.errstate(all="ignore"):
        near = np.abs(losses - right.losses) <= LATE * np.abs(right.losses)
    return bool(near[: single.horizon].all())
