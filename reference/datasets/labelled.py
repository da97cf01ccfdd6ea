"""What the small data sets for classification share: points, labels and their order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reference.protocols import Array


@dataclass(frozen=True, slots=True)
class Labelled:
    """Points and the classes they belong to.

    Parameters
    ----------
    inputs
        (N, D) float64.
    labels
        (N,) int64, from 0 to C - 1.
    """

    inputs: Array
    labels: Array


def require_counts(owner: str, **counts: int) -> None:
    """Raise ``ValueError`` unless each number is at least 1."""
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"{owner}: {name} must be at least 1, got {count}")


def require_spread(owner: str, name: str, value: float) -> None:
    """Raise ``ValueError`` unless a standard deviation is 0 or positive."""
    if not value >= 0:
        raise ValueError(f"{owner}: {name} must be at least 0, got {value}")


def noisy(
    rng: np.random.Generator, groups: Sequence[Array], classes: Array, noise: float
) -> Labelled:
    """Return the points of all groups in random order, moved by normal noise.

    Parameters
    ----------
    groups
        One (n, D) array for each entry of ``classes``.
    classes
        The label of each group.
    noise
        Standard deviation of what is added to each coordinate.
    """
    inputs = np.concatenate(groups)
    labels = np.repeat(classes, [len(group) for group in groups]).astype(np.int64)
    order = rng.permutation(len(labels))
    moved = inputs + rng.normal(0.0, noise, inputs.shape)
    return Labelled(moved[order], labels[order])
