"""Sentences of the kind ``training``."""

from grader.checks.feedback.comparing import earlier_ones, two_numbers
from grader.contract.messages import Array


def losses_right(steps: int) -> str:
    """Say that every compared loss is right."""
    return f"The losses of all {steps} steps are right."


def losses_wrong(step: int, steps: int, numbers: tuple[float, float]) -> str:
    """Name the first loss that differs; steps count from 1."""
    expected, got = two_numbers(*numbers)
    text = f"The loss before step {step} of {steps} is {got}; right is {expected}."
    if step == 1:
        return f"{text} No step was taken yet: look at forward and at the loss."
    return f"{text} {earlier_ones(step - 1, 'loss', 'losses')}"


def losses_shape(function: str, got: Array, steps: int) -> str:
    """Say that the number of losses is wrong."""
    return (
        f"{function} must return one loss for each of the {steps} batches, a list of "
        f"{steps} numbers; it returned {got.dtype} of shape {got.shape}. The last "
        "batch of an epoch is shorter than the others and counts too."
    )


PARTS_ARE_RIGHT = (
    "A plain loop over your own layers, loss and optimizer gives the right losses, so "
    "look at your loop: which batch, which order, and when does the optimizer step?"
)
LOOP_COUNTS = "The points for the loop are yours: one mistake is counted once."
NOT_COUNTED_AGAIN = (
    "Your loop is right and the reason is known, so this is not counted a second time."
)
NO_WEIGHTS = "There are no trained weights to judge (see the losses)."
WEIGHTS_UNUSABLE = (
    "After training the parameters are not finite numbers of the shape they started "
    "with. Print the loss of the first ten steps: does it grow?"
)


def loop_is_right(suspect: str) -> str:
    """Say that the loop is right and which part to repair first."""
    text = "Your loop does the same as a plain loop over your own parts, so it is right"
    if suspect:
        return f"{text}. Repair {suspect} first."
    return f"{text}; one of the layers, the loss or the optimizer is not."


def may_come_from(suspect: str) -> str:
    """Point from a training that broke to a part that is known to be wrong."""
    return f"This may come from {suspect}: repair that first."


def accuracy(
    share: float, floor: float, before: float, after: float, *, good: bool
) -> str:
    """Say what the trained weights reach on images that were held out."""
    text = (
        f"The trained weights get {share:.1%} of the held-out images right; needed are "
        f"{floor:.1%}."
    )
    if good:
        return text
    low, high = two_numbers(before, after)
    if after < before:
        return f"{text} The loss fell from {low} to {high}."
    return (
        f"{text} The loss on the training images went from {low} to {high}: it must "
        "fall. In which direction do the weights move?"
    )
