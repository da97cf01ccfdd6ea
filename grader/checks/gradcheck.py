"""The kind ``gradcheck``: backward against the student's own forward.

This explains and needs no reference answer: a layer whose forward is wrong can still
have a backward that belongs to it. It cannot see a pair that is wrong in the same way.

Where it carries points, nothing is a fail but a slope that was measured and differs, or
a forward that has no slope to measure: it is not finite, or answers differently each
time, or does not react to an input. If steps, directions and inputs were changed and
there still is no conclusion, the quantity is ``BROKEN``: it scores nothing, and the
report needs attention. Neither a zero nor points are given for what nobody knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import Field

from grader.checks import calls, evidence
from grader.checks.answers import Answer
from grader.checks.base import (
    SINGLE,
    ComponentCheck,
    ComponentParams,
    Finding,
    Points,
    Trial,
)
from grader.checks.component import Component
from grader.checks.feedback import gradcheck as words
from grader.checks.follow_through import weights
from grader.checks.judging import Judge
from grader.checks.mistakes import as_derivatives
from grader.checks.own_forward import (
    DOUBLE,
    Consistency,
    Doubt,
    Precision,
    Slope,
    slopes,
)
from grader.checks.presentation import leniency
from grader.contract.messages import Array, Call
from grader.report import Verdict
from reference.operations.base import Family, Operation

# The first steps decide; the others only draw the curve of error against step size.
LADDER = Precision(DOUBLE.unit, (*DOUBLE.ladder, 2.0**-6, 2.0**-9, 2.0**-25, 2.0**-30))
QUANTITY = "gradcheck"
# A direction may cross a kink or, in single precision, drown in rounding; so may all
# directions at one point.
TRIES = 3
INPUTS = (0, 1, 0)
# What the student's forward is at fault for; the rest is nobody's fault.
FAULTS = (Doubt.NOT_FINITE, Doubt.RANDOM, Doubt.BLUNT)

Arrays = Mapping[str, Array]


class GradcheckParams(ComponentParams):
    """Keys of ``kind = "gradcheck"``; one quantity, ``gradcheck``, or the gradients.

    Parameters
    ----------
    points
        0 if left out: feedback only. A number for all gradients together, or a table
        with a number for each.
    """

    points: Points = Field(default={SINGLE: 0.0})


class GradcheckCheck(ComponentCheck):
    """Measure slopes of the student's forward against the student's gradients."""

    kind = "gradcheck"
    Params = GradcheckParams
    families = (Family.LAYER, Family.LOSS)
    needs_answer = False

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``gradcheck``, or the names of the gradients if points name them."""
        if set(params.points) <= {SINGLE, QUANTITY}:
            return (QUANTITY,)
        return tuple(components[params.component].reference().gradients)

    @property
    def default_title(self) -> str:
        """Say what is compared with what."""
        return f"{self.component}: backward against your own forward"

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Measure until everything is clear, then conclude about each quantity."""
        operation = self.part.reference()
        names = list(operation.gradients if QUANTITY in self.points else self.points)
        survey = _Survey()
        # A remark is not worth the time that points are.
        inputs = INPUTS if any(self.points.values()) else INPUTS[:1]
        for number, variant in enumerate(inputs):
            arrays = operation.draw(trial.rng(f"inputs {number}"), variant=variant)
            unclear = survey.unclear(names)
            self._survey(survey, trial, operation, arrays, unclear, number)
            if not survey.unclear(names):
                break
        for quantity, points in self.points.items():
            about = names if quantity == QUANTITY else [quantity]
            verdict = _Conclusion(
                self._judge(trial, operation), quantity, about, survey
            )
            yield verdict.finding(is_graded=points > 0)

    def _judge(self, trial: Trial, operation: Operation) -> Judge:
        policy = self.params.single_precision
        return Judge(trial, self.part, operation, policy, (), ())

    def _survey(
        self,
        survey: "_Survey",
        trial: Trial,
        operation: Operation,
        arrays: Arrays,
        names: Sequence[str],
        number: int,
    ) -> None:
        """Measure the slopes of some gradients at one input."""
        (answer,) = trial.ask([self._call(operation, arrays, backward=True)])
        outputs = weights(operation, arrays)
        lost = next((name for name in outputs if name not in answer.arrays), None)
        there = [] if lost else [name for name in names if name in answer.arrays]
        for name in names:
            if name not in there:
                survey.missing[name] = (answer, lost or name)
        sources = {name: operation.gradients[name] for name in there}
        right = {name: arrays[source] for name, source in sources.items()}
        given = leniency.accepted(right, answer.arrays, self.part.accept)
        gradients = as_derivatives(operation, arrays, {n: given[n] for n in there})
        for name, gradient in gradients.items():
            if gradient.shape != right[name].shape or gradient.dtype.kind not in "fiub":
                survey.unfit[name] = (gradient, right[name].shape)
        claimed = {
            source: gradients[name]
            for name, source in sources.items()
            if name not in survey.unfit
        }
        if claimed:
            rng = trial.rng(f"directions {number}" if number else "directions")
            found = self._measured(trial, operation, arrays, claimed, rng)
            names_of = {source: name for name, source in sources.items()}
            survey.slopes |= {names_of[source]: one for source, one in found.items()}

    def _measured(
        self,
        trial: Trial,
        operation: Operation,
        arrays: Arrays,
        claimed: Arrays,
        rng: np.random.Generator,
    ) -> dict[str, Slope]:
        """Measure each slope; where one direction decides nothing, try another."""
        measured: dict[str, Slope] = {}
        unclear = dict(claimed)
        for _ in range(TRIES):
            measured |= slopes(
                trial.ask,
                lambda values: self._call(operation, values, backward=False),
                arrays,
                unclear,
                weights(operation, arrays),
                rng,
                precision=LADDER,
                directions=1,
                beside=claimed,
            )
            unclear = {
                source: claimed[source]
                for source, slope in measured.items()
                if slope.consistency is Consistency.INCONCLUSIVE
            }
            if not unclear:
                break
        return measured

    def _call(
        self, operation: Operation, arrays: Mapping[str, Array], *, backward: bool
    ) -> Call:
        make = calls.layer if operation.family is Family.LAYER else calls.loss
        return make(self.part, operation, arrays, backward=backward)


@dataclass(slots=True)
class _Survey:
    """What is known so far, by name of the gradient.

    Parameters
    ----------
    missing
        The answer that lacks something, and what it lacks first.
    unfit
        A gradient that cannot be checked, and the shape that it should have.
    """

    slopes: dict[str, Slope] = field(default_factory=dict)
    missing: dict[str, tuple[Answer, str]] = field(default_factory=dict)
    unfit: dict[str, tuple[Array, tuple[int, ...]]] = field(default_factory=dict)

    def unclear(self, names: Sequence[str]) -> list[str]:
        """Return those gradients about which nothing is known yet."""
        return [
            name
            for name in names
            if name not in self.missing
            and name not in self.unfit
            and (
                name not in self.slopes
                or self.slopes[name].consistency is Consistency.INCONCLUSIVE
            )
        ]

    def named(self, names: Sequence[str], consistency: Consistency) -> list[str]:
        """Return those gradients whose slopes came out in one way."""
        return [
            name
            for name in names
            if name in self.slopes and self.slopes[name].consistency is consistency
        ]


@dataclass(frozen=True, slots=True)
class _Conclusion:
    """What a survey means for one quantity, which is about some gradients."""

    judge: Judge
    quantity: str
    names: Sequence[str]
    survey: _Survey

    def finding(self, *, is_graded: bool) -> Finding:
        """Fail for any gradient that is no slope; pass only if all are known to be."""
        survey = self.survey
        for name in self.names:
            if name in survey.missing:
                return self._errored(*survey.missing[name])
            if name in survey.unfit:
                message = words.unfit(self._spoken(name), *survey.unfit[name])
                return Finding(self.quantity, Verdict.FAILED, message)
        wrong = survey.named(self.names, Consistency.INCONSISTENT)
        if wrong:
            return self._wrong(wrong)
        unclear = survey.unclear(self.names)
        if unclear:
            return self._unclear(unclear, is_graded=is_graded)
        message = words.passed(self.names)
        return Finding(self.quantity, Verdict.PASSED, message, evidence=self._curves())

    def _wrong(self, wrong: Sequence[str]) -> Finding:
        first = self.survey.slopes[wrong[0]]
        facts = self._curves() | {
            "expected": evidence.number(first.measured),
            "got": evidence.number(first.claimed),
            "tolerance": evidence.number(first.tolerance),
        }
        message = " ".join(
            words.failed(
                self._spoken(name),
                self.judge.operation.gradients[name],
                self.survey.slopes[name].measured,
                self.survey.slopes[name].claimed,
            )
            for name in wrong
        )
        return Finding(self.quantity, Verdict.FAILED, message, evidence=facts)

    def _unclear(self, unclear: Sequence[str], *, is_graded: bool) -> Finding:
        """Conclude where there is no slope; without points that is only a remark."""
        facts = self._curves()
        if not is_graded:
            message = words.undecided(unclear)
            return Finding(self.quantity, Verdict.SKIPPED, message, evidence=facts)
        for name in unclear:
            doubt = self.survey.slopes[name].doubt
            if doubt in FAULTS:
                source = self.judge.operation.gradients[name]
                message = words.no_slope(doubt, source)
                return Finding(self.quantity, Verdict.FAILED, message, evidence=facts)
        message = f"{words.undecided(unclear)} {words.SOMEBODY_LOOKS}"
        return Finding(self.quantity, Verdict.BROKEN, message, evidence=facts)

    def _curves(self) -> evidence.Evidence:
        return {
            "curves": {
                name: evidence.curves("step size", steps=one.steps, error=one.errors)
                for name in self.names
                if (one := self.survey.slopes.get(name)) is not None
            }
        }

    def _errored(self, answer: Answer, missing: str) -> Finding:
        trouble = answer.trouble_before(missing)
        assert trouble is not None  # noqa: S101 - it is missing, so there is a reason
        found = self.judge.errored(missing, trouble)
        return Finding(
            self.quantity, Verdict.ERRORED, found.message, evidence=found.evidence
        )

    def _spoken(self, name: str) -> str:
        return self.judge.spoken(name)
