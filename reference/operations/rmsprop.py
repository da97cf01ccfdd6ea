"""RMSProp as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.rmsprop import RMSProp as RMSPropOptimizer
from reference.protocols import Parameters


class RMSProp(OptimizerOperation):
    """Replay of RMSProp over given gradients.

    ``eps`` is large by default, so that its place shows.

    Parameters
    ----------
    lr, decay_rate, eps, eps_place
        See ``reference.optimizers.rmsprop``.
    """

    name = "rmsprop"
    formula = """
        G = lam*G + (1 - lam)*g*g
        outside: w = w - lr*g / (sqrt(G) + eps)
        inside:  w = w - lr*g / sqrt(G + eps)
        none:    w = w - lr*g / sqrt(G), and w where G is 0
    """
    example_conventions = (
        {},
        {"lr": 0.25, "decay_rate": 0.5, "eps": 0.25},
        {"eps_place": "inside"},
        {"eps_place": "none"},
    )

    def __init__(
        self,
        lr: float = 0.05,
        decay_rate: float = 0.8,
        eps: float = 0.1,
        eps_place: str = "outside",
    ) -> None:
        checked = RMSPropOptimizer([], lr, decay_rate, eps, eps_place)
        self.lr, self.decay_rate = checked.lr, checked.decay_rate
        self.eps, self.eps_place = checked.eps, checked.eps_place

    def optimizer(self, layers: list[Parameters]) -> RMSPropOptimizer:
        """Return a fresh optimizer."""
        return RMSPropOptimizer(
            layers, self.lr, self.decay_rate, self.eps, self.eps_place
        )

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr``, ``decay_rate``, and ``eps`` where there is one."""
        sizes = {"lr": self.lr, "decay_rate": self.decay_rate, "eps": self.eps}
        if self.eps_place == "none":
            del sizes["eps"]
        return sizes
