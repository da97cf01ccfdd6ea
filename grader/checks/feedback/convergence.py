"""Sentences of the kind ``convergence``."""

from collections.abc import Sequence

from grader.checks.trainings.envelope import CHECKPOINTS
from grader.contract.messages import Array

LOOK_AT_LOSS = (
    "Print the loss of each epoch: does it fall from the first one on, and does it "
    "come to rest?"
)


def reached(share: float, threshold: float, runs: int) -> str:
    """Say that a run was good enough, and which one."""
    which = "The first run" if runs == 1 else f"Run {runs}"
    return (
        f"{which} gets {share:.1%} of the held-out examples right; at least "
        f"{threshold:.1%} are needed."
    )


def missed(shares: Sequence[float], threshold: float, classes: int) -> str:
    """Say what each run reached, and whether that is better than a guess."""
    if len(shares) == 1:
        text = (
            f"One run gets {shares[0]:.1%} of the held-out examples right; at least "
            f"{threshold:.1%} are needed."
        )
    else:
        listed = ", ".join(f"{share:.1%}" for share in shares)
        text = (
            f"The best of {len(shares)} runs gets {max(shares):.1%} of the held-out "
            f"examples right; at least {threshold:.1%} are needed. The runs reach "
            f"{listed}."
        )
    if max(shares) < 1.5 / classes:
        return f"{text} Guessing reaches {1 / classes:.0%}: nothing was learned."
    return text


def predictions_shape(got: Array, count: int, classes: int) -> str:
    """Say what the predictions should look like."""
    return (
        f"Asked about {count} examples, the trained network predicts an array of shape "
        f"{got.shape}; expected are {count} labels, or scores of shape "
        f"{(count, classes)}."
    )


def predictions_not_real(got: Array) -> str:
    """Say that the predictions are of an odd type."""
    return f"Predictions must be labels or real scores, but are of type {got.dtype}."


def outside(place: int, loss: float, expected: float) -> str:
    """Say where the curve of the losses leaves those of right runs."""
    when = {0: "In the first epoch", CHECKPOINTS - 1: "In the last epoch"}.get(
        place, f"After {place / (CHECKPOINTS - 1):.0%} of the epochs"
    )
    more = "higher" if loss > expected else "lower"
    return (
        f"{when} your loss is {loss:.3g}, {more} than that of right code, which is "
        f"about {expected:.3g} there. Look at what happens up to then first."
    )
