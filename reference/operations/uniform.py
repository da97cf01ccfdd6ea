"""Uniform numbers between given bounds as an operation."""

from reference.initializers.uniform import Uniform as UniformInitializer
from reference.operations.weight_initializer import WeightInitializerOperation


class Uniform(WeightInitializerOperation):
    """U(low, high), whatever the shape.

    Parameters
    ----------
    low, high
        See ``reference.initializers.uniform``.
    """

    name = "uniform"
    formula = """
        mean = (low + high) / 2
        variance = (high - low)**2 / 12
    """
    example_conventions = ({}, {"low": -0.25, "high": 1.0})

    def __init__(self, low: float = -0.1, high: float = 0.1) -> None:
        checked = UniformInitializer(low, high)
        self.low, self.high = checked.low, checked.high

    def initializer(self) -> UniformInitializer:
        """Return the initialiser."""
        return UniformInitializer(self.low, self.high)
