"""Adagrad as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.adagrad import Adagrad as AdagradOptimizer
from reference.protocols import Parameters


class Adagrad(OptimizerOperation):
    """Replay of Adagrad over given gradients.

    ``eps`` is large by default, so that its place shows.

    Parameters
    ----------
    lr, eps, eps_place
        See ``reference.optimizers.adagrad``.
    """

    name = "adagrad"
    formula = """
        S = S + g*g
        outside: w = w - lr*g / (sqrt(S) + eps)
        inside:  w = w - lr*g / sqrt(S + eps)
        none:    w = w - lr*g / sqrt(S), and w where S is 0
    """
    example_conventions = (
        {},
        {"lr": 0.5, "eps": 0.25},
        {"eps_place": "inside"},
        {"eps_place": "none"},
    )

    def __init__(
        self, lr: float = 0.3, eps: float = 0.1, eps_place: str = "outside"
    ) -> None:
        checked = AdagradOptimizer([], lr, eps, eps_place)
        self.lr, self.eps = checked.lr, checked.eps
        self.eps_place = checked.eps_place

    def optimizer(self, layers: list[Parameters]) -> AdagradOptimizer:
        """Return a fresh optimizer."""
        return AdagradOptimizer(layers, self.lr, self.eps, self.eps_place)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``, and ``eps`` where there is one."""
        if self.eps_place == "none":
            return {"lr": self.lr}
        return {"lr": self.lr, "eps": self.eps}
