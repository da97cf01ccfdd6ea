"""One number everywhere as an operation."""

from reference.initializers.constant import Constant as ConstantInitializer
from reference.operations.weight_initializer import WeightInitializerOperation


class Constant(WeightInitializerOperation):
    """``value`` everywhere.

    Parameters
    ----------
    value
        See ``reference.initializers.constant``.
    """

    name = "constant"
    formula = """
        mean = value
        variance = 0
    """
    example_conventions = ({}, {"value": -3})

    def __init__(self, value: float = 0.1) -> None:
        self.value = ConstantInitializer(value).value

    def initializer(self) -> ConstantInitializer:
        """Return the initialiser."""
        return ConstantInitializer(self.value)
