"""Adam and its kin: two running averages, their corrections, and the mistakes."""

from functools import partial

import numpy as np

from reference.misconceptions.base import Misconception
from reference.misconceptions.optimizers import (
    RootRule,
    summed_entry,
    swapped_entry,
    unsquared_entry,
)
from reference.misconceptions.paths import NAMES, made, replayed
from reference.operations.base import Array

Pair = tuple[float, float]
Averages = tuple[Array, Array]


class MomentRule(RootRule):
    """Adam's step; AdamW and Nadam override parts of it."""

    @property
    def betas(self) -> Pair:
        """Return the shares of the old averages that are kept."""
        return self.given["beta1"], self.given["beta2"]

    @property
    def corrects(self) -> bool:
        """Tell whether the averages are corrected at all."""
        return bool(self.given.get("bias_correction", True))

    def seen(self, parameter: Array, gradient: Array) -> Array:
        """Return the gradient that both averages see."""
        return gradient

    def averaged(self, m: Array, v: Array, gradient: Array) -> Averages:
        """Return the new averages."""
        beta1, beta2 = self.betas
        m = beta1 * m + (1.0 - beta1) * gradient
        return m, beta2 * v + (1.0 - beta2) * np.square(gradient)

    def number(self, step: int) -> int:
        """Return t for a step that is counted from 0."""
        return step + 1

    def kept(self, t: int) -> Pair:
        """Return the share of the zero that each average still has of its start."""
        beta1, beta2 = self.betas
        return beta1**t, beta2**t

    def corrections(self, t: int) -> Pair:
        """Return what the averages are divided by."""
        first, second = self.kept(t)
        return (1.0 - first, 1.0 - second) if self.corrects else (1.0, 1.0)

    @property
    def rate(self) -> float:
        """Return the learning rate; 1 where the rule has none."""
        return 1.0 if self.given.get("step_size") == "none" else self.lr

    def change(self, m: Array, v: Array, gradient: Array, t: int) -> Array:
        """Return what a step adds to the parameter."""
        first, second = self.corrections(t)
        return self.over(-self.rate * m / first, v / second)

    def remembered(self, m: Array, v: Array, t: int) -> Averages:
        """Return what the next step finds."""
        return m, v

    def moved(self, parameter: Array, change: Array) -> Array:
        """Return the parameter after a step."""
        return parameter + change

    def path(self, start: Array, gradients: Array) -> list[Array]:
        """Return the parameter after each gradient."""
        m, v = np.zeros_like(start), np.zeros_like(start)
        path = [start]
        for step, given in enumerate(gradients):
            gradient, t = self.seen(path[-1], given), self.number(step)
            m, v = self.averaged(m, v, gradient)
            path.append(self.moved(path[-1], self.change(m, v, gradient, t)))
            m, v = self.remembered(m, v, t)
        return path[1:]


class CorrectionRule(MomentRule):
    """A mistake that needs a correction to be made in."""

    def can_be_made(self) -> bool:
        """Tell whether there is one."""
        return self.corrects


class _CorrectionConfused(MomentRule):
    @property
    def corrects(self) -> bool:
        return not super().corrects


class _OnlyFirst(CorrectionRule):
    def corrections(self, t: int) -> Pair:
        return super().corrections(t)[0], 1.0


class _OnlySecond(CorrectionRule):
    def corrections(self, t: int) -> Pair:
        return 1.0, super().corrections(t)[1]


class _CountedFromTwo(CorrectionRule):
    def number(self, step: int) -> int:
        return step + 2


class _NeverAdvances(CorrectionRule):
    def number(self, step: int) -> int:
        return 1


class _CountedPerParameter(CorrectionRule):
    def number(self, step: int) -> int:
        return len(NAMES) * step + self.position + 1


class _CorrectedTwice(CorrectionRule):
    def corrections(self, t: int) -> Pair:
        first, second = super().corrections(t)
        return first**2, second**2


class _Multiplied(CorrectionRule):
    def corrections(self, t: int) -> Pair:
        first, second = super().corrections(t)
        return 1.0 / first, 1.0 / second


class _StoredBack(CorrectionRule):
    def remembered(self, m: Array, v: Array, t: int) -> Averages:
        first, second = self.corrections(t)
        return m / first, v / second


class _RootFirst(CorrectionRule):
    """``eps`` joins the second average before that is corrected."""

    def can_be_made(self) -> bool:
        return super().can_be_made() and self.given["eps_place"] != "none"

    def change(self, m: Array, v: Array, gradient: Array, t: int) -> Array:
        first, second = self.corrections(t)
        return self.over(-self.rate * m / first, v) * np.sqrt(second)


class _Exchanged(MomentRule):
    @property
    def betas(self) -> Pair:
        beta1, beta2 = super().betas
        return beta2, beta1


class _Swapped(MomentRule):
    def averaged(self, m: Array, v: Array, gradient: Array) -> Averages:
        beta1, beta2 = self.betas
        m = (1.0 - beta1) * m + beta1 * gradient
        return m, (1.0 - beta2) * v + beta2 * np.square(gradient)


class _NotWeighted(MomentRule):
    def averaged(self, m: Array, v: Array, gradient: Array) -> Averages:
        beta1, beta2 = self.betas
        return beta1 * m + gradient, beta2 * v + np.square(gradient)


