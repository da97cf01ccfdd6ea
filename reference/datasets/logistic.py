"""Two classes whose probabilities are those of a logistic regression that is known."""

from dataclasses import dataclass

import numpy as np

from reference.datasets.labelled import Labelled, require_counts
from reference.layers.sigmoid import Sigmoid
from reference.protocols import Array


@dataclass(frozen=True, slots=True)
class LogisticRegression(Labelled):
    """Points, labels, and the model that drew the labels.

    Parameters
    ----------
    probabilities
        (N,), that of label 1: ``sigmoid(inputs @ weight + bias)``.
    weight, bias
        (D,) and 0-d.
    """

    probabilities: Array
    weight: Array
    bias: Array


def logistic(
    rng: np.random.Generator,
    examples: int = 200,
    features: int = 2,
    steepness: float = 2.0,
) -> LogisticRegression:
    """Draw a model, standard normal inputs, and a label for each.

    Parameters
    ----------
    steepness
        Length of the weight, positive. The classes overlap less the larger it is.

    Raises
    ------
    ValueError
        If a number is below 1, or the steepness is not positive.

    Examples
    --------
    >>> logistic(np.random.default_rng(0)).labels.shape
    (200,)
    """
    require_counts("logistic", examples=examples, features=features)
    if not steepness > 0:
        raise ValueError(f"logistic: steepness must be positive, got {steepness}")
    direction = rng.normal(size=features)
    weight = steepness * direction / np.linalg.norm(direction)
    bias = np.asarray(rng.normal())
    inputs = rng.normal(size=(examples, features))
    probabilities = Sigmoid().forward(inputs @ weight + bias)
    labels = (rng.random(examples) < probabilities).astype(np.int64)
    return LogisticRegression(inputs, labels, probabilities, weight, bias)
