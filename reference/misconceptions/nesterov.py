"""What goes wrong in Nesterov's accelerated gradient."""

from functools import partial

import numpy as np

from reference.misconceptions.base import Misconception
from reference.misconceptions.conventions import answered_under, chosen
from reference.misconceptions.optimizers import (
    fixed,
    ignored_entry,
    no_rate,
    rate_twice_entry,
    swapped_entry,
    upwards,
)
from reference.misconceptions.paths import Rule, replayed, stretched
from reference.operations.base import Array, Arrays, Operation

_NAME = "nesterov"
_OTHER_FORM = {"rewritten": "lookahead", "lookahead": "rewritten"}


class NesterovRule(Rule):
    """A running velocity, and the step that a form makes of it."""

    @property
    def momentum(self) -> float:
        """Return mu."""
        return self.given["momentum"]

    @property
    def is_rewritten(self) -> bool:
        """Tell whether gradients are taken at the parameter itself."""
        return bool(self.given["form"] == "rewritten")

    def velocity(self, before: Array, gradient: Array, number: int) -> Array:
        """Return the new velocity; ``number`` counts steps from 0."""
        return self.momentum * before - self.lr * gradient

    def change(self, before: Array, velocity: Array) -> Array:
        """Return what a step adds to the parameter."""
        if not self.is_rewritten:
            return velocity
        return (1.0 + self.momentum) * velocity - self.momentum * before

    def changes(self, gradients: Array) -> list[Array]:
        """Return what all steps add."""
        velocity = np.zeros_like(gradients[0])
        changes = []
        for number, gradient in enumerate(gradients):
            before, velocity = velocity, self.velocity(velocity, gradient, number)
            changes.append(self.change(before, velocity))
        return changes

    def path(self, start: Array, gradients: Array) -> list[Array]:
        """Return the parameter after each gradient."""
        return list(start + np.cumsum(self.changes(gradients), axis=0))


class _MomentumRule(NesterovRule):
    """A mistake that needs a momentum to be made in."""

    def can_be_made(self) -> bool:
        return self.momentum != 0.0


class _Flips(_MomentumRule):
    def velocity(self, before: Array, gradient: Array, number: int) -> Array:
        return -self.momentum * before - self.lr * gradient


class _PreviousAdded(_MomentumRule):
    def can_be_made(self) -> bool:
        return super().can_be_made() and self.is_rewritten

    def change(self, before: Array, velocity: Array) -> Array:
        return (1.0 + self.momentum) * velocity + self.momentum * before


class _PreviousKept(_MomentumRule):
    def change(self, before: Array, velocity: Array) -> Array:
        return (1.0 + self.momentum) * velocity


class _Exchanged(NesterovRule):
    def can_be_made(self) -> bool:
        return self.momentum != 0.5

    @property
    def momentum(self) -> float:
        return 1.0 - super().momentum


class _TooLate(NesterovRule):
    def changes(self, gradients: Array) -> list[Array]:
        return [np.zeros_like(gradients[0]), *super().changes(gradients)[:-1]]


class _StartedWithoutRate(NesterovRule):
    def can_be_made(self) -> bool:
        return self.lr != 1.0

    def velocity(self, before: Array, gradient: Array, number: int) -> Array:
        return super().velocity(before, gradient, number) if number else -gradient


def _other_form(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    given = chosen(operation)
    if not given["momentum"]:
        return {}
    return answered_under(operation, arrays, form=_OTHER_FORM[given["form"]])


def _averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    momentum = chosen(operation)["momentum"]
    return stretched(operation, arrays, 1.0 - momentum) if momentum else {}


_entry = partial(Misconception, operation=_NAME)
_sign = partial(
    _entry,
    id="M139",
    title="signs of velocity and update do not fit together",
    hint=(
        "Follow one number for two steps with a gradient of 1. In which direction "
        "does it move, and is the second step larger than the first?"
    ),
)
_grouping = partial(
    _entry,
    id="M145",
    title="look-ahead missing or counted wrongly",
    hint=(
        "At which point is your gradient taken: where the parameter is, or where the "
        "velocity will carry it? Which of the two does the given formula assume?"
    ),
)

MISCONCEPTIONS = (
    _sign(formula="every step goes in the opposite direction", wrong=upwards),
    _sign(formula="v = -mu*v - lr*g", wrong=replayed(_Flips)),
    _sign(formula="w = w + mu*p + (1 + mu)*v", wrong=replayed(_PreviousAdded)),
    _grouping(
        formula="w = w + v in place of w - mu*p + (1 + mu)*v, or the reverse",
        wrong=_other_form,
    ),
    _grouping(formula="w = w + (1 + mu)*v", wrong=replayed(_PreviousKept)),
    _entry(
        id="M140",
        title="running average in place of a running sum",
        hint=(
            "With a gradient of 1 at every step, how large does your velocity become "
            "in the long run, and how large should it be?"
        ),
        formula="v = mu*v - (1 - mu)*lr*g",
        wrong=_averaged,
    ),
    rate_twice_entry(_NAME, "every step is multiplied by lr once more"),
    _entry(
        id="M142",
        title="parameter moved before the velocity is updated",
        hint="Does your first step move the parameter at all?",
        formula="w moves with p and v of the step before",
        wrong=replayed(_TooLate),
    ),
    _entry(
        id="M143",
        title="velocity starts from a wrong value",
        hint=(
            "What was the velocity before the first gradient arrived? Take your first "
            "step by hand."
        ),
        formula="v starts as -g without the learning rate",
        wrong=replayed(_StartedWithoutRate),
    ),
    swapped_entry(_NAME, "1 - mu in place of mu everywhere", replayed(_Exchanged)),
    fixed("mu = 0.9 whatever was asked for", _NAME, momentum=0.9),
    fixed("w = w - lr*g", _NAME, momentum=0.0),
    ignored_entry(_NAME, "lr is left out", no_rate),
)
