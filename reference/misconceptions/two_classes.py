"""Mistakes in the cross-entropy of two classes, from probabilities or from logits.

``p`` is the probability of a yes and ``y`` the target; ``f`` is one over the divisor.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reference.misconceptions.backward import scaled
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.losses import divisor, loss_entry, negated_both
from reference.operations.base import Array, Arrays, Operation


@dataclass(frozen=True, slots=True)
class Terms:
    """What the loss is made of.

    Parameters
    ----------
    p, y
        Probabilities and targets.
    inner
        Derivative of the probabilities for the input of the loss.
    """

    p: Array
    y: Array
    inner: Array


Read = Callable[[Operation, Arrays], Terms]
Formula = Callable[[Array, Array], Array]
"""From probabilities and targets to a number for each entry."""


def reduced(
    operation: Operation, arrays: Arrays, values: Array, gradient: Array
) -> dict[str, Array]:
    """Return sum or mean of the values and of the gradient, as the conventions say."""
    count = divisor(operation, arrays)
    (name,) = operation.gradients
    return {"loss": np.asarray(values.sum() / count), name: gradient / count}


def gradient_only(
    operation: Operation, arrays: Arrays, gradient: Array
) -> dict[str, Array]:
    """Return the gradient over the divisor."""
    (name,) = operation.gradients
    return {name: gradient / divisor(operation, arrays)}


def right_value(p: Array, y: Array) -> Array:
    """Return the cross-entropy of each entry, as it is printed."""
    value: Array = -(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))
    return value


def _from(read: Read, value: Formula, slope: Formula) -> Wrong:
    """Return the mistake of another loss of an entry, with its derivative."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        terms = read(operation, arrays)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = value(terms.p, terms.y)
            gradient = slope(terms.p, terms.y) * terms.inner
        # No infinite slope gets past a probability that was clipped.
        gradient = np.where(terms.inner == 0.0, 0.0, gradient)
        return reduced(operation, arrays, values, gradient)

    return wrong


def _base(base: float) -> Wrong:
    def other_base(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return scaled(operation, arrays, 1.0 / float(np.log(base)), "loss")

    return other_base


def _exchanged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return operation.answer({**arrays, "targets": 1 - arrays["targets"]})


def _half_entry(operation: str, read: Read) -> Misconception:
    return Misconception(
        id="M52",
        operation=operation,
        title="half of the formula",
        hint=(
            "What does an entry with the target 0 cost in your code when the "
            "prediction is far off, and what should it cost?"
        ),
        formula="loss = -f * sum(y * log(p))",
        wrong=_from(read, lambda p, y: -y * np.log(p), lambda p, y: -y / p),
    )


def swapped_entry(operation: str, read: Read) -> Misconception:
    """Return M53.

    It belongs behind all others: next to its infinities every answer looks alike.
    """
    return Misconception(
        id="M53",
        operation=operation,
        title="targets and probabilities swapped",
        hint=(
            "Of which of the two arrays does your loss take the logarithm, and what is "
            "the logarithm of a target?"
        ),
        formula="loss = -f * sum(p*log(y) + (1 - p)*log(1 - y))",
        wrong=_from(
            read,
            lambda p, y: right_value(y, p),
            lambda p, y: np.log(1.0 - y) - np.log(y),
        ),
    )


def two_class_entries(operation: str, read: Read) -> tuple[Misconception, ...]:
    """Return the mistakes that do not depend on what the loss is given.

    Parameters
    ----------
    read
        Returns the terms of the loss for drawn inputs.
    """
    return (
        _half_entry(operation, read),
        loss_entry("M265", operation, "log2 in place of log in the loss", _base(2.0)),
        loss_entry("M265", operation, "log10 in place of log in the loss", _base(10.0)),
        loss_entry(
            "M266",
            operation,
            "loss = f * sum(y*log(p) + (1 - y)*log(1 - p))",
            negated_both,
        ),
        loss_entry(
            "M266",
            operation,
            "loss = -f * sum(y*log(p) - (1 - y)*log(1 - p))",
            _from(
                read,
                lambda p, y: -y * np.log(p) + (1.0 - y) * np.log(1.0 - p),
                lambda p, y: -y / p - (1.0 - y) / (1.0 - p),
            ),
        ),
        loss_entry(
            "M267",
            operation,
            "loss = -f * sum(y*p + (1 - y)*(1 - p))",
            _from(
                read,
                lambda p, y: -(y * p + (1.0 - y) * (1.0 - p)),
                lambda p, y: 1.0 - 2.0 * y,
            ),
        ),
        loss_entry(
            "M274",
            operation,
            "loss = -f * sum((1 - y)*log(p) + y*log(1 - p))",
            _exchanged,
        ),
    )
