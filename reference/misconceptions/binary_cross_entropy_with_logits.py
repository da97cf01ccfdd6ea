"""What goes wrong in a binary cross-entropy of logits."""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.losses import divisor, entrywise_entries, loss_entry
from reference.misconceptions.two_classes import (
    Formula,
    Terms,
    gradient_only,
    reduced,
    right_value,
    swapped_entry,
    two_class_entries,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "binary_cross_entropy_with_logits"
_FLOORS = (1e-15, 1e-12, 1e-10, 1e-8, 1e-7)
"""What is written into logarithms to keep them finite."""


def _sigmoid(z: Array) -> Array:
    small = np.exp(-np.abs(z))
    sigmoid: Array = np.where(z >= 0.0, 1.0, small) / (1.0 + small)
    return sigmoid


def _terms(operation: Operation, arrays: Arrays) -> Terms:
    p = _sigmoid(arrays["logits"])
    return Terms(p, arrays["targets"].astype(p.dtype), p * (1.0 - p))


def _with_probabilities(probabilities: Callable[[Array], Array]) -> Wrong:
    """Return the usual loss and gradient for probabilities from a wrong formula."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        with np.errstate(all="ignore"):
            p = probabilities(arrays["logits"])
            values = right_value(p, arrays["targets"])
        return reduced(operation, arrays, values, p - arrays["targets"])

    return wrong


def _with_values(value: Formula) -> Wrong:
    """Return the mistake of another loss of an entry, from logit and target."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        with np.errstate(all="ignore"):
            values = value(arrays["logits"], arrays["targets"])
        return {"loss": np.asarray(values.sum() / divisor(operation, arrays))}

    return wrong


def _softmax(z: Array) -> Array:
    exponentials = np.exp(z - z.max(axis=1, keepdims=True))
    softmax: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
    return softmax


def _growing(z: Array) -> Array:
    growing: Array = np.exp(z) / (1.0 + np.exp(z))
    return growing


def _derivative_again(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    terms = _terms(operation, arrays)
    return gradient_only(operation, arrays, (terms.p - terms.y) * terms.inner)


def _for_probabilities(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    terms = _terms(operation, arrays)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (terms.p - terms.y) / terms.inner
    return gradient_only(operation, arrays, slope)


def _clipped(floor: float) -> Formula:
    def value(z: Array, y: Array) -> Array:
        return right_value(np.clip(_sigmoid(z), floor, 1.0 - floor), y)

    return value


def _raised(floor: float) -> Formula:
    def value(z: Array, y: Array) -> Array:
        p = _sigmoid(z)
        raised: Array = y * np.log(p + floor) + (1.0 - y) * np.log(1.0 - p + floor)
        return -raised

    return value


def _floor_entry(formula: str, value: Formula) -> Misconception:
    return Misconception(
        id="M51",
        operation=_NAME,
        title="confident mistakes cost the same, however confident",
        hint=(
            "Compare your loss for the logits 100 and 1000 with the target 0. By how "
            "much should it grow, and where is that lost?"
        ),
        formula=formula,
        wrong=_with_values(value),
        visible_on=VisibleOn.STABILITY,
    )


_FLOOR_ENTRIES = tuple(
    entry
    for floor in _FLOORS
    for entry in (
        _floor_entry(
            f"p = clip(sigmoid(z), {floor}, 1 - {floor}) in the logarithms",
            _clipped(floor),
        ),
        _floor_entry(
            f"log(p + {floor}) and log(1 - p + {floor})",
            _raised(floor),
        ),
    )
)


def _growing_entry(
    formula: str, value: Formula, visible_on: VisibleOn
) -> Misconception:
    return Misconception(
        id="M40",
        operation=_NAME,
        title="growing exponential inside the logarithm",
        hint=(
            "Which numbers does the exponential in your loss get for the logits -1000 "
            "and 1000? Is your formula meant for both signs?"
        ),
        formula=formula,
        wrong=_with_values(value),
        visible_on=visible_on,
    )


_OVERFLOWS = (
    _growing_entry(
        "loss = f * sum(log(1 + exp(z)) - y*z)",
        lambda z, y: np.log(1.0 + np.exp(z)) - y * z,
        VisibleOn.STABILITY,
    ),
    _growing_entry(
        "loss = f * sum(max(z, 0) - y*z + log(1 + exp(-z)))",
        lambda z, y: np.maximum(z, 0.0) - y * z + np.log1p(np.exp(-z)),
        VisibleOn.DRAWS,
    ),
    Misconception(
        id="M41",
        operation=_NAME,
        title="exponential overflows for large inputs",
        hint=(
            "What is the largest exponential that your sigmoid takes when the logit is "
            "1000? Can it be written so that none of them grows?"
        ),
        formula="sigmoid(z) = exp(z) / (1 + exp(z))",
        wrong=_with_probabilities(_growing),
        visible_on=VisibleOn.STABILITY,
    ),
    Misconception(
        id="M54",
        operation=_NAME,
        title="logarithm of a probability that is rounded to zero",
        hint=(
            "What is your sigmoid of -1000, and what is the logarithm of that? Can the "
            "two be taken in one step?"
        ),
        formula="loss = -f * sum(y*log(sigmoid(z)) + (1 - y)*log(1 - sigmoid(z)))",
        wrong=_with_values(lambda z, y: right_value(_sigmoid(z), y)),
        visible_on=VisibleOn.STABILITY,
    ),
)

MISCONCEPTIONS = (
    *entrywise_entries(_NAME, "grad_logits = f * (y - p)"),
    *_OVERFLOWS,
    loss_entry(
        "M48",
        _NAME,
        "p = sigmoid(sigmoid(z))",
        _with_probabilities(lambda z: _sigmoid(_sigmoid(z))),
    ),
    Misconception(
        id="M49",
        operation=_NAME,
        title="derivative of the sigmoid multiplied in twice",
        hint=(
            "You put two derivatives together into one short formula. Which one of "
            "them is already in it?"
        ),
        formula="grad_logits = f * (p - y) * p * (1 - p)",
        wrong=_derivative_again,
    ),
    loss_entry(
        "M50", _NAME, "grad_logits = f * (p - y) / (p * (1 - p))", _for_probabilities
    ),
    *_FLOOR_ENTRIES,
    *two_class_entries(_NAME, _terms),
    Misconception(
        id="M203",
        operation=_NAME,
        title="sign of the exponent reversed",
        hint=(
            "Put 5 and -5 into your sigmoid. Which of the two logits stands for the "
            "larger probability?"
        ),
        formula="p = 1 / (1 + exp(z))",
        wrong=_with_probabilities(lambda z: _sigmoid(-z)),
    ),
    loss_entry(
        "M268",
        _NAME,
        "p = z, without a sigmoid",
        _with_probabilities(lambda z: z.copy()),
    ),
    loss_entry("M271", _NAME, "p = softmax(z)", _with_probabilities(_softmax)),
    swapped_entry(_NAME, _terms),
)
