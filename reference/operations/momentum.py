"""Gradient descent with momentum as an operation."""

from typing import Any

from reference import optimizers
from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.protocols import Parameters


class Momentum(OptimizerOperation):
    """Replay of one form of momentum over given gradients.

    The default rate differs from ``1 - momentum``: otherwise a forgotten average and a
    rate that is applied twice would look the same.

    Parameters
    ----------
    lr, momentum, form
        See ``reference.optimizers.Momentum``.
    """

    name = "momentum"
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
        checked = optimizers.Momentum([], lr, momentum, form)
        self.lr, self.momentum, self.form = checked.lr, checked.momentum, checked.form

    def optimizer(self, layers: list[Parameters]) -> optimizers.Momentum:
        """Return a fresh optimizer."""
        return optimizers.Momentum(layers, self.lr, self.momentum, self.form)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr`` and ``momentum``."""
        return {"lr": self.lr, "momentum": self.momentum}
