"""The kind ``initializer``: the moments of what an initialiser draws.

The numbers are random and the student's own, so they are judged by mean and variance of
at least 10,000 of them. Six standard errors fail right code twice in 10^9 draws and see
a variance that is off by a tenth. A known mistake is named only if its moments fit the
draws as well as the right ones should have, and no other mistake fits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.checks import calls, evidence
from grader.checks.answers import Answer
from grader.checks.base import (
    ComponentCheck,
    ComponentParams,
    Finding,
    Trial,
)
from grader.checks.component import Component
from grader.checks.feedback import comparing, troubles
from grader.checks.feedback import initializer as words
from grader.checks.mistakes import wrong_answer
from grader.contract.messages import Array
from grader.report import Diagnosis, Verdict
from reference import misconceptions
from reference.misconceptions import Misconception
from reference.operations.base import Family, Operation

WEIGHT = "weight"
MEAN = "mean"
VARIANCE = "variance"
VARIANTS = (0, 1)
STANDARD_ERRORS = 6.0
# Of the value itself, where nothing is random: a constant in single precision is right.
EXACT = 2.0**-20


class InitializerParams(ComponentParams):
    """Keys of ``kind = "initializer"``; quantities ``mean`` and ``variance``."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """One moment of one draw: what is right, what came, how far it may be off."""

    expected: float
    got: float
    allowed: float

    @property
    def is_right(self) -> bool:
        return abs(self.got - self.expected) <= self.allowed


class InitializerCheck(ComponentCheck):
    """Draw weights of two shapes and compare their moments with the stated ones."""

    kind = "initializer"
    Params = InitializerParams
    families = (Family.INITIALIZER,)

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``mean`` and ``variance``."""
        return (MEAN, VARIANCE)

    @property
    def default_title(self) -> str:
        """Say what is judged."""
        return f"{self.component}: mean and variance"

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask for one draw of each shape and one more, then explain what failed."""
        operation = self.part.reference()
        drawn = [
            operation.draw(trial.rng(f"shape {variant}"), variant=variant)
            for variant in VARIANTS
        ]
        asked = [*drawn, drawn[0]]
        seeds = trial.rng("draws").integers(2**32, size=len(asked))
        *answers, again = trial.ask(
            [
                replace(calls.initializer(self.part, operation, arrays), seed=int(seed))
                for arrays, seed in zip(asked, seeds, strict=True)
            ]
        )
        findings = [
            self._finding(trial, quantity, operation, drawn, answers)
            for quantity in self.points
        ]
        if _is_random(operation, drawn[0]) and _are_same(answers[0], again):
            findings = [_repeated(finding) for finding in findings]
        if all(finding.verdict is not Verdict.FAILED for finding in findings):
            return findings
        diagnosis = _diagnosis(operation, drawn, answers)
        return [
            replace(finding, diagnosis=diagnosis)
            if finding.verdict is Verdict.FAILED
            else finding
            for finding in findings
        ]

    def _finding(
        self,
        trial: Trial,
        quantity: str,
        operation: Operation,
        drawn: Sequence[Mapping[str, Array]],
        answers: Sequence[Answer],
    ) -> Finding:
        for arrays, answer in zip(drawn, answers, strict=True):
            trouble = answer.trouble_before(WEIGHT)
            if trouble is not None:
                message = troubles.trouble(trouble, trial.limits, self.component)
                facts = evidence.of_trouble(trouble, trial.files)
                return Finding(quantity, Verdict.ERRORED, message, evidence=facts)
            shape = _shape(arrays)
            wrong = _unusable(answer.arrays[WEIGHT], shape)
            if wrong:
                return Finding(quantity, Verdict.FAILED, wrong)
            right = operation.answer(arrays)
            moment = _moments(answer.arrays[WEIGHT], right)[quantity]
            facts = {
                "shape": list(shape),
                "expected": evidence.number(moment.expected),
                "got": evidence.number(moment.got),
                "tolerance": evidence.number(moment.allowed),
            }
            if not moment.is_right:
                numbers = moment.expected, moment.got
                message = words.moment_wrong(quantity, shape, numbers)
                return Finding(quantity, Verdict.FAILED, message, evidence=facts)
        message = comparing.right(f"The {quantity} of the drawn weights")
        return Finding(quantity, Verdict.PASSED, message, evidence=facts)


def _is_random(operation: Operation, arrays: Mapping[str, Array]) -> bool:
    return float(operation.answer(arrays)[VARIANCE]) > 0


def _are_same(first: Answer, again: Answer) -> bool:
    """Tell whether two draws of one shape hold the same numbers, not all equal."""
    one, other = first.arrays.get(WEIGHT), again.arrays.get(WEIGHT)
    if one is None or other is None or one.size == 0:
        return False
    return bool(np.array_equal(one, other) and np.any(one != one.flat[0]))


def _repeated(finding: Finding) -> Finding:
    """Say beside moments that are right that every draw is the same.

    That costs nothing: some courses want it, so that results can be compared.
    """
    if finding.verdict is not Verdict.PASSED:
        return finding
    facts = {**finding.evidence, "notice": words.REPEATED}
    message = f"{finding.message} {words.REPEATED}"
    return replace(finding, message=message, diagnosis=words.SAME_SEED, evidence=facts)


def _shape(arrays: Mapping[str, Array]) -> tuple[int, ...]:
    return tuple(int(length) for length in arrays["shape"])


def _unusable(weight: Array, shape: tuple[int, ...]) -> str:
    """Say why a draw has no moments to speak of, or nothing."""
    if weight.shape != shape:
        return words.wrong_shape(weight.shape, shape)
    if weight.dtype.kind not in "fiu" or not np.isfinite(weight).all():
        return words.NOT_FINITE
    return ""


def _moments(weight: Array, right: Mapping[str, Array]) -> dict[str, _Moment]:
    values = weight.astype(np.float64)
    mean, variance = float(right[MEAN]), float(right[VARIANCE])
    # The variance of n normal numbers is known to sqrt(2/n) of itself; that of uniform
    # ones is known better.
    spread = STANDARD_ERRORS * variance * np.sqrt(2.0 / values.size)
    standard_error = STANDARD_ERRORS * np.sqrt(variance / values.size)
    exact = EXACT * max(abs(mean), np.sqrt(variance))
    return {
        MEAN: _Moment(mean, float(values.mean()), float(standard_error + exact)),
        VARIANCE: _Moment(variance, float(values.var()), float(spread + exact**2)),
    }


def _diagnosis(
    operation: Operation,
    drawn: Sequence[Mapping[str, Array]],
    answers: Sequence[Answer],
) -> Diagnosis | None:
    """Name the only known mistake whose moments explain the draws of both shapes."""
    weights = []
    for arrays, answer in zip(drawn, answers, strict=True):
        weight = answer.arrays.get(WEIGHT)
        if weight is None or _unusable(weight, _shape(arrays)):
            return None
        weights.append(weight)
    explaining = [
        entry
        for entry in misconceptions.for_operation(operation.name)
        if _explains(entry, operation, drawn, weights)
    ]
    if len(explaining) != 1:
        return None
    (entry,) = explaining
    return Diagnosis(entry.id, entry.title, entry.hint)


def _explains(
    entry: Misconception,
    operation: Operation,
    drawn: Sequence[Mapping[str, Array]],
    weights: Sequence[Array],
) -> bool:
    for arrays, weight in zip(drawn, weights, strict=True):
        changed = wrong_answer(entry, operation, arrays)
        if not changed:
            return False
        moments = _moments(weight, {**operation.answer(arrays), **changed})
        if not all(moment.is_right for moment in moments.values()):
            return False
    return True
