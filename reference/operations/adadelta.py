"""Adadelta as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.adadelta import Adadelta as AdadeltaOptimizer
from reference.protocols import Parameters


class Adadelta(OptimizerOperation):
    """Replay of Adadelta over given gradients.

    ``lr`` is not its usual 1, so that it shows where it enters.

    Parameters
    ----------
    lr, decay_rate, eps
        See ``reference.optimizers.adadelta``.
    """

    name = "adadelta"
    formula = """
        E = rho*E + (1 - rho)*g*g
        d = sqrt(X + eps) / sqrt(E + eps) * g
        X = rho*X + (1 - rho)*d*d
        w = w - lr*d
    """
    example_conventions = (
        {},
        {"lr": 1.0, "decay_rate": 0.5, "eps": 0.25},
    )

    def __init__(
        self, lr: float = 0.5, decay_rate: float = 0.8, eps: float = 0.1
    ) -> None:
        checked = AdadeltaOptimizer([], lr, decay_rate, eps)
        self.lr, self.decay_rate = checked.lr, checked.decay_rate
        self.eps = checked.eps

    def optimizer(self, layers: list[Parameters]) -> AdadeltaOptimizer:
        """Return a fresh optimizer."""
        return AdadeltaOptimizer(layers, self.lr, self.decay_rate, self.eps)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``, ``decay_rate`` and ``eps``."""
        return {"lr": self.lr, "decay_rate": self.decay_rate, "eps": self.eps}
