"""Zeros as an operation."""

from reference.initializers.zeros import Zeros as ZerosInitializer
from reference.operations.weight_initializer import WeightInitializerOperation


class Zeros(WeightInitializerOperation):
    """Zero everywhere."""

    name = "zeros"
    formula = """
        mean = 0
        variance = 0
    """

    def initializer(self) -> ZerosInitializer:
        """Return the initialiser."""
        return ZerosInitializer()
