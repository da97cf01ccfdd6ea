"""One number everywhere."""

import math

import numpy as np

from reference.initializers.base import Initializer, Shape, require_lengths
from reference.protocols import Array


class Constant(Initializer):
    """Fill every entry with ``value``.

    Parameters
    ----------
    value
        Any finite number. Small and positive for a bias in front of a ReLU.

    Notes
    -----
    For a weight it has the fault of zeros: all units of the layer stay equal.

    References
    ----------
    Goodfellow, Bengio, Courville: "Deep Learning" (2016), section 8.4 (biases of 0.1).

    Examples
    --------
    >>> Constant(0.1).sample(np.random.default_rng(0), (3,)).tolist()
    [0.1, 0.1, 0.1]
    """

    def __init__(self, value: float = 0.1) -> None:
        if not math.isfinite(value):
            raise ValueError(f"Constant: value must be finite, got {value}")
        self.value = float(value)

    def moments(self, shape: Shape) -> tuple[float, float]:
        """Return ``value`` and zero."""
        require_lengths("Constant", shape)
        return self.value, 0.0

    def sample(self, rng: np.random.Generator, shape: Shape) -> Array:
        """Return a new array; nothing is drawn."""
        require_lengths("Constant", shape)
        return np.full(shape, self.value)
