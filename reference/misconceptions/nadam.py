"""What goes wrong in Nadam."""

import math
from functools import partial

from reference.misconceptions.base import Misconception
from reference.misconceptions.conventions import answered_under, chosen
from reference.misconceptions.moments import (
    MomentRule,
    Pair,
    average_entries,
    correction_entries,
)
from reference.misconceptions.optimizers import (
    direction_entries,
    fixed,
    root_entries,
)
from reference.misconceptions.paths import replayed
from reference.operations.base import Array, Arrays, Operation

_NAME = "nadam"
_OTHER_FORM = {"scheduled": "constant", "constant": "scheduled"}


class NadamRule(MomentRule):
    """Mix the gradient into the first average once more before the step."""

    @property
    def is_scheduled(self) -> bool:
        """Tell whether the momentum changes from step to step."""
        return bool(self.given["form"] == "scheduled")

    def momentum(self, t: int) -> float:
        """Return mu of a step."""
        beta1 = self.betas[0]
        if not self.is_scheduled:
            return beta1
        return beta1 * (1.0 - 0.5 * 0.96 ** (t * self.given["momentum_decay"]))

    def kept(self, t: int) -> Pair:
        """Return the product of all momenta so far, and the power of beta2."""
        product = math.prod(self.momentum(past) for past in range(1, t + 1))
        return product, super().kept(t)[1]

    def shares(self, t: int) -> Pair:
        """Return the factors of the first average and of the gradient."""
        ahead = t + 1 if self.is_scheduled else t
        return (
            self.momentum(ahead) / self.corrections(ahead)[0],
            (1.0 - self.momentum(t)) / self.corrections(t)[0],
        )

    def change(self, m: Array, v: Array, gradient: Array, t: int) -> Array:
        """Return what a step adds to the parameter."""
        of_average, of_gradient = self.shares(t)
        mixed = of_average * m + of_gradient * gradient
        return self.over(-self.lr * mixed, v / self.corrections(t)[1])


class _NotAhead(NadamRule):
    def shares(self, t: int) -> Pair:
        return 1.0 / (1.0 - self.betas[0] ** t), 0.0


class _ScheduleRule(NadamRule):
    """A mistake that needs a schedule to be made in."""

    def can_be_made(self) -> bool:
        return self.is_scheduled


class _ProductTooShort(_ScheduleRule):
    def shares(self, t: int) -> Pair:
        correction = self.corrections(t)[0]
        return self.momentum(t + 1) / correction, (1.0 - self.momentum(t)) / correction


def _other_form(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    form = _OTHER_FORM[chosen(operation)["form"]]
    return answered_under(operation, arrays, form=form)


_schedule = partial(
    Misconception,
    id="M227",
    operation=_NAME,
    title="schedule of the momentum is wrong or not wanted",
    hint=(
        "Write mu down for the first three steps. Which of these numbers does step 2 "
        "use in front of the average, in front of the gradient, and below each?"
    ),
)

MISCONCEPTIONS = (
    *direction_entries(_NAME, "D / (sqrt(V) + eps)"),
    fixed(
        "beta1 = 0.9, beta2 = 0.999 whatever was asked for",
        _NAME,
        beta1=0.9,
        beta2=0.999,
    ),
    fixed("lr = 0.001 whatever was asked for", _NAME, lr=0.001),
    fixed("psi = 0.004 whatever was asked for", _NAME, momentum_decay=0.004),
    *root_entries(_NAME, NadamRule, "D", "V"),
    *correction_entries(_NAME, NadamRule),
    *average_entries(_NAME, NadamRule),
    Misconception(
        id="M145",
        operation=_NAME,
        title="no look-ahead: the step is Adam's",
        hint=(
            "Change only the present gradient. Through how many terms should it enter "
            "this step, and through how many does it enter yours?"
        ),
        formula="D = m / (1 - beta1^t)",
        wrong=replayed(_NotAhead),
    ),
    _schedule(formula="scheduled and constant form exchanged", wrong=_other_form),
    _schedule(
        formula="the product below m stops at mu[t]",
        wrong=replayed(_ProductTooShort),
    ),
)
