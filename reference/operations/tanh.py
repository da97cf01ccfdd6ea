"""The hyperbolic tangent as an operation."""

from reference import layers
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation


class Tanh(ActivationOperation):
    """``tanh(x)`` of each entry."""

    name = "tanh"

    def layer(self, arrays: Arrays) -> layers.Tanh:
        """Return a fresh layer."""
        return layers.Tanh()
