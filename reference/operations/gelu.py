"""The Gaussian error linear unit as an operation."""

from reference.layers.gelu import GELU as GELULayer
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation
from reference.operations.multiples import reflected
from reference.operations.relations import Relation


class GELU(ActivationOperation):
    """``x * Phi(x)`` of each entry, or its approximation by tanh.

    Parameters
    ----------
    approximation
        ``"none"`` or ``"tanh"``, see ``reference.layers.gelu``.
    """

    name = "gelu"
    formula = """
        out = x * Phi(x) with Phi(x) = (1 + erf(x / sqrt(2))) / 2
        grad_x = grad_out * (Phi(x) + x * exp(-x**2 / 2) / sqrt(2*pi))
        tanh: out = x * (1 + tanh(u)) / 2 with u = sqrt(2/pi) * (x + 0.044715 * x**3)
        tanh: grad_x = grad_out * ((1 + tanh(u)) / 2 + x * (1 - tanh(u)**2) / 2 * v)
              with v = sqrt(2/pi) * (1 + 3 * 0.044715 * x**2)
    """
    example_conventions = ({}, {"approximation": "tanh"})

    def __init__(self, approximation: str = "none") -> None:
        self.approximation = GELULayer(approximation).approximation

    def layer(self, arrays: Arrays) -> GELULayer:
        """Return a fresh layer."""
        return GELULayer(self.approximation)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what all activations obey, and what ties ``x`` to ``-x``."""
        return (*super().relations, reflected())
