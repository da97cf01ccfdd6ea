"""Two half circles that reach into each other."""

import numpy as np

from reference.datasets.labelled import (
    Labelled,
    noisy,
    require_counts,
    require_spread,
)


def moons(
    rng: np.random.Generator, examples_per_class: int = 50, noise: float = 0.1
) -> Labelled:
    """Return evenly spaced points on two half circles, moved and in random order.

    Class 0 is the upper half of the unit circle around (0, 0), class 1 the lower half
    of the one around (1, 0.5). No straight line separates them; a curve does.

    Parameters
    ----------
    noise
        Standard deviation of what is added to each coordinate.

    Raises
    ------
    ValueError
        If there are no examples, or the noise is negative.

    Examples
    --------
    >>> np.bincount(moons(np.random.default_rng(0), 20).labels).tolist()
    [20, 20]
    """
    require_counts("moons", examples_per_class=examples_per_class)
    require_spread("moons", "noise", noise)
    angles = np.linspace(0.0, np.pi, examples_per_class)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lower = np.array([1.0, 0.5]) - upper
    return noisy(rng, [upper, lower], np.array([0, 1]), noise)
