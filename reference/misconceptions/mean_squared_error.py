"""What goes wrong in a squared error."""

from collections.abc import Callable

import numpy as np

from reference.losses.mean_squared_error import MeanSquaredError
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.losses import (
    both_scaled,
    divisor,
    entrywise_entries,
    loss_entry,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "mean_squared_error"


def _scaling(operation: Operation) -> str:
    return getattr(operation, "scaling", "mean")


def _is_half(operation: Operation) -> bool:
    return _scaling(operation).startswith("half_")


def _difference(arrays: Arrays) -> Array:
    return arrays["predictions"] - arrays["targets"]


def _factor_two(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return both_scaled(operation, arrays, 2.0 if _is_half(operation) else 0.5)


def _through(slope: Callable[[Array], Array]) -> Wrong:
    """Return the gradient for what went into an activation before the loss.

    Parameters
    ----------
    slope
        The derivative of the activation, from its value.
    """

    def before_activation(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        right = operation.answer(arrays)["grad_predictions"]
        return {"grad_predictions": right * slope(arrays["predictions"])}

    return before_activation


def _root(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = operation.answer(arrays)
    root = np.sqrt(right["loss"])
    return {"loss": root, "grad_predictions": right["grad_predictions"] / (2.0 * root)}


def _magnitudes(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    difference = _difference(arrays)
    factor = MeanSquaredError(_scaling(operation)).factor(difference.shape)
    return {
        "loss": np.asarray(factor * np.abs(difference).sum()),
        "grad_predictions": factor * np.sign(difference),
    }


def _squared_last(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    half = 0.5 if _is_half(operation) else 1.0
    count = divisor(operation, arrays)
    mean = _difference(arrays).sum() / count
    slope = 2.0 * half * mean / count
    return {
        "loss": np.asarray(half * mean**2),
        "grad_predictions": np.full_like(arrays["predictions"], slope),
    }


MISCONCEPTIONS = (
    *entrywise_entries(_NAME, "the gradient uses targets - predictions"),
    Misconception(
        id="M08",
        operation=_NAME,
        title="factor of two missing or too many",
        hint=(
            "Differentiate your own line for the loss, constants included. Which "
            "constant does the handout put in front of it?"
        ),
        formula="a factor 1/2 more, or less, than the convention has",
        wrong=_factor_two,
    ),
    loss_entry(
        "M260",
        _NAME,
        "gradient times predictions * (1 - predictions)",
        _through(lambda out: out * (1.0 - out)),
    ),
    loss_entry(
        "M260",
        _NAME,
        "gradient times 1 - predictions**2",
        _through(lambda out: 1.0 - out**2),
    ),
    loss_entry("M261", _NAME, "root of the loss", _root),
    loss_entry("M261", _NAME, "abs(predictions - targets), not squared", _magnitudes),
    loss_entry("M263", _NAME, "mean(predictions - targets)**2", _squared_last),
)
