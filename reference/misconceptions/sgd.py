"""What goes wrong in plain gradient descent."""

import math

from reference.misconceptions.optimizers import ascent_entry, fixed, rate_twice_entry
from reference.misconceptions.paths import replayed
from reference.misconceptions.weight_decays import DecayRule, decay_entries
from reference.operations.base import Array

_NAME = "sgd"
_HABIT = 0.01


class SGDRule(DecayRule):
    """A step along the gradient, perhaps with a decay."""

    @property
    def decay(self) -> float:
        """Return the share of the parameter that joins the gradient."""
        shares = {"none": 0.0, "coupled": self.given["weight_decay"], "csu": 1.0}
        return shares[self.given["decay"]]

    def change(self, parameter: Array, gradient: Array) -> Array:
        """Return what a step adds to the parameter."""
        return -self.lr * gradient - self.shrinkage(parameter)

    def path(self, start: Array, gradients: Array) -> list[Array]:
        """Return the parameter after each gradient."""
        path = [start]
        for gradient in gradients:
            path.append(path[-1] + self.change(path[-1], gradient))
        return path[1:]


class _Ascent(SGDRule):
    def change(self, parameter: Array, gradient: Array) -> Array:
        return -super().change(parameter, gradient)


class _RateTwice(SGDRule):
    def can_be_made(self) -> bool:
        # A rate of 0.1 that is used twice is the habitual rate of 0.01.
        return self.lr != 1.0 and not math.isclose(self.lr**2, _HABIT)

    def change(self, parameter: Array, gradient: Array) -> Array:
        return self.lr * super().change(parameter, gradient)


MISCONCEPTIONS = (
    fixed("w = w - 0.01 * g", _NAME, lr=_HABIT),
    fixed("w = w - g", _NAME, lr=1.0),
    ascent_entry(_NAME, "w = w + lr * g", replayed(_Ascent)),
    rate_twice_entry(_NAME, "w = w - lr*lr * g", replayed(_RateTwice)),
    *decay_entries(_NAME, SGDRule, "lr*g"),
)
