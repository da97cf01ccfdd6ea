"""The logistic sigmoid as an operation."""

from reference.layers.sigmoid import Sigmoid as SigmoidLayer
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation


class Sigmoid(ActivationOperation):
    """``1 / (1 + exp(-x))`` of each entry."""

    name = "sigmoid"
    formula = """
        out = 1 / (1 + exp(-x))
        grad_x = grad_out * out * (1 - out)
    """

    def layer(self, arrays: Arrays) -> SigmoidLayer:
        """Return a fresh layer."""
        return SigmoidLayer()
