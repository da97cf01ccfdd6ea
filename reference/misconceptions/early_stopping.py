"""What goes wrong in early stopping."""

from functools import partial

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.conventions import chosen
from reference.misconceptions.patience import (
    NeverSetBack,
    NoThreshold,
    OtherRule,
    Previous,
    ShareTaken,
    SmallStepsRemembered,
    Watch,
    bound_entry,
    count_entry,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "early_stopping"
_LONG = 10
"""A patience beyond this hardly ends within the epochs that are drawn."""


class _OtherRule(OtherRule):
    def can_be_made(self) -> bool:
        return bool(self.given["patience"] <= _LONG)


class _NeverSetBack(NeverSetBack):
    def can_be_made(self) -> bool:
        return super().can_be_made() and self.given["patience"] <= _LONG


class _Previous(Previous):
    def can_be_made(self) -> bool:
        # With a small difference the losses of a draw may not show it.
        return self.is_relative


def _epochs(watch: Watch, losses: Array) -> tuple[int, int]:
    """Return the last epoch, or their number without a stop, and the best one."""
    best = 0
    for epoch, loss in enumerate(losses):
        if watch.sees(float(loss)):
            best = epoch
        if watch.is_over:
            return epoch, best
    return len(losses), best


def _watched(kind: type[Watch], *quantities: str) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        given = chosen(operation)
        watch = kind(given, given["min_improvement"])
        if not watch.can_be_made():
            return {}
        epochs = _epochs(watch, arrays["losses"])
        found = dict(zip(operation.outputs, epochs, strict=True))
        return {name: np.array(found[name]) for name in quantities}

    wrong.__name__ = kind.__name__
    return wrong


def _off_by_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    # Exceeding the patience leaves time for one more improvement than reaching it.
    early = chosen(operation)["patience_rule"] == "reached"
    quantities = ("stopped_at",) if early else operation.outputs
    return _watched(_OtherRule, *quantities)(operation, arrays)


def _last_epoch(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    stopped_at = operation.answer(arrays)["stopped_at"]
    return {"best_epoch": np.minimum(stopped_at, len(arrays["losses"]) - 1)}


def _counted_from_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"best_epoch": operation.answer(arrays)["best_epoch"] + 1}


_entry = partial(
    Misconception,
    id="M159",
    operation=_NAME,
    title="wrong epoch stopped at or returned to",
    hint=(
        "Take the losses 3, 2, 4, 5, 6 and a patience of 2. Which epoch is your last "
        "one, and whose parameters do you keep? Which should it be?"
    ),
)

MISCONCEPTIONS = (
    _entry(
        formula="waited > patience in place of waited >= patience, or the reverse",
        wrong=_off_by_one,
    ),
    _entry(formula="best_epoch = the last epoch that is run", wrong=_last_epoch),
    _entry(formula="best_epoch is counted from 1", wrong=_counted_from_one),
    bound_entry(
        _NAME,
        "better = loss < best * (1 - min_improvement)",
        _watched(ShareTaken, "stopped_at", "best_epoch"),
    ),
    bound_entry(
        _NAME,
        "best = loss after every epoch",
        _watched(_Previous, "stopped_at", "best_epoch"),
    ),
    bound_entry(
        _NAME,
        "best = min(best, loss) even if not better by the threshold",
        _watched(SmallStepsRemembered, "stopped_at", "best_epoch"),
    ),
    bound_entry(
        _NAME,
        "better = loss < best, or a difference that should be a share",
        _watched(NoThreshold, "stopped_at", "best_epoch"),
    ),
    count_entry(
        _NAME,
        "waited is not set to 0 by a better loss",
        _watched(_NeverSetBack, "stopped_at"),
    ),
)
