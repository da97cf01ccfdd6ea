"""One cloud of points for each class."""

from dataclasses import dataclass

import numpy as np

from reference.datasets.labelled import (
    Labelled,
    noisy,
    require_counts,
    require_spread,
)
from reference.protocols import Array


@dataclass(frozen=True, slots=True)
class Blobs(Labelled):
    """Points, labels, and the middle of each cloud.

    Parameters
    ----------
    centers
        (C, 2), on a circle around the origin.
    """

    centers: Array


def blobs(
    rng: np.random.Generator,
    classes: int = 3,
    examples_per_class: int = 40,
    radius: float = 3.0,
    noise: float = 0.5,
) -> Blobs:
    """Return normal clouds around the corners of a regular polygon, in random order.

    Straight lines separate them as long as no point is farther from its centre than
    half the distance to the next one, which is ``radius * sin(pi / classes)``.

    Parameters
    ----------
    radius
        Distance of the centres from the origin.
    noise
        Standard deviation around a centre, in each coordinate.

    Raises
    ------
    ValueError
        If there are no classes or examples, or the noise is negative.

    Examples
    --------
    >>> blobs(np.random.default_rng(0), classes=4).centers.shape
    (4, 2)
    """
    require_counts("blobs", classes=classes, examples_per_class=examples_per_class)
    require_spread("blobs", "noise", noise)
    angles = 2 * np.pi * np.arange(classes) / classes
    centers = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    groups = [np.tile(center, (examples_per_class, 1)) for center in centers]
    points = noisy(rng, groups, np.arange(classes), noise)
    return Blobs(points.inputs, points.labels, centers)
