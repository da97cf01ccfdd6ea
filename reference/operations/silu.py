"""The sigmoid linear unit as an operation."""

from reference.layers.silu import SiLU as SiLULayer
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation
from reference.operations.multiples import reflected
from reference.operations.relations import Relation


class SiLU(ActivationOperation):
    """``x * sigmoid(x)`` of each entry."""

    name = "silu"
    formula = """
        out = x * s with s = 1 / (1 + exp(-x))
        grad_x = grad_out * (s + x * s * (1 - s))
    """

    def layer(self, arrays: Arrays) -> SiLULayer:
        """Return a fresh layer."""
        return SiLULayer()

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what all activations obey, and what ties ``x`` to ``-x``."""
        return (*super().relations, reflected())
