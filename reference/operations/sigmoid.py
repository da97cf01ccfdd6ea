"""The logistic sigmoid as an operation."""

from reference import layers
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation


class Sigmoid(ActivationOperation):
    """``1 / (1 + exp(-x))`` of each entry."""

    name = "sigmoid"

    def layer(self, arrays: Arrays) -> layers.Sigmoid:
        """Return a fresh layer."""
        return layers.Sigmoid()
