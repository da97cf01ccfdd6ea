"""What goes wrong in a multiclass hinge loss.

``e`` are the scores minus that of the label plus ``delta``, for the wrong classes;
``count`` is the number of those in a row that are positive.
"""

from functools import wraps

import numpy as np

from reference.misconceptions.at_kinks import where_invalid
from reference.misconceptions.backward import scaled
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.classes import off_by_one_entry, one_hot, reduced
from reference.misconceptions.conventions import answered_under, only_changed
from reference.misconceptions.losses import divisor, labelled_entries, loss_entry
from reference.operations.base import Array, Arrays, Operation

_NAME = "multiclass_hinge"


def _delta(operation: Operation) -> float:
    delta: float = operation.sizes({})["delta"]
    return delta


def _excess(operation: Operation, arrays: Arrays, sign: float = 1.0) -> Array:
    """Return ``e`` (N, C), and minus infinity for the labels."""
    scores, rows = arrays["scores"], one_hot(operation, arrays) == 1.0
    difference = scores - scores[rows][:, np.newaxis]
    return np.where(rows, -np.inf, sign * difference + _delta(operation))


def _answer(
    operation: Operation, arrays: Arrays, terms: Array, slope: Array
) -> dict[str, Array]:
    """Return the loss for its terms, and the gradient.

    Parameters
    ----------
    slope
        Derivatives for the wrong classes; the label gets minus their sum.
    """
    rows = one_hot(operation, arrays)
    gradient = slope - rows * slope.sum(axis=1, keepdims=True)
    return reduced(operation, arrays, terms, gradient)


def _gradient(operation: Operation, arrays: Arrays, slope: Array) -> dict[str, Array]:
    found = _answer(operation, arrays, np.zeros(1), slope)
    return {"grad_scores": found["grad_scores"]}


def _needs_margin(wrong: Wrong) -> Wrong:
    """Return nothing where the margin is 0."""

    @wraps(wrong)
    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return wrong(operation, arrays) if _delta(operation) else {}

    return guarded


def _no_label(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = operation.answer(arrays)["grad_scores"]
    return {"grad_scores": right * (1.0 - one_hot(operation, arrays))}


@_needs_margin
def _label_counted(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    count = len(arrays["labels"]) / divisor(operation, arrays)
    right = operation.answer(arrays)["loss"]
    return {"loss": np.asarray(right + _delta(operation) * count)}


@_needs_margin
def _label_counted_in_both(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    rows = one_hot(operation, arrays) / divisor(operation, arrays)
    right = operation.answer(arrays)["grad_scores"]
    return _label_counted(operation, arrays) | {"grad_scores": right - rows}


def _label_once(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    violated = (_excess(operation, arrays) > 0.0).astype(np.float64)
    gradient = (violated - one_hot(operation, arrays)) / divisor(operation, arrays)
    return {"grad_scores": gradient}


def _twice(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return scaled(operation, arrays, 2.0, "grad_scores")


def _delta_fixed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = answered_under(operation, arrays, delta=1.0)
    return only_changed(operation, arrays, found)


def _value_as_slope(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _gradient(operation, arrays, np.maximum(_excess(operation, arrays), 0.0))


def _no_margin(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = answered_under(operation, arrays, delta=0.0)
    return only_changed(operation, arrays, found)


def _exchanged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    terms = np.maximum(_excess(operation, arrays, sign=-1.0), 0.0)
    return _answer(operation, arrays, terms, -(terms > 0.0).astype(np.float64))


def _no_maximum(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    excess = _excess(operation, arrays)
    wrong = np.isfinite(excess)
    terms = np.where(wrong, excess, 0.0)
    return _answer(operation, arrays, terms, wrong.astype(np.float64))


def _largest_only(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    terms = np.maximum(_excess(operation, arrays), 0.0)
    largest = terms.max(axis=1, keepdims=True)
    slope = ((terms == largest) & (terms > 0.0)).astype(np.float64)
    return _answer(operation, arrays, largest, slope)


def _counted_differently(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = operation.answer(arrays)["grad_scores"]
    most = 1.0 / divisor(operation, arrays)
    return {"grad_scores": np.where(_excess(operation, arrays) == 0, most, right)}


def _entry(
    number: str, title: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    return Misconception(number, _NAME, title, hint, formula, wrong)


def _label_entry(formula: str, wrong: Wrong) -> Misconception:
    return _entry(
        "M55",
        "true class counted among the wrong ones",
        "What is the loss of an example whose true class leads by far? By how much "
        "does your code differ from that?",
        formula,
        wrong,
    )


MISCONCEPTIONS = (
    *labelled_entries(_NAME, "the gradient is negative for the wrong classes"),
    _entry(
        "M42",
        "no gradient for the true class",
        "Add the same number to all scores of an example. Does the loss change? What "
        "must each row of the gradient add up to, then?",
        "grad_scores[n, label] = 0",
        _no_label,
    ),
    _label_entry("loss + delta", _label_counted),
    _label_entry(
        "loss + delta, grad_scores[n, label] = -(count + 1) / N", _label_counted_in_both
    ),
    _entry(
        "M56",
        "true class pushed once, however many classes push",
        "How many of the terms of one example contain the score of the true class? "
        "What does that make of its derivative when three of them are positive?",
        "grad_scores[n, label] = -1 / N",
        _label_once,
    ),
    _entry(
        "M57",
        "gradient counted twice",
        "Start from an empty gradient and go through one example. How many times is "
        "each class added?",
        "grad_scores = 2 * grad_scores",
        _twice,
    ),
    off_by_one_entry(_NAME),
    _entry(
        "M146",
        "delta argument ignored",
        "Construct the loss with another margin. Does its value change?",
        "delta = 1 whatever was asked for",
        _delta_fixed,
    ),
    _entry(
        "M200",
        "function value used in place of its derivative",
        "Raise the score of a violating class by 0.1. By how much does the loss grow, "
        "and does that depend on the size of the violation?",
        "grad_scores[n, c] = max(0, e) / N",
        _value_as_slope,
    ),
    _entry(
        "M208",
        "margin left out",
        "What does your loss say about an example whose best wrong class comes just "
        "behind the true one? What should it say?",
        "loss = mean(sum(max(0, e - delta)))",
        _no_margin,
    ),
    loss_entry("M274", _NAME, "max(0, s_label - s + delta)", _exchanged),
    loss_entry("M275", _NAME, "loss = mean(sum(e)), without a maximum", _no_maximum),
    loss_entry("M277", _NAME, "loss = mean(max(0, max(e)))", _largest_only),
    Misconception(
        id="M383",
        operation=_NAME,
        title="two masks of one margin that do not agree",
        hint=(
            "Take a class that misses the margin by exactly 0. Does it count in its "
            "own column, and does it count in the column of the true class?"
        ),
        formula="e >= 0 in the columns of wrong classes, e > 0 in that of the label",
        wrong=where_invalid(_counted_differently),
        visible_on=VisibleOn.KINKS,
    ),
)
