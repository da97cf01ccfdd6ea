"""Kaiming initialisation as an operation."""

from reference.initializers.kaiming import Kaiming as KaimingInitializer
from reference.operations.weight_initializer import FanInitializerOperation


class Kaiming(FanInitializerOperation):
    """A variance of ``gain**2 / fan``.

    Parameters
    ----------
    distribution, fan, gain, layout
        See ``reference.initializers.kaiming``.
    weight
        Shapes to ask for, ``"matrix"`` or ``"kernel"``.
    """

    name = "kaiming"
    formula = """
        mean = 0
        variance = gain**2 / fan
        relu: gain**2 = 2; linear, sigmoid: 1; tanh: 25/9
    """
    example_conventions = (
        {},
        {"distribution": "uniform"},
        {"fan": "out"},
        {"gain": "linear"},
        {"gain": "sigmoid"},
        {"gain": "tanh", "distribution": "uniform"},
        {"layout": "out_in"},
        {"weight": "kernel"},
        {"weight": "kernel", "fan": "out"},
    )

    def __init__(
        self,
        distribution: str = "normal",
        fan: str = "in",
        gain: str = "relu",
        layout: str = "in_out",
        weight: str = "matrix",
    ) -> None:
        super().__init__(weight)
        checked = KaimingInitializer(distribution, fan, gain, layout)
        self.distribution, self.fan = checked.distribution, checked.fan
        self.gain, self.layout = checked.gain, checked.layout

    def initializer(self) -> KaimingInitializer:
        """Return the initialiser."""
        return KaimingInitializer(self.distribution, self.fan, self.gain, self.layout)
