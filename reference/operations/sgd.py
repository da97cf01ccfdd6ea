"""Plain gradient descent as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.sgd import SGD as SGDOptimizer
from reference.protocols import Parameters


class SGD(OptimizerOperation):
    """Replay of ``w = w - lr * g`` over given gradients, perhaps with a decay.

    Parameters
    ----------
    lr, decay, weight_decay
        See ``reference.optimizers.sgd``.
    """

    name = "sgd"
    formula = """
        none:    w = w - lr*g
        coupled: w = w - lr*(g + weight_decay*w)
        csu:     w = (1 - lr)*w - lr*g
    """
    example_conventions = (
        {},
        {"lr": 0.25},
        {"decay": "coupled"},
        {"decay": "csu"},
    )

    def __init__(
        self, lr: float = 0.1, decay: str = "none", weight_decay: float = 0.5
    ) -> None:
        checked = SGDOptimizer([], lr, decay, weight_decay)
        self.lr, self.decay = checked.lr, checked.decay
        self.weight_decay = checked.weight_decay

    def optimizer(self, layers: list[Parameters]) -> SGDOptimizer:
        """Return a fresh optimizer."""
        return SGDOptimizer(layers, self.lr, self.decay, self.weight_decay)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``, and ``weight_decay`` where it is used."""
        if self.decay == "coupled":
            return {"lr": self.lr, "weight_decay": self.weight_decay}
        return {"lr": self.lr}
