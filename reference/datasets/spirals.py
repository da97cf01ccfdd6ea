"""Spiral arms, one for each class."""

import numpy as np

from reference.datasets.labelled import (
    Labelled,
    noisy,
    require_counts,
    require_spread,
)


def spirals(
    rng: np.random.Generator,
    classes: int = 2,
    examples_per_class: int = 60,
    turns: float = 1.0,
    noise: float = 0.02,
) -> Labelled:
    """Return points on arms that wind from near the origin to radius 1.

    Arm c is the first one turned by ``c / classes`` of a full turn. Points are in
    random order.

    Parameters
    ----------
    turns
        How often an arm goes round.
    noise
        Standard deviation of what is added to each coordinate.

    Raises
    ------
    ValueError
        If there are no classes or examples, or the noise is negative.

    References
    ----------
    Lang, Witbrock: "Learning to tell two spirals apart" (1988).

    Examples
    --------
    >>> spirals(np.random.default_rng(0), classes=3).inputs.shape
    (180, 2)
    """
    require_counts("spirals", classes=classes, examples_per_class=examples_per_class)
    require_spread("spirals", "noise", noise)
    radius = np.arange(1, examples_per_class + 1) / examples_per_class
    groups = []
    for arm in range(classes):
        angle = 2 * np.pi * (turns * radius + arm / classes)
        groups.append(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1))
    return noisy(rng, groups, np.arange(classes), noise)
