"""Keys of the kind ``training``, and sizes under which a mistake would not show."""

from typing import Annotated

from pydantic import Field

from grader.checks.base import Name, Problem, Share
from grader.checks.trainings.trainable import NetworkParams

LEAST_STEPS = 5


class TrainingParams(NetworkParams):
    """Keys of ``kind = "training"``; quantities ``losses`` and ``accuracy``.

    For ``losses`` a dozen steps show every known mistake, short batches included, so
    ``examples`` and ``epochs`` can be small where only they are judged.

    Parameters
    ----------
    function
        Name of the student's function.
    steps
        Cuts the epochs short.
    accuracy_floor
        Share of the held-out examples that must be right; where the reference itself
        stays below it, what the reference reaches. Students see it.
    follow_through
        Share of the points that a right loop earns where one of its parts is wrong and
        has been found so by an earlier check.
    """

    function: Name = "train"
    steps: Annotated[int, Field(strict=True, ge=LEAST_STEPS)] | None = None
    accuracy_floor: Share = 0.0
    follow_through: Share = 0.0


def blind_spots(params: TrainingParams) -> list[Problem]:
    """Say which mistakes of a loop the losses would not show."""
    if params.examples % params.batch_size == 0:
        reason = "must not be a multiple of batch_size: one batch must be short"
        return [(("examples",), reason)]
    epoch = -(-params.examples // params.batch_size)
    steps = min(epoch * params.epochs, params.steps or epoch * params.epochs)
    if steps < LEAST_STEPS:
        reason = f"must give at least {LEAST_STEPS} steps, got {steps}"
        return [(("epochs",), reason)]
    if steps <= epoch:
        reason = (
            f"must give steps after the first short batch, which is batch {epoch}; "
            f"got {steps} steps"
        )
        return [(("steps" if params.steps else "epochs",), reason)]
    return []
