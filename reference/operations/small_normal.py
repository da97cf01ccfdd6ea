"""Small normal numbers as an operation."""

from reference.initializers.small_normal import SmallNormal as SmallNormalInitializer
from reference.operations.weight_initializer import WeightInitializerOperation


class SmallNormal(WeightInitializerOperation):
    """N(0, std**2), whatever the shape.

    Parameters
    ----------
    std
        See ``reference.initializers.small_normal``.
    """

    name = "small_normal"
    formula = """
        mean = 0
        variance = std**2
    """
    example_conventions = ({}, {"std": 0.25})

    def __init__(self, std: float = 0.01) -> None:
        self.std = SmallNormalInitializer(std).std

    def initializer(self) -> SmallNormalInitializer:
        """Return the initialiser."""
        return SmallNormalInitializer(self.std)
