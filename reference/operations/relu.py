"""The rectified linear unit as an operation."""

from reference import layers
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation


class ReLU(ActivationOperation):
    """``max(x, 0)``, drawn at least 1/16 away from the kink.

    Parameters
    ----------
    gradient_at_zero
        See ``reference.layers.ReLU``.
    """

    name = "relu"
    example_conventions = ({}, {"gradient_at_zero": 1.0})

    def __init__(self, gradient_at_zero: float = 0.0) -> None:
        self.gradient_at_zero = layers.ReLU(gradient_at_zero).gradient_at_zero

    def layer(self, arrays: Arrays) -> layers.ReLU:
        """Return a fresh layer."""
        return layers.ReLU(self.gradient_at_zero)
