"""The hyperbolic tangent as an operation."""

from reference.layers.tanh import Tanh as TanhLayer
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation


class Tanh(ActivationOperation):
    """``tanh(x)`` of each entry."""

    name = "tanh"
    formula = """
        out = tanh(x)
        grad_x = grad_out * (1 - out**2)
    """

    def layer(self, arrays: Arrays) -> TanhLayer:
        """Return a fresh layer."""
        return TanhLayer()
