"""What goes wrong when the learning rate is reduced on a plateau."""

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
from reference.misconceptions.schedules import (
    ignored_entry,
    law_entry,
    share_entry,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "reduce_on_plateau"


class _Plateau:
    """Reduce the rate when patience ends; a mistake overrides one of the methods."""

    watch: type[Watch] = Watch

    def __init__(self, operation: Operation) -> None:
        self.given = chosen(operation)
        self.seen = self.watch(self.given, self.given["threshold"])

    def can_be_made(self) -> bool:
        return self.seen.can_be_made()

    @property
    def cooldown(self) -> int:
        return self.given["cooldown"]

    def reduced(self, rate: float) -> float:
        return max(rate * self.given["factor"], self.given["minimum"])

    def begin_anew(self) -> None:
        self.seen.waited = 0

    def rates(self, losses: Array) -> list[float]:
        rate, resting = self.given["lr"], 0
        rates = []
        for loss in losses:
            self.seen.sees(float(loss))
            if resting:
                resting -= 1
                self.seen.waited = 0
            if self.seen.is_over:
                rate, resting = self.reduced(rate), self.cooldown
                self.begin_anew()
            rates.append(rate)
        return rates


class _Share(_Plateau):
    def can_be_made(self) -> bool:
        return bool(self.given["factor"] != 0.5)

    def reduced(self, rate: float) -> float:
        return max(rate * (1.0 - self.given["factor"]), self.given["minimum"])


class _OnlyOnce(_Plateau):
    def reduced(self, rate: float) -> float:
        return super().reduced(self.given["lr"])


class _NoMinimum(_Plateau):
    def can_be_made(self) -> bool:
        return bool(self.given["minimum"] > 0.0)

    def reduced(self, rate: float) -> float:
        return rate * self.given["factor"]


class _NoCooldown(_Plateau):
    def can_be_made(self) -> bool:
        return self.given["cooldown"] > 0

    @property
    def cooldown(self) -> int:
        return 0


class _CountKept(_Plateau):
    def can_be_made(self) -> bool:
        return self.seen.waits and self.given["cooldown"] == 0

    def begin_anew(self) -> None:
        pass


def _reduced(kind: type[_Plateau]) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        plateau = kind(operation)
        if not plateau.can_be_made():
            return {}
        return {"rate": np.array(plateau.rates(arrays["losses"]))}

    wrong.__name__ = kind.__name__
    return wrong


def _watched(watch: type[Watch]) -> Wrong:
    return _reduced(type(watch.__name__, (_Plateau,), {"watch": watch}))


MISCONCEPTIONS = (
    Misconception(
        id="M159",
        operation=_NAME,
        title="patience off by one",
        hint=(
            "Take a loss that never improves and a patience of 2. After which epochs "
            "does your rate fall, and after which should it?"
        ),
        formula="waited >= patience in place of waited > patience, or the reverse",
        wrong=_watched(OtherRule),
    ),
    ignored_entry(
        _NAME, "rate = rate * factor, whatever minimum", _reduced(_NoMinimum)
    ),
    ignored_entry(_NAME, "resting stays 0", _reduced(_NoCooldown)),
    bound_entry(
        _NAME,
        "better = loss < best * (1 - threshold), a share, not a difference",
        _watched(ShareTaken),
    ),
    bound_entry(_NAME, "best = loss after every epoch", _watched(Previous)),
    bound_entry(
        _NAME,
        "best = min(best, loss) even if not better by the threshold",
        _watched(SmallStepsRemembered),
    ),
    Misconception(
        id="M158",
        operation=_NAME,
        title="rate falls too late",
        hint=(
            "Write down next to each loss the number that it is compared with and the "
            "rate that follows. Which of the two is not what you expect, and where?"
        ),
        # A rate that is read before the loss is looked at often gives the same numbers.
        formula="better = loss < best, or a difference that should be a share",
        wrong=_watched(NoThreshold),
    ),
    count_entry(
        _NAME, "waited is not set to 0 by a better loss", _watched(NeverSetBack)
    ),
    count_entry(_NAME, "waited is not set to 0 by a reduction", _reduced(_CountKept)),
    share_entry(_NAME, "rate = rate * (1 - factor)", _reduced(_Share)),
    law_entry(_NAME, "rate = lr * factor at every reduction", _reduced(_OnlyOnce)),
)