class _NotSquared(MomentRule):
    def averaged(self, m: Array, v: Array, gradient: Array) -> Averages:
        beta2 = self.betas[1]
        m, _ = super().averaged(m, v, gradient)
        return m, beta2 * v + (1.0 - beta2) * gradient


class _FromFirst(MomentRule):
    def averaged(self, m: Array, v: Array, gradient: Array) -> Averages:
        beta2 = self.betas[1]
        m, _ = super().averaged(m, v, gradient)
        return m, beta2 * v + (1.0 - beta2) * np.square(m)


class _PresentGradient(MomentRule):
    def change(self, m: Array, v: Array, gradient: Array, t: int) -> Array:
        first, _ = self.corrections(t)
        return super().change(first * gradient, v, gradient, t)


def average_entries(
    operation: str, rule: type[MomentRule]
) -> tuple[Misconception, ...]:
    """Return what can be wrong with the averages themselves."""
    entry = partial(Misconception, operation=operation)
    return (
        swapped_entry(
            operation,
            "m = (1 - beta1)*m + beta1*g, v = (1 - beta2)*v + beta2*g*g",
            replayed(made(_Swapped, rule)),
        ),
        summed_entry(
            operation,
            "m = beta1*m + g, v = beta2*v + g*g",
            replayed(made(_NotWeighted, rule)),
        ),
        unsquared_entry(
            operation, "v = beta2*v + (1 - beta2)*g", replayed(made(_NotSquared, rule))
        ),
        entry(
            id="M225",
            title="beta1 and beta2 exchanged",
            hint=(
                "Set beta1 to 0 and leave beta2 as it is. Which of the two averages "
                "should lose its memory, and which one does?"
            ),
            formula="m = beta2*m + (1 - beta2)*g, v = beta1*v + (1 - beta1)*g*g",
            wrong=replayed(made(_Exchanged, rule)),
        ),
        entry(
            id="M226",
            title="second average taken over the first one",
            hint=(
                "Let the gradient change its sign at every step. What should the "
                "second average tell about its size, and what does yours tell?"
            ),
            formula="v = beta2*v + (1 - beta2)*m*m",
            wrong=replayed(made(_FromFirst, rule)),
        ),
    )


_PARTLY = (
    "M130",
    "only one of the two averages is corrected",
    "Both averages start at zero. Which of them do you correct for that?",
)
_CORRECTIONS: tuple[tuple[tuple[str, str, str], str, type], ...] = (
    (
        (
            "M129",
            "bias correction left out, or made where none is asked for",
            "What is the average of a zero and one gradient under your weights? Does "
            "the rule that you were given make up for that start?",
        ),
        "no average is divided by its correction, or both are unasked",
        _CorrectionConfused,
    ),
    (_PARTLY, "V = v, without correction", _OnlyFirst),
    (_PARTLY, "M = m, without correction", _OnlySecond),
    (
        (
            "M131",
            "step counter starts one too high",
            "Print t during the very first step. Which number should it be?",
        ),
        "t = 2 at the first step",
        _CountedFromTwo,
    ),
    (
        (
            "M132",
            "correction stays that of the first step",
            "Print both corrections at steps 1 and 5. Should they be the same numbers?",
        ),
        "both corrections as for t = 1 at every step",
        _NeverAdvances,
    ),
    (
        (
            "M224",
            "step counter advanced once for every parameter",
            "Print t while an optimizer with two parameters takes its first two steps. "
            "How many different numbers should you see?",
        ),
        "t = 1, 3, 5, ... for weight and 2, 4, 6, ... for bias",
        _CountedPerParameter,
    ),
    (
        (
            "M133",
            "corrected averages are stored back",
            "Which numbers should the next step find: the averages as they were "
            "gathered, or as they were used?",
        ),
        "m = M, v = V after the step",
        _StoredBack,
    ),
    (
        (
            "M134",
            "correction applied twice",
            "Follow one gradient of 1 through the first step. What do both averages "
            "come to after the correction, and what should they be?",
        ),
        "both averages are divided by their corrections twice",
        _CorrectedTwice,
    ),
    (
        (
            "M229",
            "ratio upside down",
            "At the first step, is the average smaller or larger than the gradient "
            "itself? What must the correction then do to it?",
        ),
        "both averages are multiplied by their corrections",
        _Multiplied,
    ),
)
"""Number, title and hint, then the formula and the rule that is wrong."""


def correction_entries(
    operation: str, rule: type[MomentRule]
) -> tuple[Misconception, ...]:
    """Return what can be wrong with the bias correction."""
    return tuple(
        Misconception(
            number, operation, title, hint, formula, replayed(made(mistake, rule))
        )
        for (number, title, hint), formula, mistake in _CORRECTIONS
    )


def step_entries(operation: str, rule: type[MomentRule]) -> tuple[Misconception, ...]:
    """Return what can be wrong with the step of Adam and AdamW."""
    return (
        Misconception(
            "M135",
            operation,
            "eps is missing or in the wrong place",
            "Set eps to 1 and take the first step by hand. What exactly is it added "
            "to, and is that what the formula says?",
            "w = w - lr * sqrt(1 - beta2^t) * M / (sqrt(v) + eps)",
            replayed(made(_RootFirst, rule)),
        ),
        Misconception(
            "M137",
            operation,
            "step of RMSProp in place of Adam's",
            "Which of the two averages stands above the fraction line, and which one "
            "below? Is either of them never read?",
            "w = w - lr * g / (sqrt(V) + eps)",
            replayed(made(_PresentGradient, rule)),
        ),
    )
