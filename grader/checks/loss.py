"""The kind ``loss``: value, gradient, and behaviour on large inputs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grader.checks import calls, in_place, stability
from grader.checks.answers import Answer
from grader.checks.backward import explain
from grader.checks.base import (
    ComponentCheck,
    Finding,
    Problem,
    Share,
    Trial,
)
from grader.checks.component import Component
from grader.checks.follow_through import OwnForward
from grader.checks.in_place import InPlaceParams
from grader.checks.judging import DrawnCase, Judge, draw_cases
from grader.checks.stability import STABILITY, draw_extremes
from grader.contract.messages import Array, Call
from reference.operations.base import Family, Operation


class LossParams(InPlaceParams):
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
        extra = (STABILITY,) if stability.has_extremes(operation) else ()
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
        extremes = draw_extremes(trial, operation) if STABILITY in self.points else []
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
                found.append(stability.judged(judge, large))
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
        found = explain(found, judge, own, self.params.follow_through)
        return in_place.judged(found, operation, answers, self.params.in_place)

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
