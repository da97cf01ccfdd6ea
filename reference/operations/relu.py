"""The rectified linear unit as an operation."""

import numpy as np

from reference.layers.relu import ReLU as ReLULayer
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation
from reference.operations.subgradients import KinkAtZero


class ReLU(KinkAtZero, ActivationOperation):
    """``max(x, 0)``, drawn at least 1/16 away from the kink.

    Parameters
    ----------
    gradient_at_zero
        See ``reference.layers.relu``.
    """

    name = "relu"
    formula = """
        out = max(x, 0)
        grad_x = grad_out * (x > 0)
    """
    not_differentiable = "where x is 0"
    example_conventions = ({}, {"gradient_at_zero": 1.0})

    def __init__(self, gradient_at_zero: float = 0.0) -> None:
        self.gradient_at_zero = ReLULayer(gradient_at_zero).gradient_at_zero

    def layer(self, arrays: Arrays) -> ReLULayer:
        """Return a fresh layer."""
        return ReLULayer(self.gradient_at_zero)

    def left_slope(self, arrays: Arrays) -> float:
        """Return 0."""
        return 0.0

    def margin(self, arrays: Arrays) -> float:
        """Return the smallest magnitude of an entry of ``x``."""
        return float(np.min(np.abs(arrays["x"])))
