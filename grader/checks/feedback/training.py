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


OVER_SUPPLIED_PARTS = (
    "We also ran your loop with correct parts of ours in place of yours."
)
LOOP_COUNTS = "Your points for the loop stay: one mistake is counted once."
NOT_COUNTED_AGAIN = (
    "Your loop is right and the reason is known (see the losses), so this is not "
    "counted a second time."
)
NO_WEIGHTS = "There are no trained weights to judge (see the losses)."
WEIGHTS_UNUSABLE = (
    "After training the parameters are not finite numbers of the shape they started "
    "with. Print the loss of the first ten steps: does it grow?"
)


def loop_is_right(suspect: str, *, supplied: bool = True) -> str:
    """Say that the loop is right, how that is known, and which part to repair first."""
    text = "With correct parts of ours in place of yours, your loop is right."
    if not supplied:
        text = "Every loss is what a right loop gives with your parts as they are."
    if suspect:
        return f"{text} Repair {suspect} first."
    return (
        f"{text} So the reason is in one of your layers, the loss or the optimizer. "
        "What does it keep from one step to the next?"
    )


def may_come_from(suspect: str) -> str:
    """Point from a training that broke to a part that is known to be wrong."""
    return f"This may come from {suspect}: repair that first."


def accuracy(
    share: float, floor: float, before: float, after: float, *, good: bool
) -> str:
    """Say what the trained weights reach on examples that were held out."""
    text = (
        f"The trained weights get {share:.1%} of the held-out examples right; at least "
        f"{floor:.1%} are needed."
    )
    if good:
        return text
    low, high = two_numbers(before, after)
    if after < before:
        return f"{text} The loss fell from {low} to {high}."
    if low == high:
        return (
            f"{text} The loss on the training examples is {high}, before training and "
            "after it. Print a few weights, at the start and at the end."
        )
    return (
        f"{text} The loss on the training examples went from {low} to {high}: it must "
        "fall. In which direction do the weights move?"
    )


# What a loop did with parts that we supplied. Steps, batches and layers count from 1.

THE_BATCH = "the rows of the batch itself"
ALL_EXAMPLES = "all examples"
FIRST_EXAMPLES = "the first rows of X"
FIRST_LABELS = "the first labels of y"
ALL_LABELS = "the labels of all examples"
RETURNED_BY_LOSS = "the gradient that backward of the loss returned"
NO_ARRAY = "something that is no array of numbers with one or two axes"
OTHER_NUMBERS = "an array of the right shape that holds other numbers"


def layer(number: int, name: str) -> str:
    """Name a layer by its place in the list and its class."""
    return f"layer {number} ({name})"


def rows_of(batch: int) -> str:
    """Name the rows of another batch."""
    return f"the rows of batch {batch}"


def labels_of(batch: int) -> str:
    """Name the labels of another batch."""
    return f"the labels of batch {batch}"


def output_of(layer: str, batch: int = 0) -> str:
    """Name what a layer returned, for another batch if one is given."""
    return f"the output of {layer}" + (f" for batch {batch}" if batch else "")


def output_after(layer: str) -> str:
    """Name what a layer returns once the step is done."""
    return f"the output of {layer} after the weights had changed"


def returned_by(layer: str) -> str:
    """Name the gradient that a layer returned."""
    return f"the gradient that backward of {layer} returned"


def of_shape(shape: tuple[int, ...]) -> str:
    """Say no more than the shape of an array."""
    return f"an array of shape {shape}"


def times(factor: float | None) -> str:
    """Say that a gradient was multiplied on its way, if it was."""
    if factor is None:
        return OTHER_NUMBERS
    return f"the gradient that belongs there multiplied by {factor:.4g}"


def called_with(step: int, method: str, got: str) -> str:
    """Say that a call got something else than it needs."""
    return (
        f"In step {step}, {method} was given {got}. What does it need there, and where "
        "in your loop is that?"
    )


def not_called(step: int, method: str) -> str:
    """Say that a call is missing or comes too late."""
    return (
        f"In step {step}, {method} had not been called when the optimizer stepped or "
        "the next batch began. In which order do your calls come?"
    )


def no_step(step: int) -> str:
    """Say that nothing made the optimizer step."""
    return (
        f"The gradients of batch {step} were ready, but step of the optimizer was not "
        "called after them. How often should it be called, and where?"
    )


def too_many_steps(steps: int) -> str:
    """Say that the loop goes on."""
    return (
        f"There were {steps} batches, but the optimizer was made to step more often. "
        "How often is step called for one batch, and what ends your loop?"
    )


def stopped_early(done: int, steps: int) -> str:
    """Say that the loop returned with batches left."""
    if not done:
        return "Your loop called none of the parts that it was given."
    return f"Your loop ended after {done} of {steps} batches. Which ones are left out?"


def found_changed(kind: str, layer: str) -> str:
    """Say that something touched gradients or weights before the step."""
    if kind == "grads":
        return (
            f"When the optimizer stepped, grads of {layer} did not hold what backward "
            "had put there. What happens to grads between backward and step?"
        )
    return (
        f"When the optimizer stepped, params of {layer} did not hold what the step "
        "before had left there. What else changes params?"
    )


def other_loss(step: int) -> str:
    """Say that the calls are right and a number in the list is not."""
    return (
        f"Every call is right, but the number returned for step {step} is not the one "
        "that forward of the loss returned in that step, before the weights changed."
    )
