"""What goes wrong in a binary cross-entropy of probabilities."""

import numpy as np

from reference.misconceptions.base import Misconception
from reference.misconceptions.conventions import answered_under, only_changed
from reference.misconceptions.losses import entrywise_entries, loss_entry
from reference.misconceptions.two_classes import (
    Terms,
    gradient_only,
    swapped_entry,
    two_class_entries,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "binary_cross_entropy"


def _terms(operation: Operation, arrays: Arrays) -> Terms:
    given = arrays["probabilities"]
    clip = operation.sizes(arrays)["clip"]
    p = np.clip(given, clip, 1.0 - clip)
    return Terms(p, arrays["targets"].astype(p.dtype), (p == given).astype(p.dtype))


def _for_logits(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    terms = _terms(operation, arrays)
    return gradient_only(operation, arrays, (terms.p - terms.y) * terms.inner)


def _inner_sign(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    terms = _terms(operation, arrays)
    slope = -terms.y / terms.p - (1.0 - terms.y) / (1.0 - terms.p)
    return gradient_only(operation, arrays, slope * terms.inner)


def _clip_passed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    terms = _terms(operation, arrays)
    slope = (terms.p - terms.y) / (terms.p * (1.0 - terms.p))
    if terms.inner.all():
        return {}
    return gradient_only(operation, arrays, slope)


def _clip_ignored(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = answered_under(operation, arrays, clip=0.0)
    return only_changed(operation, arrays, found)


MISCONCEPTIONS = (
    *entrywise_entries(_NAME, "grad_probabilities = f * (y - p) / (p * (1 - p))"),
    Misconception(
        id="M51",
        operation=_NAME,
        title="gradient goes through the clipping",
        hint=(
            "Move a probability that is clipped a little. Does the loss change, and "
            "what does your gradient say?"
        ),
        formula="grad_probabilities = f * (p - y) / (p * (1 - p)) where p is clipped",
        wrong=_clip_passed,
    ),
    *two_class_entries(_NAME, _terms),
    Misconception(
        id="M146",
        operation=_NAME,
        title="clip argument ignored",
        hint=(
            "Construct the loss with a clip of 0.25 and give it a probability of 0.01. "
            "Which number does its logarithm see?"
        ),
        formula="no clipping, whatever was asked for",
        wrong=_clip_ignored,
    ),
    Misconception(
        id="M205",
        operation=_NAME,
        title="inner derivative forgotten",
        hint=(
            "Differentiate each of the two terms by itself. By what does the inside of "
            "the second logarithm change when p grows?"
        ),
        formula="grad_probabilities = -f * (y / p + (1 - y) / (1 - p))",
        wrong=_inner_sign,
    ),
    loss_entry("M260", _NAME, "grad_probabilities = f * (p - y)", _for_logits),
    swapped_entry(_NAME, _terms),
)
