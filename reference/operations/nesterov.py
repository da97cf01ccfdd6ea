"""Nesterov's accelerated gradient as an operation."""

from typing import Any

from reference.operations.base import Arrays
from reference.operations.families import OptimizerOperation
from reference.optimizers.nesterov import Nesterov as NesterovOptimizer
from reference.protocols import Parameters


class Nesterov(OptimizerOperation):
    """Replay of Nesterov's rule over given gradients.

    Under ``"lookahead"`` the gradients are taken as those at the look-ahead point. The
    parameters then follow the path of plain momentum, so only ``"rewritten"`` tells
    whether a student looks ahead at all.

    Parameters
    ----------
    lr, momentum, form
        See ``reference.optimizers.nesterov``.
    """

    name = "nesterov"
    formula = """
        rewritten: p = v; v = mu*v - lr*g; w = w - mu*p + (1 + mu)*v
        lookahead: v = mu*v - lr*g;        w = w + v, with g taken at w + mu*v
    """
    example_conventions = (
        {},
        {"lr": 0.25, "momentum": 0.5},
        {"form": "lookahead"},
    )

    def __init__(
        self, lr: float = 0.1, momentum: float = 0.8, form: str = "rewritten"
    ) -> None:
        checked = NesterovOptimizer([], lr, momentum, form)
        self.lr, self.momentum, self.form = checked.lr, checked.momentum, checked.form

    def optimizer(self, layers: list[Parameters]) -> NesterovOptimizer:
        """Return a fresh optimizer."""
        return NesterovOptimizer(layers, self.lr, self.momentum, self.form)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``lr`` and ``momentum``."""
        return {"lr": self.lr, "momentum": self.momentum}
