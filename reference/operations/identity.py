"""The identity as an operation."""

from reference.layers.identity import Identity as IdentityLayer
from reference.operations.adjoint import adjoint
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation
from reference.operations.relations import Relation


class Identity(ActivationOperation):
    """``x`` of each entry."""

    name = "identity"
    formula = """
        out = x
        grad_x = grad_out
    """

    def layer(self, arrays: Arrays) -> IdentityLayer:
        """Return a fresh layer."""
        return IdentityLayer()

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what all activations obey, and that this one is linear."""
        return (*super().relations, adjoint(("x",)))
