"""The two ways in which courses hand over which class is the right one."""

import numpy as np

from reference.arrays import require_floats, require_integers, require_shape
from reference.conventions import require_choice
from reference.errors import LabelError, ShapeError
from reference.protocols import Array

FORMS = ("indices", "one_hot")
"""What the convention ``labels`` of a loss may be."""

SLACK = 1e-6
"""How far a row may be from a sum of 1: some rounding errors in single precision."""


def require_form(owner: str, form: object) -> str:
    """Return ``form`` if it is one of ``FORMS``."""
    return require_choice(owner, "labels", form, FORMS)


def require_scores(owner: str, name: str, scores: Array) -> None:
    """Raise unless ``scores`` are real numbers (N, C) with N and C at least 1."""
    require_floats(owner, name, scores)
    if scores.ndim != 2 or 0 in scores.shape:
        raise ShapeError(
            f"{owner}: {name} must be (N, C) with N and C at least 1, "
            f"got {scores.shape}"
        )


def target_rows(owner: str, labels: Array, scores: Array, form: str) -> Array:
    """Return the (N, C) probabilities that the labels stand for.

    Parameters
    ----------
    labels
        Integers (N,) for ``"indices"``, rows (N, C) that sum to 1 for ``"one_hot"``.
    scores
        The (N, C) predictions; the result has their dtype.

    Raises
    ------
    ShapeError, DtypeError, NonFiniteError, LabelError
        If the labels are none of this form for these scores.
    """
    if form == "one_hot":
        return _checked_rows(owner, labels, scores.shape).astype(scores.dtype)
    count, classes = scores.shape
    require_shape(owner, "labels", labels, (count,))
    require_integers(owner, "labels", labels, classes)
    rows = np.zeros_like(scores)
    rows[np.arange(count), labels] = 1.0
    return rows


def _checked_rows(owner: str, labels: Array, shape: tuple[int, ...]) -> Array:
    if not np.issubdtype(getattr(labels, "dtype", np.bool_), np.integer):
        require_floats(owner, "labels", labels)
    require_shape(owner, "labels", labels, shape)
    if labels.min() < 0:
        raise LabelError(f"{owner}: labels must not be negative, got {labels.min()}")
    sums = labels.sum(axis=1)
    wrong = sums[np.abs(sums - 1.0) > SLACK]
    if wrong.size:
        raise LabelError(
            f"{owner}: labels must be rows that sum to 1, got a sum of {wrong[0]}"
        )
    return labels
