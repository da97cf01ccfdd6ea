"""AdamW as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.adamw import AdamW as AdamWOptimizer
from reference.protocols import Parameters


class AdamW(OptimizerOperation):
    """Replay of AdamW over given gradients.

    Parameters
    ----------
    lr, weight_decay, beta1, beta2, eps, eps_place
        See ``reference.optimizers.adamw``.
    """

    name = "adamw"
    formula = """
        m = beta1*m + (1 - beta1)*g;   M = m / (1 - beta1^t), t from 1
        v = beta2*v + (1 - beta2)*g*g; V = v / (1 - beta2^t)
        outside: w = w - lr*weight_decay*w - lr * M / (sqrt(V) + eps)
        inside:  w = w - lr*weight_decay*w - lr * M / sqrt(V + eps)
        none:    w = w - lr*weight_decay*w - lr * M / sqrt(V), its end 0 where V is 0
    """
    example_conventions = (
        {},
        {"lr": 0.25, "weight_decay": 0.25, "beta1": 0.5, "beta2": 0.75, "eps": 0.5},
        {"eps_place": "inside"},
        {"eps_place": "none"},
    )

    def __init__(
        self,
        lr: float = 0.05,
        weight_decay: float = 0.5,
        beta1: float = 0.8,
        beta2: float = 0.9,
        eps: float = 0.1,
        eps_place: str = "outside",
    ) -> None:
        self._settings = (lr, weight_decay, beta1, beta2, eps, eps_place)
        checked = self.optimizer([])
        self.lr, self.weight_decay = checked.lr, checked.weight_decay
        self.beta1, self.beta2 = checked.beta1, checked.beta2
        self.eps, self.eps_place = checked.eps, checked.eps_place

    def optimizer(self, layers: list[Parameters]) -> AdamWOptimizer:
        """Return a fresh optimizer."""
        return AdamWOptimizer(layers, *self._settings)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return the numbers that are used under these conventions."""
        sizes = {
            "lr": self.lr,
            "weight_decay": self.weight_decay,
            "beta1": self.beta1,
            "beta2": self.beta2,
        }
        if self.eps_place != "none":
            sizes["eps"] = self.eps
        return sizes
