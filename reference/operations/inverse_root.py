"""Numbers of size ``m**-0.5`` as an operation."""

from reference.initializers.inverse_root import InverseRoot as InverseRootInitializer
from reference.operations.weight_initializer import FanInitializerOperation


class InverseRoot(FanInitializerOperation):
    """Numbers of size ``m**-0.5``, with m the fan-in.

    Parameters
    ----------
    distribution, layout
        See ``reference.initializers.inverse_root``.
    weight
        Shapes to ask for, ``"matrix"`` or ``"kernel"``.
    """

    name = "inverse_root"
    formula = """
        mean = 0
        uniform on (-m**-0.5, m**-0.5): variance = 1 / (3 * m)
        normal: variance = 1 / m
    """
    example_conventions = (
        {},
        {"distribution": "normal"},
        {"layout": "out_in"},
        {"weight": "kernel"},
    )

    def __init__(
        self,
        distribution: str = "uniform",
        layout: str = "in_out",
        weight: str = "matrix",
    ) -> None:
        super().__init__(weight)
        checked = InverseRootInitializer(distribution, layout)
        self.distribution, self.layout = checked.distribution, checked.layout

    def initializer(self) -> InverseRootInitializer:
        """Return the initialiser."""
        return InverseRootInitializer(self.distribution, self.layout)
