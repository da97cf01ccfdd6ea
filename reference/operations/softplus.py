"""The softplus as an operation."""

from reference.layers.softplus import Softplus as SoftplusLayer
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation
from reference.operations.multiples import reflected
from reference.operations.relations import Relation


class Softplus(ActivationOperation):
    """``log(1 + exp(x))`` of each entry."""

    name = "softplus"
    formula = """
        out = log(1 + exp(x))
        grad_x = grad_out / (1 + exp(-x))
    """

    def layer(self, arrays: Arrays) -> SoftplusLayer:
        """Return a fresh layer."""
        return SoftplusLayer()

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what all activations obey, and what ties ``x`` to ``-x``."""
        return (*super().relations, reflected())
