"""Zero everywhere."""

import numpy as np

from reference.initializers.base import Initializer, Shape, require_lengths
from reference.protocols import Array


class Zeros(Initializer):
    """Fill every entry with zero: right for a bias, wrong for a weight.

    Notes
    -----
    Units that start equal get equal gradients and stay equal for ever, so a layer of
    them can do no more than one unit.

    References
    ----------
    Penn CIS 4190/5190, lecture 12: biases zero; zero weights are "very bad".

    Examples
    --------
    >>> Zeros().sample(np.random.default_rng(0), (2, 3)).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """

    def moments(self, shape: Shape) -> tuple[float, float]:
        """Return zero twice."""
        require_lengths("Zeros", shape)
        return 0.0, 0.0

    def sample(self, rng: np.random.Generator, shape: Shape) -> Array:
        """Return a new array; nothing is drawn."""
        require_lengths("Zeros", shape)
        return np.zeros(shape)
