"""Labels of classes in the form that a convention asks for."""

import numpy as np

from reference.operations.base import Array
from reference.operations.draws import labels


def class_labels(
    rng: np.random.Generator, count: int, classes: int, form: str
) -> Array:
    """Draw labels as ``draws.labels`` does, for ``"one_hot"`` as rows of 0 and 1."""
    indices = labels(rng, count, classes)
    if form == "indices":
        return indices
    return np.eye(classes, dtype=np.int64)[indices]
