"""What goes wrong in plain gradient descent."""

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.paths import settings, stretched
from reference.operations.base import Array, Arrays, Operation

_HABIT = 0.01


def _ascent(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return stretched(operation, arrays, -1.0)


def _rate_ignored(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    rate = settings(operation).lr
    return {} if rate == _HABIT else stretched(operation, arrays, _HABIT / rate)


def _no_rate(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    rate = settings(operation).lr
    return {} if rate == 1.0 else stretched(operation, arrays, 1.0 / rate)


def _fixed_rate(formula: str, wrong: Wrong) -> Misconception:
    return Misconception(
        id="M146",
        operation="sgd",
        title="learning rate ignored",
        hint=(
            "Construct the optimizer with another learning rate. Does the step that it "
            "takes change in proportion?"
        ),
        formula=formula,
        wrong=wrong,
    )


MISCONCEPTIONS = (
    _fixed_rate("w = w - 0.01 * g", _rate_ignored),
    _fixed_rate("w = w - g", _no_rate),
    Misconception(
        id="M147",
        operation="sgd",
        title="gradient ascent",
        hint=(
            "A gradient points to where the loss grows. Does your loss fall or rise "
            "after one step?"
        ),
        formula="w = w + lr * g",
        wrong=_ascent,
    ),
)
