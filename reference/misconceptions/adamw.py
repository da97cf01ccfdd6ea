"""What goes wrong in AdamW."""

from reference.misconceptions.moments import (
    MomentRule,
    average_entries,
    correction_entries,
    step_entries,
)
from reference.misconceptions.optimizers import (
    ascent_entry,
    fixed,
    rate_twice_entry,
    root_entries,
)
from reference.misconceptions.paths import replayed
from reference.misconceptions.weight_decays import (
    DecayMistake,
    DecayRule,
    decay_entries,
    place_entry,
)
from reference.operations.base import Array

_NAME = "adamw"


class AdamWRule(DecayRule, MomentRule):
    """Adam's step with a decay beside it."""

    def moved(self, parameter: Array, change: Array) -> Array:
        """Return the parameter after a step."""
        return parameter - self.shrinkage(parameter) + change


class _Both(DecayMistake, AdamWRule):
    def seen(self, parameter: Array, gradient: Array) -> Array:
        return gradient + self.decay * parameter


class _Coupled(_Both):
    def shrinkage(self, parameter: Array) -> Array:
        return 0.0 * parameter


class _Afterwards(DecayMistake, AdamWRule):
    def moved(self, parameter: Array, change: Array) -> Array:
        moved = parameter + change
        return moved - self.shrinkage(moved)


class _Ascent(AdamWRule):
    def moved(self, parameter: Array, change: Array) -> Array:
        return super().moved(parameter, -change)


class _RateTwice(AdamWRule):
    def can_be_made(self) -> bool:
        return self.lr != 1.0

    def moved(self, parameter: Array, change: Array) -> Array:
        return super().moved(parameter, self.lr * change)


_place = place_entry(_NAME)

MISCONCEPTIONS = (
    rate_twice_entry(
        _NAME,
        "w = w - lr*weight_decay*w - lr*lr * M / (sqrt(V) + eps)",
        replayed(_RateTwice),
    ),
    fixed("w = w - weight_decay*w - M / (sqrt(V) + eps)", _NAME, lr=1.0),
    fixed(
        "beta1 = 0.9, beta2 = 0.999 whatever was asked for",
        _NAME,
        beta1=0.9,
        beta2=0.999,
    ),
    fixed("lr = 0.001 whatever was asked for", _NAME, lr=0.001),
    fixed("weight_decay = 0.01 whatever was asked for", _NAME, weight_decay=0.01),
    ascent_entry(
        _NAME,
        "w = w - lr*weight_decay*w + lr * M / (sqrt(V) + eps)",
        replayed(_Ascent),
    ),
    *root_entries(_NAME, AdamWRule, "M", "V"),
    *step_entries(_NAME, AdamWRule),
    *correction_entries(_NAME, AdamWRule),
    *average_entries(_NAME, AdamWRule),
    *decay_entries(_NAME, AdamWRule, "lr * M / (sqrt(V) + eps)"),
    _place(
        formula="g = g + weight_decay*w in both averages, as in Adam with a penalty",
        wrong=replayed(_Coupled),
    ),
    _place(
        formula="g = g + weight_decay*w in both averages, and the decay as well",
        wrong=replayed(_Both),
    ),
    _place(
        formula="w = (1 - lr*weight_decay) * (w - lr * M / (sqrt(V) + eps))",
        wrong=replayed(_Afterwards),
    ),
)
