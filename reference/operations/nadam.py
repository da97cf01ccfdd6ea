"""Nadam as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.nadam import Nadam as NadamOptimizer
from reference.protocols import Parameters


class Nadam(OptimizerOperation):
    """Replay of Nadam over given gradients.

    ``momentum_decay`` is far above its usual 0.004, so that it shows within the few
    steps that are replayed.

    Parameters
    ----------
    lr, beta1, beta2, momentum_decay, eps, eps_place, form
        See ``reference.optimizers.nadam``.
    """

    name = "nadam"
    formula = """
        m = beta1*m + (1 - beta1)*g
        v = beta2*v + (1 - beta2)*g*g; V = v / (1 - beta2^t), t from 1
        scheduled: mu[t] = beta1 * (1 - 0.96^(t*psi) / 2)
                   D = mu[t+1]*m / (1 - mu[1]*...*mu[t+1])
                       + (1 - mu[t])*g / (1 - mu[1]*...*mu[t])
        constant:  D = (beta1*m + (1 - beta1)*g) / (1 - beta1^t)
        outside: w = w - lr * D / (sqrt(V) + eps)
        inside:  w = w - lr * D / sqrt(V + eps)
        none:    w = w - lr * D / sqrt(V), and w where V is 0
    """
    example_conventions = (
        {},
        {"lr": 0.25, "beta1": 0.5, "beta2": 0.75, "momentum_decay": 0.5, "eps": 0.5},
        {"form": "constant"},
        {"eps_place": "inside"},
        {"eps_place": "none"},
    )

    def __init__(
        self,
        lr: float = 0.05,
        beta1: float = 0.8,
        beta2: float = 0.9,
        momentum_decay: float = 2.0,
        eps: float = 0.1,
        eps_place: str = "outside",
        form: str = "scheduled",
    ) -> None:
        self._settings = (lr, beta1, beta2, momentum_decay, eps, eps_place, form)
        checked = self.optimizer([])
        self.lr, self.momentum_decay = checked.lr, checked.momentum_decay
        self.beta1, self.beta2 = checked.beta1, checked.beta2
        self.eps, self.eps_place = checked.eps, checked.eps_place
        self.form = checked.form

    def optimizer(self, layers: list[Parameters]) -> NadamOptimizer:
        """Return a fresh optimizer."""
        return NadamOptimizer(layers, *self._settings)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return the numbers that are used under these conventions."""
        sizes = {"lr": self.lr, "beta1": self.beta1, "beta2": self.beta2}
        if self.form == "scheduled":
            sizes["momentum_decay"] = self.momentum_decay
        if self.eps_place != "none":
            sizes["eps"] = self.eps
        return sizes
