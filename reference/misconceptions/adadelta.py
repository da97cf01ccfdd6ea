"""What goes wrong in Adadelta."""

from functools import partial

import numpy as np

from reference.misconceptions.base import Misconception
from reference.misconceptions.optimizers import (
    ascent_entry,
    fixed,
    rate_twice,
    rate_twice_entry,
    summed_entry,
    swapped_entry,
    unsquared_entry,
)
from reference.misconceptions.paths import Rule, replayed
from reference.operations.base import Array

_NAME = "adadelta"


class AdadeltaRule(Rule):
    """Scale each gradient by the ratio of two running root mean squares."""

    def gathered(self, squares: Array, value: Array) -> Array:
        """Return the new mean square of gradients or of steps."""
        kept = self.given["decay_rate"]
        return kept * squares + (1.0 - kept) * self.squared(value)

    def squared(self, value: Array) -> Array:
        """Return what is averaged."""
        return np.square(value)

    def step(self, steps: Array, squares: Array, gradient: Array) -> Array:
        """Return the step before the learning rate."""
        eps = self.given["eps"]
        return np.sqrt(steps + eps) / np.sqrt(squares + eps) * gradient

    def remembered(self, steps: Array, step: Array) -> Array:
        """Return the new mean square of the steps."""
        return self.gathered(steps, step)

    def divisor(self, before: Array, after: Array) -> Array:
        """Return the mean square of the gradients that a step uses."""
        return after

    def path(self, start: Array, gradients: Array) -> list[Array]:
        """Return the parameter after each gradient."""
        squares, steps = np.zeros_like(start), np.zeros_like(start)
        path = [start]
        for gradient in gradients:
            before, squares = squares, self.gathered(squares, gradient)
            step = self.step(steps, self.divisor(before, squares), gradient)
            steps = self.remembered(steps, step)
            path.append(path[-1] - self.lr * step)
        return path[1:]


class _NoEpsAbove(AdadeltaRule):
    def step(self, steps: Array, squares: Array, gradient: Array) -> Array:
        return np.sqrt(steps) / np.sqrt(squares + self.given["eps"]) * gradient


class _NoEpsBelow(AdadeltaRule):
    def step(self, steps: Array, squares: Array, gradient: Array) -> Array:
        return np.sqrt(steps + self.given["eps"]) / np.sqrt(squares) * gradient


class _EpsOutside(AdadeltaRule):
    def step(self, steps: Array, squares: Array, gradient: Array) -> Array:
        eps = self.given["eps"]
        return (np.sqrt(steps) + eps) / (np.sqrt(squares) + eps) * gradient


class _UpsideDown(AdadeltaRule):
    def step(self, steps: Array, squares: Array, gradient: Array) -> Array:
        eps = self.given["eps"]
        return np.sqrt(squares + eps) / np.sqrt(steps + eps) * gradient


class _NoRoots(AdadeltaRule):
    def step(self, steps: Array, squares: Array, gradient: Array) -> Array:
        eps = self.given["eps"]
        return (steps + eps) / (squares + eps) * gradient


class _NoSteps(AdadeltaRule):
    def step(self, steps: Array, squares: Array, gradient: Array) -> Array:
        return gradient / np.sqrt(squares + self.given["eps"])


class _RateRemembered(AdadeltaRule):
    def can_be_made(self) -> bool:
        return self.lr != 1.0

    def remembered(self, steps: Array, step: Array) -> Array:
        return self.gathered(steps, self.lr * step)


class _StepsForgotten(AdadeltaRule):
    def remembered(self, steps: Array, step: Array) -> Array:
        return steps


class _TooLate(AdadeltaRule):
    def divisor(self, before: Array, after: Array) -> Array:
        return before


class _NotSquared(AdadeltaRule):
    def squared(self, value: Array) -> Array:
        return value


class _NotWeighted(AdadeltaRule):
    def gathered(self, squares: Array, value: Array) -> Array:
        return self.given["decay_rate"] * squares + np.square(value)


class _Swapped(AdadeltaRule):
    def can_be_made(self) -> bool:
        return bool(self.given["decay_rate"] != 0.5)

    def gathered(self, squares: Array, value: Array) -> Array:
        kept = self.given["decay_rate"]
        return (1.0 - kept) * squares + kept * np.square(value)


_entry = partial(Misconception, operation=_NAME)
_eps = partial(
    _entry,
    id="M135",
    title="eps is missing or in the wrong place",
    hint=(
        "Set eps to 1 and take the first step by hand. In which places does it enter, "
        "and does it stand inside or outside the roots?"
    ),
)

MISCONCEPTIONS = (
    rate_twice_entry(_NAME, "w = w - lr*lr*d", rate_twice),
    rate_twice_entry(
        _NAME, "X = rho*X + (1 - rho)*(lr*d)*(lr*d)", replayed(_RateRemembered)
    ),
    fixed("lr = 1 whatever was asked for", _NAME, lr=1.0),
    fixed("rho = 0.9 whatever was asked for", _NAME, decay_rate=0.9),
    fixed("rho = 0.95 whatever was asked for", _NAME, decay_rate=0.95),
    ascent_entry(_NAME, "w = w + lr*d"),
    _eps(formula="d = sqrt(X) / sqrt(E + eps) * g", wrong=replayed(_NoEpsAbove)),
    _eps(formula="d = sqrt(X + eps) / sqrt(E) * g", wrong=replayed(_NoEpsBelow)),
    _eps(
        formula="d = (sqrt(X) + eps) / (sqrt(E) + eps) * g",
        wrong=replayed(_EpsOutside),
    ),
    swapped_entry(_NAME, "E = (1 - rho)*E + rho*g*g, and X alike", replayed(_Swapped)),
    _entry(
        id="M137",
        title="RMSProp in place of Adadelta",
        hint=(
            "What is the unit of your step if the parameter is measured in metres and "
            "the loss in euros? Is it metres?"
        ),
        formula="d = g / sqrt(E + eps)",
        wrong=replayed(_NoSteps),
    ),
    _entry(
        id="M138",
        title="squares of earlier steps are lost",
        hint=(
            "How many running averages does this rule keep, and what has each of them "
            "become after two steps?"
        ),
        formula="X stays 0",
        wrong=replayed(_StepsForgotten),
    ),
    summed_entry(_NAME, "E = rho*E + g*g, X = rho*X + d*d", replayed(_NotWeighted)),
    _entry(
        id="M142",
        title="parameter moved before the squares are updated",
        hint=(
            "Which gradients should be in your divisor during the very first step? "
            "Which ones are?"
        ),
        formula="d = sqrt(X + eps) / sqrt(E of the step before + eps) * g",
        wrong=replayed(_TooLate),
    ),
    _entry(
        id="M220",
        title="root forgotten",
        hint=(
            "Multiply every gradient by 100. What should that do to the length of the "
            "steps, and what does it do in your code?"
        ),
        formula="d = (X + eps) / (E + eps) * g",
        wrong=replayed(_NoRoots),
    ),
    unsquared_entry(
        _NAME,
        "E = rho*E + (1 - rho)*g, X = rho*X + (1 - rho)*d",
        replayed(_NotSquared),
    ),
    _entry(
        id="M229",
        title="ratio upside down",
        hint=(
            "Suppose that the gradients are a hundred times as large. Should the "
            "factor in front of them grow or shrink?"
        ),
        formula="d = sqrt(E + eps) / sqrt(X + eps) * g",
        wrong=replayed(_UpsideDown),
    ),
)
