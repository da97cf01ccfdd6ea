"""Mistakes about a weight decay that is taken beside the step."""

from functools import partial

from reference.misconceptions.base import Misconception
from reference.misconceptions.optimizers import ignored_entry
from reference.misconceptions.paths import NAMES, Rule, made, replayed
from reference.operations.base import Array, Arrays, Operation


class DecayRule(Rule):
    """A rule with a decay; a mistake overrides what it takes from the parameter."""

    @property
    def decay(self) -> float:
        """Return the weight decay, 0 where there is none."""
        return self.given["weight_decay"]

    def shrinkage(self, parameter: Array) -> Array:
        """Return what the decay takes from the parameter in a step."""
        return self.lr * self.decay * parameter


class DecayMistake(DecayRule):
    """A mistake that needs a decay to be made in."""

    def can_be_made(self) -> bool:
        """Tell whether there is one."""
        return self.decay != 0.0


class _Growing(DecayMistake):
    def shrinkage(self, parameter: Array) -> Array:
        return -super().shrinkage(parameter)


class _Doubled(DecayMistake):
    def shrinkage(self, parameter: Array) -> Array:
        return 2.0 * super().shrinkage(parameter)


class _NoRate(DecayMistake):
    def can_be_made(self) -> bool:
        return super().can_be_made() and self.lr != 1.0

    def shrinkage(self, parameter: Array) -> Array:
        return self.decay * parameter


class _Missing(DecayMistake):
    def shrinkage(self, parameter: Array) -> Array:
        return 0.0 * parameter


def place_entry(operation: str) -> "partial[Misconception]":
    """Return M66, which waits for its formula."""
    return partial(
        Misconception,
        id="M66",
        operation=operation,
        title="weight decay enters in the wrong place",
        hint=(
            "Write one step with a gradient of 1 down. What is the decay multiplied "
            "by, and which number does it act on: the gradient, or the parameter "
            "before or after the step?"
        ),
    )


def decay_entries(
    operation: str, rule: type[DecayRule], step: str
) -> tuple[Misconception, ...]:
    """Return what can be wrong with a decay.

    Parameters
    ----------
    step
        What is subtracted besides it, as a formula.
    """
    entry = partial(Misconception, operation=operation)
    missing = replayed(made(_Missing, rule))

    def on_weight_only(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        wrong = missing(operation, arrays)
        return {name: wrong[name] for name in NAMES[1:] if name in wrong}

    return (
        ignored_entry(operation, f"w = w - {step}, without the decay", missing),
        entry(
            id="M60",
            title="weight decay off by a factor of two",
            hint=(
                "Differentiate the penalty as the assignment writes it, its constant "
                "included. Which factor is in front of the parameter?"
            ),
            formula=f"w = w - 2*lr*weight_decay*w - {step}",
            wrong=replayed(made(_Doubled, rule)),
        ),
        entry(
            id="M62",
            title="biases left out of the weight decay",
            hint=(
                "Give every gradient the value 0. Which of your parameters shrink, and "
                "which should according to the assignment?"
            ),
            formula="the decay acts on weight only",
            wrong=on_weight_only,
        ),
        place_entry(operation)(
            formula=f"w = w - weight_decay*w - {step}",
            wrong=replayed(made(_NoRate, rule)),
        ),
        entry(
            id="M228",
            title="weight decay lets the parameter grow",
            hint=(
                "Give every gradient the value 0. Does your parameter come closer to "
                "zero with every step?"
            ),
            formula=f"w = w + lr*weight_decay*w - {step}",
            wrong=replayed(made(_Growing, rule)),
        ),
    )
