"""What goes wrong in a negative log-likelihood.

``x`` are the log-probabilities, ``y`` the labels as one-hot rows.
"""

import numpy as np

from reference.misconceptions.base import Misconception
from reference.misconceptions.classes import (
    every_column,
    every_column_entry,
    of_labels,
    off_by_one_entry,
    one_hot,
    reduced,
)
from reference.misconceptions.losses import (
    labelled_entries,
    loss_entry,
    negated_both,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "negative_log_likelihood"
_GRADIENT = "grad_log_probabilities"


def _log_softmax(x: Array) -> Array:
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def _gradient_only(
    operation: Operation, arrays: Arrays, gradient: Array
) -> dict[str, Array]:
    found = reduced(operation, arrays, np.zeros(1), gradient)
    return {_GRADIENT: found[_GRADIENT]}


def _softmax_again(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    logs = _log_softmax(arrays["log_probabilities"])
    losses = -of_labels(operation, arrays, logs)
    gradient = np.exp(logs) - one_hot(operation, arrays)
    return reduced(operation, arrays, losses, gradient)


def _for_logits(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = np.exp(_log_softmax(arrays["log_probabilities"]))
    rows = one_hot(operation, arrays)
    return _gradient_only(operation, arrays, probabilities - rows)


def _for_logits_by_exp(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = np.exp(arrays["log_probabilities"])
    rows = one_hot(operation, arrays)
    return _gradient_only(operation, arrays, probabilities - rows)


def _logarithm_again(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["log_probabilities"]
    with np.errstate(invalid="ignore"):
        losses = -np.log(of_labels(operation, arrays, x))
    return reduced(operation, arrays, losses, -one_hot(operation, arrays) / x)


def _derivative_again(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = np.exp(arrays["log_probabilities"])
    gradient = -one_hot(operation, arrays) / probabilities
    return _gradient_only(operation, arrays, gradient)


def _value_as_slope(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    gradient = -one_hot(operation, arrays) * arrays["log_probabilities"]
    return _gradient_only(operation, arrays, gradient)


def _all_classes(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["log_probabilities"]
    return reduced(operation, arrays, -x, -np.ones_like(x))


def _columns(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["log_probabilities"]
    return every_column(operation, arrays, x, np.zeros_like(x), per_pair=False)


def _columns_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["log_probabilities"]
    return every_column(operation, arrays, x, np.zeros_like(x), per_pair=True)


MISCONCEPTIONS = (
    *labelled_entries(_NAME, f"{_GRADIENT} = y / N"),
    loss_entry(
        "M48", _NAME, "x = log_softmax(x) first, gradient p - y", _softmax_again
    ),
    Misconception(
        id="M49",
        operation=_NAME,
        title="derivative of the logarithm multiplied in",
        hint=(
            "Which logarithms does this loss take itself, and which were taken before "
            "it is called? Differentiate only what happens here: what is left?"
        ),
        formula=f"{_GRADIENT} = -y / exp(x) / N",
        wrong=_derivative_again,
    ),
    off_by_one_entry(_NAME),
    Misconception(
        id="M200",
        operation=_NAME,
        title="function value used in place of its derivative",
        hint=(
            "Move one input of the loss a little. Is your gradient how much the loss "
            "changes, or how large it is?"
        ),
        formula=f"{_GRADIENT} = -y * x / N",
        wrong=_value_as_slope,
    ),
    loss_entry("M260", _NAME, f"{_GRADIENT} = (exp(x) - y) / N", _for_logits_by_exp),
    loss_entry("M260", _NAME, f"{_GRADIENT} = (softmax(x) - y) / N", _for_logits),
    loss_entry("M266", _NAME, "loss = mean(x_label)", negated_both),
    Misconception(
        id="M268",
        operation=_NAME,
        title="input taken for probabilities",
        hint=(
            "Can the numbers that this loss is given be positive? What has been done "
            "to the probabilities before they arrive here?"
        ),
        formula=f"loss = mean(-log(x_label)), {_GRADIENT} = -y / x / N",
        wrong=_logarithm_again,
    ),
    loss_entry("M269", _NAME, "loss = -mean(sum(x, axis=1))", _all_classes),
    every_column_entry(_NAME, "loss = sum(-x[:, labels]) / N", _columns),
    every_column_entry(_NAME, "loss = mean(-x[:, labels])", _columns_averaged),
)
