"""The losses of right runs at a few moments of a training: a hint, never a verdict."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from grader.checks.base import Number
from grader.contract.messages import Array

CHECKPOINTS = 6
# Standard errors; right code passes this about once in two million checkpoints.
FAR = 5.0

Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Row = Field(min_length=CHECKPOINTS, max_length=CHECKPOINTS)


class Envelope(BaseModel):
    """Losses of right runs at six moments from the first epoch to the last.

    Parameters
    ----------
    mean, spread
        Mean and standard deviation of the natural logarithm of the loss.
    low, high
        The loss that 5 % and 95 % of the right runs stay below.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean: Annotated[tuple[Number, ...], Row]
    spread: Annotated[tuple[Positive, ...], Row]
    low: Annotated[tuple[Positive, ...], Row]
    high: Annotated[tuple[Positive, ...], Row]

    def first_outside(self, curves: Sequence[Array]) -> int | None:
        """Return the first checkpoint at which the mean of some runs is far off."""
        found = np.log(np.array(curves)).mean(axis=0)
        error = np.array(self.spread) / np.sqrt(len(curves))
        far = np.flatnonzero(np.abs(found - np.array(self.mean)) > FAR * error)
        return int(far[0]) if far.size else None

    def curves(self) -> dict[str, Sequence[float]]:
        """Return what a chart draws behind the curves of a student."""
        middle = np.exp(np.array(self.mean)).tolist()
        return {"expected": middle, "low": self.low, "high": self.high}


def checkpoints(losses: Array | None) -> Array | None:
    """Return a loss at each checkpoint, or ``None`` where they make no curve.

    Parameters
    ----------
    losses
        (E,), one for each epoch.
    """
    if losses is None or losses.ndim != 1 or losses.dtype.kind not in "fiu":
        return None
    plain = losses.astype(np.float64)
    if len(plain) < 2 or not (np.isfinite(plain).all() and (plain > 0).all()):
        return None
    at = np.linspace(0, len(plain) - 1, CHECKPOINTS)
    return np.interp(at, np.arange(len(plain)), plain)
