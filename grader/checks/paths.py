"""Where the path of an optimizer's parameters leaves the right one.

The error is compared with the distance travelled so far, which a wrong rule gets wrong
whatever the learning rate is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.checks.compare import Index
from grader.checks.sightings import Sighting
from grader.contract.messages import Array

# A parameter that is kept in single precision loses up to half a unit in the last place
# at every step, however short the step is. Right code needed up to 3.5 of these units.
STORED_UNIT = 2.0**-24
STORED_UNITS_PER_STEP = 4.0


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a path may be off.

    Parameters
    ----------
    share
        Of the distance travelled.
    stored
        Whether a parameter may have been kept in single precision.
    """

    share: float
    stored: bool = False


# Right code stays below 1e-14 of the distance, 2e-6 in single precision.
DOUBLE = Tolerance(1e-9)
SINGLE = Tolerance(3e-5, stored=True)


@dataclass(frozen=True, slots=True)
class Deviation:
    """The first step after which a parameter is wrong.

    Parameters
    ----------
    error
        Over the distance travelled.
    """

    step: int
    name: str
    index: Index
    expected: float
    got: float
    error: float


def first_deviation(seen: Sighting, tolerance: Tolerance) -> Deviation | None:
    """Return the earliest step whose error is too large in any parameter."""
    return min(_deviations(seen, tolerance), key=lambda one: one.step, default=None)


def _deviations(seen: Sighting, tolerance: Tolerance) -> Iterator[Deviation]:
    for name, expected in seen.right.items():
        right, got = expected.value, seen.got[name].astype(np.float64)
        steps = len(right)
        with np.errstate(invalid="ignore"):
            error = np.abs(got - right)
        error = np.where(np.isnan(error), np.inf, error).reshape(steps, -1)
        if tolerance.stored:
            error = np.maximum(error - _rounding(right, got)[:, np.newaxis], 0.0)
        moved = _largest_by_step(right - seen.arrays[name])
        share = error.max(axis=1) / np.maximum(moved, np.finfo(np.float64).tiny)
        wrong = np.flatnonzero(share > tolerance.share)
        if wrong.size:
            step = int(wrong[0])
            flat = np.unravel_index(int(np.argmax(error[step])), right.shape[1:])
            place = (step, *(int(part) for part in flat))
            yield Deviation(
                step,
                name,
                place[1:],
                float(right[place]),
                float(got[place]),
                float(share[step]),
            )


def _rounding(right: Array, got: Array) -> Array:
    """Return what keeping a parameter in single precision may cost up to each step.

    Nothing, unless every number that came back is one of single precision.
    """
    steps = len(right)
    if not is_single(got):
        return np.zeros(steps)
    taken = np.arange(1, steps + 1)
    return STORED_UNITS_PER_STEP * taken * STORED_UNIT * _largest_by_step(right)


def is_single(path: Array) -> bool:
    """Tell whether every number of a path is one of single precision."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.array_equal(path, path.astype(np.float32)))


def _largest_by_step(path: Array) -> Array:
    """Return the largest magnitude of a path up to each of its steps."""
    return np.maximum.accumulate(np.abs(path).reshape(len(path), -1).max(axis=1))
