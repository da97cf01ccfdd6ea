"""The kind ``loss``: value, gradient, and behaviour on large inputs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks import calls, feedback
from grader.checks.answers import Answer
from grader.checks.backward import explain
from grader.checks.base import (
    Component,
    ComponentCheck,
    ComponentParams,
    Finding,
    Problem,
    Share,
    Trial,
)
from grader.checks.compare import largest, reference_answer
from grader.checks.follow_through import OwnForward
from grader.checks.judging import DrawnCase, Judge, draw_cases
from grader.contract.messages import Array, Call
from grader.report import Verdict
from reference.operations.base import Family, Operation

STABILITY = "stability"
# Two draws, so that a diagnosis is confirmed here as well.
EXTREMES = (0, 1)


class LossParams(ComponentParams):
    """Keys of ``kind = "loss"``: quantities ``loss``, its gradient, ``stability``.

    Parameters
    ----------
    follow_through
        Share of the gradient's points that is earned when it is wrong only because
        the value is: it is the derivative of the student's own loss.
    """

    follow_through: Share = 0.0


class LossCheck(ComponentCheck):
    """Compare value and gradient; then both again on inputs around 1000 and -1000."""

    kind = "loss"
    Params = LossParams
    families = (Family.LOSS,)
    params: LossParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``loss``, the gradient, and ``stability`` where that is defined."""
        operation = components[params.component].reference()
        # The numbers do not matter here, only whether there are any.
        extreme = operation.extreme(np.random.default_rng(0))
        extra = () if extreme is None else (STABILITY,)
        return (*operation.quantities, *extra)

    @property
    def default_title(self) -> str:
        """Say what is judged."""
        return f"{self.component}: value and gradient"

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say where stability is asked for and there is nothing to overflow."""
        problems = super().problems(params, components)
        return [
            (path, "this loss has no exponentials that could overflow")
            if path == ("points", STABILITY)
            else (path, reason)
            for path, reason in problems
        ]

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask for values alone first: a fault in backward must not cost them."""
        operation = self.part.reference()
        cases = draw_cases(trial, operation)
        extremes = self._extremes(trial, operation)
        every = [*cases, *extremes]
        answers = trial.ask(
            [
                self._call(operation, case.arrays, backward=backward)
                for backward in (False, True)
                for case in every
            ]
        )
        values, full = answers[: len(every)], answers[len(every) :]
        count = len(cases)
        valued = self._judge(trial, operation, cases, values[:count])
        judge = self._judge(trial, operation, cases, full[:count])
        large = self._judge(trial, operation, extremes, full[count:])
        found = []
        for quantity in self.points:
            if quantity == STABILITY:
                found.append(self._stability(judge, large))
            elif quantity == operation.output:
                found.append(valued.finding(quantity))
            else:
                found.append(judge.finding(quantity))
        own = OwnForward(
            trial,
            operation,
            lambda arrays: self._call(operation, arrays, backward=False),
            lambda arrays: self._call(operation, arrays, backward=True),
        )
        return explain(found, judge, own, self.params.follow_through)

    def _extremes(self, trial: Trial, operation: Operation) -> list[DrawnCase]:
        if STABILITY not in self.points:
            return []
        cases = []
        for number in EXTREMES:
            rng = trial.rng(f"extreme {number}")
            arrays = operation.extreme(rng) or {}
            expected = reference_answer(operation, arrays, rng)
            cases.append(DrawnCase(arrays, expected, number))
        return cases

    def _stability(self, plain: Judge, large: Judge) -> Finding:
        """Judge value and gradient on large inputs as one quantity.

        A mistake that shows on plain inputs as well is charged there, not here: large
        inputs pass if the very same known mistake explains the answers to them.
        """
        for quantity in large.operation.quantities:
            found = large.finding(quantity)
            if found.verdict is Verdict.PASSED or _is_same_mistake(
                found, plain.finding(quantity)
            ):
                continue
            message = found.message
            if found.verdict is Verdict.FAILED:
                size = largest(large.cases[0].arrays[large.operation.inputs[0]])
                message = feedback.unstable(message, round(size, -3))
            return Finding(
                STABILITY,
                found.verdict,
                message,
                diagnosis=found.diagnosis,
                evidence=found.evidence,
            )
        return Finding(STABILITY, Verdict.PASSED, feedback.STABLE)

    def _judge(
        self,
        trial: Trial,
        operation: Operation,
        cases: Sequence[DrawnCase],
        answers: Sequence[Answer],
    ) -> Judge:
        policy = self.params.single_precision
        return Judge(trial, self.part, operation, policy, cases, answers)

    def _call(
        self, operation: Operation, arrays: Mapping[str, Array], *, backward: bool
    ) -> Call:
        return calls.loss(self.part, operation, arrays, backward=backward)


def _is_same_mistake(large: Finding, plain: Finding) -> bool:
    if large.diagnosis is None or plain.diagnosis is None:
        return False
    return large.diagnosis.id == plain.diagnosis.id
