"""Xavier initialisation as an operation."""

from reference.initializers.xavier import Xavier as XavierInitializer
from reference.operations.weight_initializer import FanInitializerOperation


class Xavier(FanInitializerOperation):
    """A variance that depends on fan-in and fan-out.

    Parameters
    ----------
    variance, distribution, gain, layout
        See ``reference.initializers.xavier``.
    weight
        Shapes to ask for, ``"matrix"`` or ``"kernel"``.
    """

    name = "xavier"
    formula = """
        mean = 0
        2/(in+out): variance = gain**2 * 2 / (fan_in + fan_out)
        1/(in+out): variance = gain**2 / (fan_in + fan_out)
        1/in:       variance = gain**2 / fan_in
    """
    example_conventions = (
        {},
        {"variance": "1/(in+out)"},
        {"variance": "1/in"},
        {"variance": "1/in", "layout": "out_in"},
        {"distribution": "uniform"},
        {"gain": "tanh"},
        {"weight": "kernel"},
    )

    def __init__(
        self,
        variance: str = "2/(in+out)",
        distribution: str = "normal",
        gain: str = "linear",
        layout: str = "in_out",
        weight: str = "matrix",
    ) -> None:
        super().__init__(weight)
        checked = XavierInitializer(variance, distribution, gain, layout)
        self.variance, self.distribution = checked.rule, checked.distribution
        self.gain, self.layout = checked.gain, checked.layout

    def initializer(self) -> XavierInitializer:
        """Return the initialiser."""
        return XavierInitializer(
            self.variance, self.distribution, self.gain, self.layout
        )
