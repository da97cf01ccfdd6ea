"""Sentences of the kind ``convergence``."""

from collections.abc import Sequence

import numpy as np

from grader.checks.trainings.envelope import CHECKPOINTS
from grader.checks.trainings.loss_trends import Trend
from grader.contract.messages import Array

INSIDE = (
    "The losses that you return are like those of right code, so look at what comes "
    "after them: is the network that predicts the one that was trained, with its last "
    "weights, and is the prediction of an example the class of its largest score?"
)

FEWER_THAN_A_GUESS = (
    "That is even less than guessing: are the classes that are predicted numbered as "
    "in y?"
)


def look_at_loss(function: str) -> str:
    """Say what to print where nothing is known of the losses."""
    return (
        f"{function} returned no losses that can be drawn. Print the loss of each "
        "epoch: does it fall from the first one on, and does it come to rest?"
    )


def wrong_trend(found: Trend, losses: Array, guess: float) -> str:
    """Say how the losses go wrong by themselves, and where to look."""
    first, last = losses[0], losses[-1]
    if found is Trend.NOT_FINITE:
        epoch = int(np.argmin(np.isfinite(losses))) + 1
        return (
            f"The loss that you return for epoch {epoch} is {losses[epoch - 1]}. Print "
            "the loss and the largest weight after each step of that epoch: which of "
            "them grows first?"
        )
    if found is Trend.RISING:
        return (
            f"Your loss rises, from {first:.3g} in the first epoch to {last:.3g} in "
            "the last. Try steps that are ten times shorter: if it rises even then, "
            "take one step by hand and compare."
        )
    if found is Trend.AT_GUESS:
        return (
            f"Your loss ends at {last:.4g}; {guess:.4g} is what a network gets that "
            "gives all classes the same score. Print one weight of the first layer "
            "before and after a step, and take one row of a batch: does the weight "
            "move, and does the label belong to that row?"
        )
    return (
        f"Your loss hardly moves: it is {first:.3g} in the first epoch and {last:.3g} "
        "in the last. Print one of the weights that forward reads, before and after a "
        "step: does it change, and by how much?"
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


def scores_not_finite(count: int, total: int) -> str:
    """Say that scores are no numbers, which counts as wrong."""
    return (
        f"For {count} of {total} examples a score is infinite or not a number. Print "
        "the largest weight after each epoch: does it grow without end?"
    )


def predictions_not_real(got: Array) -> str:
    """Say that the predictions are of an odd type."""
    return f"Predictions must be labels or real scores, but are of type {got.dtype}."


def outside(place: int, loss: float, expected: float) -> str:
    """Say where the curve of the losses leaves those of right runs."""
    when = {0: "In the first epoch", CHECKPOINTS - 1: "In the last epoch"}.get(
        place, f"After {place / (CHECKPOINTS - 1):.0%} of the epochs"
    )
    compared = (
        f"{when} your loss is {loss:.3g}; right code that does what the handout asks "
        f"for is at about {expected:.3g} there."
    )
    if loss > expected:
        return f"{compared} Look at what happens up to then first."
    return (
        f"{compared} Yours is lower, and still much is wrong: is it the loss of all "
        "examples, and is the network that predicts the one that was trained?"
    )
