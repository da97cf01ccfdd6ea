"""What the losses that a student returns say by themselves: a hint, never a verdict."""

from enum import StrEnum, auto

import numpy as np

from grader.contract.messages import Array

# By these shares of itself a loss may change and still count as the same, or as risen.
# Right code with a step that is far too long bounces by more, but it does fall first.
SAME = 0.01
RISEN = 0.1


class Trend(StrEnum):
    """How the loss goes from the first epoch to the last, where that says it all."""

    NOT_FINITE = auto()
    RISING = auto()
    AT_GUESS = auto()
    FLAT = auto()


def trend(losses: Array | None, guess: float) -> Trend | None:
    """Return how losses go wrong, or ``None`` if they fall or are no losses.

    Parameters
    ----------
    losses
        (E,), one for each epoch.
    guess
        The loss where every class has the same score.
    """
    if losses is None or losses.ndim != 1 or losses.dtype.kind not in "fiu":
        return None
    if len(losses) < 2:
        return None
    if not np.isfinite(losses).all():
        return Trend.NOT_FINITE
    first, last = float(losses[0]), float(losses[-1])
    if last - first > RISEN * abs(first):
        return Trend.RISING
    if abs(last - guess) <= SAME * guess:
        return Trend.AT_GUESS
    return Trend.FLAT if np.ptp(losses) <= SAME * abs(first) else None
