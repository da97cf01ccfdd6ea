"""Sentences of the kind ``program``."""

from collections.abc import Mapping

from grader.checks.feedback.comparing import earlier_ones, two_numbers
from grader.contract.messages import Array

SPOKEN: Mapping[str, str] = {
    "train_losses": "the loss on the training examples",
    "valid_losses": "the loss on the validation examples",
    "train_error": "the error on the training examples",
    "valid_error": "the error on the validation examples",
    "train_predictions": "the predictions for the training examples",
    "valid_predictions": "the predictions for the validation examples",
}
RAN = "The program ends as it should and writes everything that is asked for."
PREDICTIONS_RIGHT = "Every prediction is right in all runs."
METRICS_RIGHT = "Every loss and every error is right in all runs."
LABELS_ONLY = (
    "Everything else is right, so the network is; look at how the rows of the output "
    "become labels."
)


def _begun(subject: str) -> str:
    return f"{subject[:1].upper()}{subject[1:]}"


def run_of(training: int, hidden: tuple[int, ...], epochs: int) -> str:
    """Say which run a sentence is about."""
    units = " and ".join(str(width) for width in hidden) or "no"
    times = "once" if epochs == 1 else f"{epochs} times"
    return (
        f"This was the run over {training} training examples, {times}, with {units} "
        f"hidden units."
    )


def other_run(training: int, hidden: tuple[int, ...], epochs: int) -> str:
    """Say that another run is right, so that something is fixed that must not be."""
    again = run_of(training, hidden, epochs).removeprefix("This was the run")
    return (
        f"The run{again.removesuffix('.')} is right. Which argument of the command "
        "line does your program not use?"
    )


def count(subject: str, got: Array, expected: int, *, of: str) -> str:
    """Say that there are too few or too many numbers."""
    found = len(got) if got.ndim == 1 else f"an array of shape {got.shape}"
    return f"{_begun(subject)}: expected {expected} {of}, found {found}."


def prediction(subject: str, right: Array, got: Array) -> str:
    """Name the first prediction that differs; lines count from 1."""
    wrong = right != got
    first = int(wrong.argmax())
    return (
        f"{_begun(subject)}: line {first + 1} is {got[first]:g}; right is "
        f"{right[first]:g}. {int(wrong.sum())} of {len(right)} lines differ."
    )


def loss(subject: str, epoch: int, right: float, got: float) -> str:
    """Name the first loss that differs; epochs count from 1."""
    expected, found = two_numbers(right, got)
    text = f"{_begun(subject)} after epoch {epoch} is {found}; right is {expected}."
    if epoch == 1:
        return f"{text} Run one epoch over two examples and check it by hand."
    return f"{text} {earlier_ones(epoch - 1, 'one', 'ones')}"


def error(subject: str, right: float, got: float, examples: int) -> str:
    """Say that a share of wrong labels is off, though the losses are right."""
    return (
        f"{_begun(subject)} is {got:.6g}; right is {right:.6g}, which is "
        f"{round(right * examples)} of {examples} examples."
    )
