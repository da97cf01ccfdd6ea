"""Gradient descent with momentum as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.momentum import Momentum as MomentumOptimizer
from reference.protocols import Parameters


class Momentum(OptimizerOperation):
    """Replay of one form of momentum over given gradients.

    The default rate differs from ``1 - momentum``: otherwise a forgotten average and a
    rate that is applied twice would look the same.

    Parameters
    ----------
    lr, momentum, form
        See ``reference.optimizers.momentum``.
    """

    name = "momentum"
    formula = """
        velocity:     v = mu*v - lr*g;       w = w + v
        displacement: d = lr*g + mu*d;       w = w - d
        accumulated:  v = mu*v + g;          w = w - lr*v
        average:      v = mu*v + (1 - mu)*g; w = w - lr*v
        two_term:     w = w - lr*(mu*p + g), p the gradient of the step before
    """
    example_conventions = (
        {},
        {"lr": 0.25, "momentum": 0.5},
        {"form": "displacement"},
        {"form": "accumulated"},
        {"form": "average"},
        {"form": "two_term"},
    )

    def __init__(
        self, lr: float = 0.1, momentum: float = 0.8, form: str = "velocity"
    ) -> None:
        checked = MomentumOptimizer([], lr, momentum, form)
        self.lr, self.momentum, self.form = checked.lr, checked.momentum, checked.form

    def optimizer(self, layers: list[Parameters]) -> MomentumOptimizer:
        """Return a fresh optimizer."""
        return MomentumOptimizer(layers, self.lr, self.momentum, self.form)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr`` and ``momentum``."""
        return {"lr": self.lr, "momentum": self.momentum}
