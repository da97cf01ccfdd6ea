"""The kind ``backward``: every gradient of a layer."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from grader.checks import calls, in_place
from grader.checks.base import (
    ComponentCheck,
    Finding,
    Share,
    Trial,
)
from grader.checks.component import Component
from grader.checks.feedback import comparing
from grader.checks.follow_through import OwnForward
from grader.checks.in_place import InPlaceParams
from grader.checks.judging import SMALLEST, Judge, draw_cases
from grader.report import Verdict
from reference.operations.base import Family


class BackwardParams(InPlaceParams):
    """Keys of ``kind = "backward"``; one quantity for each gradient.

    Parameters
    ----------
    follow_through
        Share of a gradient's points that is earned when it is wrong only because
        forward is: it is the derivative of the student's own forward.
    """

    follow_through: Share = 0.0


class BackwardCheck(ComponentCheck):
    """Compare each gradient on two shapes and on a batch of one."""

    kind = "backward"
    Params = BackwardParams
    families = (Family.LAYER,)
    params: BackwardParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return the names of the gradients of the component."""
        return tuple(components[params.component].reference().gradients)

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Compare with the reference, then explain what failed."""
        operation = self.part.reference()
        cases = draw_cases(trial, operation)
        answers = trial.ask(
            [
                calls.layer(self.part, operation, case.arrays, backward=True)
                for case in cases
            ]
        )
        policy = self.params.single_precision
        judge = Judge(trial, self.part, operation, policy, cases, answers)
        findings = [judge.finding(name) for name in self.points]
        own = OwnForward(
            trial,
            operation,
            lambda arrays: calls.layer(self.part, operation, arrays, backward=False),
            lambda arrays: calls.layer(self.part, operation, arrays, backward=True),
        )
        findings = explain(findings, judge, own, self.params.follow_through)
        return in_place.judged(findings, operation, answers, self.params.in_place)


def explain(
    findings: list[Finding], judge: Judge, own: OwnForward, share: float
) -> list[Finding]:
    """Give credit to gradients that are right for the student's own wrong forward.

    Nothing is asked unless a gradient failed and the forward is wrong too.
    """
    paired = [
        position
        for position, case in enumerate(judge.cases)
        if case.variant != SMALLEST
    ]
    failed = [
        finding.quantity
        for finding in findings
        if finding.verdict is Verdict.FAILED
        and finding.quantity in judge.operation.gradients
    ]
    if not failed or not any(judge.output_is_wrong(position) for position in paired):
        return findings
    explained = own.explained(
        failed,
        [judge.cases[position] for position in paired],
        [judge.answers[position] for position in paired],
    )
    return [
        _explained(finding, judge, finding.quantity in explained, share)
        if finding.quantity in failed
        else finding
        for finding in findings
    ]


def _explained(
    finding: Finding, judge: Judge, is_explained: bool, share: float
) -> Finding:
    if not is_explained:
        message = f"{finding.message} {comparing.OWN_FORWARD_WRONG}"
        return replace(finding, message=message)
    return replace(
        finding,
        message=f"{finding.message} {comparing.OWN_FORWARD_RIGHT}",
        # The gradient only follows: the mistake to name is the one in forward.
        diagnosis=judge.diagnosis(judge.operation.output),
        share=share,
        evidence={**finding.evidence, "own_forward": "consistent"},
    )
