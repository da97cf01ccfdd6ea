"""Reducing the learning rate on a plateau as an operation."""

from typing import Any

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.families import FunctionOperation
from reference.operations.validation_losses import (
    distance,
    falling_then_flat,
    require_losses,
)
from reference.schedules.reduce_on_plateau import (
    ReduceOnPlateau as ReduceOnPlateauSchedule,
)


class ReduceOnPlateau(FunctionOperation):
    """The validation loss of each epoch in, the rate after each of them out.

    The threshold is large by default, so that it matters for some of the losses.

    Parameters
    ----------
    lr, factor, patience, threshold, threshold_form, patience_rule, cooldown, minimum
        See ``reference.schedules.reduce_on_plateau``.
    """

    name = "reduce_on_plateau"
    formula = """
        absolute: better = loss < best - threshold
        relative: better = loss < best * (1 - threshold)
        if better: best = loss; waited = 0
        else:      waited = waited + 1
        if resting: resting = resting - 1; waited = 0
        reached: if waited >= patience, exceeded: if waited > patience,
            then rate = max(rate * factor, minimum); resting = cooldown; waited = 0
    """
    inputs = ("losses",)
    outputs = ("rate",)
    not_differentiable = "where a loss is exactly the bound for a better one"
    example_conventions = (
        {},
        {"threshold_form": "absolute"},
        {"patience_rule": "reached"},
        {"cooldown": 2, "minimum": 0.1},
        {"factor": 0.5, "patience": 0, "threshold": 0.0},
    )

    def __init__(
        self,
        lr: float = 0.4,
        factor: float = 0.3,
        patience: int = 2,
        threshold: float = 0.1,
        threshold_form: str = "relative",
        patience_rule: str = "exceeded",
        cooldown: int = 0,
        minimum: float = 0.0,
    ) -> None:
        self._settings = (
            lr,
            factor,
            patience,
            threshold,
            threshold_form,
            patience_rule,
            cooldown,
            minimum,
        )
        checked = self.schedule()
        self.lr, self.factor = checked.lr, checked.factor
        self.cooldown, self.minimum = checked.cooldown, checked.minimum
        self.patience = checked.stagnation.patience
        self.threshold = checked.stagnation.threshold
        self.threshold_form, self.patience_rule = threshold_form, patience_rule

    def schedule(self) -> ReduceOnPlateauSchedule:
        """Return a fresh schedule."""
        return ReduceOnPlateauSchedule(*self._settings)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``losses`` (T,) that fall at first and stagnate later."""
        length = (19, 29, 1)[variant]
        return {"losses": falling_then_flat(rng, length, self.schedule().stagnation)}

    def margin(self, arrays: Arrays) -> float:
        """Return how far the losses are from counting otherwise."""
        return distance(arrays["losses"], self.schedule().stagnation)

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return the rate after each epoch."""
        require_losses("ReduceOnPlateau", arrays["losses"])
        schedule = self.schedule()
        rates = [schedule.observe(float(loss)) for loss in arrays["losses"]]
        return {"rate": np.array(rates, dtype=np.float64)}

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return all numbers."""
        return {
            "lr": self.lr,
            "factor": self.factor,
            "patience": self.patience,
            "threshold": self.threshold,
            "cooldown": self.cooldown,
            "minimum": self.minimum,
        }
