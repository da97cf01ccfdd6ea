"""Mistakes with the labels of classes."""

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.losses import averaging, divisor
from reference.operations.base import Array, Arrays, Operation


def has_rows(operation: Operation) -> bool:
    """Tell whether the labels are one-hot rows."""
    return getattr(operation, "labels", "indices") == "one_hot"


def indices(operation: Operation, arrays: Arrays) -> Array:
    """Return the labels as integers (N,)."""
    labels = arrays["labels"]
    return labels.argmax(axis=1) if has_rows(operation) else labels


def one_hot(operation: Operation, arrays: Arrays) -> Array:
    """Return the labels as rows (N, C) of zeros and ones."""
    classes = arrays[operation.inputs[0]].shape[1]
    return np.eye(classes)[indices(operation, arrays)]


def of_labels(operation: Operation, arrays: Arrays, values: Array) -> Array:
    """Return the entry of each row that belongs to its label."""
    labels = indices(operation, arrays)
    chosen: Array = values[np.arange(len(labels)), labels]
    return chosen


def reduced(
    operation: Operation, arrays: Arrays, losses: Array, gradient: Array
) -> dict[str, Array]:
    """Return sum or mean of the losses and of the gradient, as the conventions say."""
    count = divisor(operation, arrays)
    (name,) = operation.gradients
    return {"loss": np.asarray(losses.sum() / count), name: gradient / count}


def _labels_from_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if has_rows(operation):
        return {}
    classes = arrays[operation.inputs[0]].shape[1]
    return operation.answer({**arrays, "labels": (arrays["labels"] - 1) % classes})


def off_by_one_entry(operation: str) -> Misconception:
    """Return M58 for a loss of class labels."""
    return Misconception(
        id="M58",
        operation=operation,
        title="labels off by one",
        hint=(
            "Print the first label and the entry that your code picks for it. Which "
            "class has the number 0?"
        ),
        formula="label - 1 is used in place of label",
        wrong=_labels_from_one,
    )


def every_column(
    operation: Operation,
    arrays: Arrays,
    log_probabilities: Array,
    gradient: Array,
    *,
    per_pair: bool,
) -> dict[str, Array]:
    """Return what ``[:, labels]`` leads to in place of ``[arange(N), labels]``.

    Parameters
    ----------
    gradient
        Before a one is subtracted in the columns of the labels, each only once.
    per_pair
        Whether the mean is over all pairs of an example and a label.
    """
    if has_rows(operation) or (per_pair and averaging(operation) == "sum"):
        return {}
    labels = arrays["labels"]
    pairs = len(labels) if per_pair else 1
    losses = -log_probabilities[:, labels] / pairs
    gradient = gradient.copy()
    gradient[:, labels] -= 1.0
    return reduced(operation, arrays, losses, gradient)


def every_column_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M272 for a loss of class labels."""
    return Misconception(
        id="M272",
        operation=operation,
        title="columns of all labels taken in every row",
        hint=(
            "How many numbers does your indexing with the labels pick out of a batch "
            "of two? How many true classes has it?"
        ),
        formula=formula,
        wrong=wrong,
    )
