"""Plain gradient descent as an operation."""

from typing import Any

from reference import optimizers
from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.protocols import Parameters


class SGD(OptimizerOperation):
    """Replay of ``w = w - lr * g`` over given gradients.

    Parameters
    ----------
    lr
        Learning rate, positive.
    """

    name = "sgd"
    example_conventions = ({}, {"lr": 0.25})

    def __init__(self, lr: float = 0.1) -> None:
        self.lr = optimizers.SGD([], lr).lr

    def optimizer(self, layers: list[Parameters]) -> optimizers.SGD:
        """Return a fresh optimizer."""
        return optimizers.SGD(layers, self.lr)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``."""
        return {"lr": self.lr}
