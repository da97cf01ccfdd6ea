"""What goes wrong in a squared error."""

from reference.losses.mean_squared_error import MeanSquaredError
from reference.misconceptions.backward import scaled
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.losses import both_scaled, negated_loss_entry
from reference.operations.base import Array, Arrays, Operation

_OTHER_AVERAGE = {"mean": "example_mean", "example_mean": "mean"}


def _scaling(operation: Operation) -> tuple[str, str]:
    """Return ``"half_"`` or an empty prefix, and what the average is taken over."""
    scaling = getattr(operation, "scaling", "mean")
    average = scaling.removeprefix("half_")
    return scaling.removesuffix(average), average


def _rescaled(
    operation: Operation, arrays: Arrays, scaling: str, *quantities: str
) -> dict[str, Array]:
    """Return quantities of the right answer as they are under another scaling."""
    shape = arrays["predictions"].shape
    right = MeanSquaredError("".join(_scaling(operation))).factor(shape)
    factor = MeanSquaredError(scaling).factor(shape) / right
    return scaled(operation, arrays, factor, *quantities)


def _gradient_not_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if _scaling(operation)[1] == "sum":
        return {}
    count = len(arrays["predictions"])
    return scaled(operation, arrays, count, "grad_predictions")


def _summed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    half, average = _scaling(operation)
    if average == "sum":
        return {}
    return _rescaled(operation, arrays, f"{half}sum", "loss", "grad_predictions")


def _other_average(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    half, average = _scaling(operation)
    if average == "sum":
        return {}
    other = half + _OTHER_AVERAGE[average]
    return _rescaled(operation, arrays, other, "loss", "grad_predictions")


def _one_example_less(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    count = len(arrays["predictions"])
    if _scaling(operation)[1] == "sum" or count == 1:
        return {}
    return both_scaled(operation, arrays, count / (count - 1))


def _factor_two(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return both_scaled(operation, arrays, 2.0 if _scaling(operation)[0] else 0.5)


def _entry(
    number: str, title: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    return Misconception(number, "mean_squared_error", title, hint, formula, wrong)


MISCONCEPTIONS = (
    _entry(
        "M01",
        "gradient not divided by the batch size",
        "Put every example into the batch twice. What should happen to the loss, and "
        "what to the gradient for one example?",
        "the gradient lacks the factor 1/N",
        _gradient_not_averaged,
    ),
    _entry(
        "M04",
        "sum instead of the mean",
        "Should the loss double when the same batch is given twice?",
        "loss and gradient are not divided by anything",
        _summed,
    ),
    _entry(
        "M05",
        "averaged over the wrong things",
        "What does the handout average: the examples, or all entries of the array? "
        "What does your code divide by?",
        "divided by N where N*K is asked for, or by N*K where N is",
        _other_average,
    ),
    _entry(
        "M07",
        "divided by N - 1",
        "What does your loss give for a batch of a single example?",
        "loss and gradient have 1/(N - 1) in place of 1/N",
        _one_example_less,
    ),
    _entry(
        "M08",
        "factor of two missing or too many",
        "Differentiate your own line for the loss, constants included. Which constant "
        "does the handout put in front of it?",
        "a factor 1/2 more, or less, than the convention has",
        _factor_two,
    ),
    negated_loss_entry("mean_squared_error", "the gradient uses targets - predictions"),
)
