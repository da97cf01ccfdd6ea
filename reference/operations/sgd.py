"""Plain gradient descent as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.sgd import SGD as SGDOptimizer
from reference.protocols import Parameters


class SGD(OptimizerOperation):
    """Replay of ``w = w - lr * g`` over given gradients.

    Parameters
    ----------
    lr
        Learning rate, positive.
    """

    name = "sgd"
    formula = """
        w = w - lr * g
    """
    example_conventions = ({}, {"lr": 0.25})

    def __init__(self, lr: float = 0.1) -> None:
        self.lr = SGDOptimizer([], lr).lr

    def optimizer(self, layers: list[Parameters]) -> SGDOptimizer:
        """Return a fresh optimizer."""
        return SGDOptimizer(layers, self.lr)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``."""
        return {"lr": self.lr}
