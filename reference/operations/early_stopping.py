"""Early stopping as an operation."""

from typing import Any

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.families import FunctionOperation
from reference.operations.validation_losses import (
    distance,
    falling_then_flat,
    require_losses,
)
from reference.schedules.stagnation import Stagnation
from reference.training.early_stopping import EarlyStopping as EarlyStoppingProcedure


class EarlyStopping(FunctionOperation):
    """The validation loss of each epoch in; when to stop and where to return to, out.

    ``stopped_at`` is the index of the last epoch that is run, or T where all T are run
    without a reason to stop. ``best_epoch`` is the index of the epoch whose parameters
    are kept; losses after the stop are not looked at.

    Parameters
    ----------
    patience, min_improvement, threshold_form, patience_rule
        See ``reference.training.early_stopping``.
    """

    name = "early_stopping"
    formula = """
        absolute: better = loss < best - min_improvement
        relative: better = loss < best * (1 - min_improvement)
        if better: best = loss; best_epoch = epoch; waited = 0
        else:      waited = waited + 1
        reached:  stop if waited >= patience
        exceeded: stop if waited > patience
    """
    inputs = ("losses",)
    outputs = ("stopped_at", "best_epoch")
    not_differentiable = "where a loss is exactly the bound for a better one"
    example_conventions = (
        {},
        {"threshold_form": "relative"},
        {"patience_rule": "exceeded"},
        {"patience": 20, "min_improvement": 0.0},
    )

    def __init__(
        self,
        patience: int = 3,
        min_improvement: float = 0.1,
        threshold_form: str = "absolute",
        patience_rule: str = "reached",
    ) -> None:
        checked = Stagnation(
            "EarlyStopping", patience, min_improvement, threshold_form, patience_rule
        )
        self.patience, self.min_improvement = checked.patience, checked.threshold
        self.threshold_form, self.patience_rule = threshold_form, patience_rule

    def procedure(self) -> EarlyStoppingProcedure:
        """Return a fresh object that stops."""
        return EarlyStoppingProcedure(
            self.patience,
            self.min_improvement,
            self.threshold_form,
            self.patience_rule,
        )

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``losses`` (T,) that fall at first and stagnate later."""
        length = (19, 29, 1)[variant]
        return {"losses": falling_then_flat(rng, length, self._stagnation())}

    def margin(self, arrays: Arrays) -> float:
        """Return how far the losses are from counting otherwise."""
        return distance(arrays["losses"], self._stagnation())

    def _stagnation(self) -> Stagnation:
        return Stagnation(
            "EarlyStopping",
            self.patience,
            self.min_improvement,
            self.threshold_form,
            self.patience_rule,
        )

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return both epochs as 0-d integers."""
        losses = arrays["losses"]
        require_losses("EarlyStopping", losses)
        procedure = self.procedure()
        stops = (epoch for epoch, x in enumerate(losses) if procedure.observe(x, []))
        stopped_at = next(stops, len(losses))
        return {
            "stopped_at": np.array(stopped_at, dtype=np.int64),
            "best_epoch": np.array(procedure.best_epoch, dtype=np.int64),
        }

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``patience`` and ``min_improvement``."""
        return {"patience": self.patience, "min_improvement": self.min_improvement}
