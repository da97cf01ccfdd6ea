"""Noisy points around the corners of a square, labelled by exclusive or."""

import numpy as np

from reference.datasets.labelled import (
    Labelled,
    noisy,
    require_counts,
    require_spread,
)

CORNERS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])


def xor(
    rng: np.random.Generator, examples_per_corner: int = 25, noise: float = 0.2
) -> Labelled:
    """Return points around the corners (+-1, +-1), in random order.

    The label is 1 where the two coordinates of the corner differ in sign. No straight
    line separates the classes, so a net without a hidden layer cannot learn them.

    Parameters
    ----------
    noise
        Standard deviation around a corner, in each coordinate.

    Raises
    ------
    ValueError
        If there are no examples, or the noise is negative.

    References
    ----------
    Minsky, Papert: "Perceptrons" (1969).

    Examples
    --------
    >>> xor(np.random.default_rng(0), 1).inputs.shape
    (4, 2)
    """
    require_counts("xor", examples_per_corner=examples_per_corner)
    require_spread("xor", "noise", noise)
    groups = [np.tile(corner, (examples_per_corner, 1)) for corner in CORNERS]
    return noisy(rng, groups, np.array([0, 1, 1, 0]), noise)
