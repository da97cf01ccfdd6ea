"""Adam as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.adam import Adam as AdamOptimizer
from reference.protocols import Parameters


class Adam(OptimizerOperation):
    """Replay of Adam over given gradients.

    ``eps`` is large by default and both betas are far from 1, so that the place of the
    one and the corrections for the others show.

    Parameters
    ----------
    lr, beta1, beta2, eps, eps_place, bias_correction, step_size
        See ``reference.optimizers.adam``.
    """

    name = "adam"
    formula = """
        m = beta1*m + (1 - beta1)*g;   M = m / (1 - beta1^t), t from 1
        v = beta2*v + (1 - beta2)*g*g; V = v / (1 - beta2^t)
        outside: w = w - lr * M / (sqrt(V) + eps)
        inside:  w = w - lr * M / sqrt(V + eps)
        none:    w = w - lr * M / sqrt(V), and w where V is 0
        without bias_correction: M = m, V = v
        without step_size: lr = 1
    """
    example_conventions = (
        {},
        {"lr": 0.25, "beta1": 0.5, "beta2": 0.75, "eps": 0.25},
        {"eps_place": "inside"},
        {"eps_place": "none"},
        {"bias_correction": False},
        {"bias_correction": False, "eps_place": "none", "step_size": "none"},
    )

    def __init__(
        self,
        lr: float = 0.05,
        beta1: float = 0.8,
        beta2: float = 0.9,
        eps: float = 0.1,
        eps_place: str = "outside",
        bias_correction: bool = True,
        step_size: str = "lr",
    ) -> None:
        self._settings = (lr, beta1, beta2, eps, eps_place, bias_correction, step_size)
        checked = self.optimizer([])
        self.lr, self.eps = checked.lr, checked.eps
        self.beta1, self.beta2 = checked.beta1, checked.beta2
        self.eps_place, self.step_size = checked.eps_place, checked.step_size
        self.bias_correction = checked.bias_correction

    def optimizer(self, layers: list[Parameters]) -> AdamOptimizer:
        """Return a fresh optimizer."""
        return AdamOptimizer(layers, *self._settings)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return the numbers that are used under these conventions."""
        sizes = {"lr": self.lr, "beta1": self.beta1, "beta2": self.beta2}
        if self.eps_place != "none":
            sizes["eps"] = self.eps
        if self.step_size == "none":
            del sizes["lr"]
        return sizes
