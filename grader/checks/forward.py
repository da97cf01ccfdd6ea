"""The kind ``forward``: what a layer or a function returns."""

from collections.abc import Iterable, Mapping
from typing import Any

from grader.checks import calls, in_place
from grader.checks.base import (
    ComponentCheck,
    Finding,
    Trial,
)
from grader.checks.component import Component
from grader.checks.in_place import InPlaceParams
from grader.checks.judging import Judge, draw_cases
from grader.contract.messages import Array, Call
from reference.operations.base import Family, Operation


class ForwardParams(InPlaceParams):
    """Keys of ``kind = "forward"``; one quantity for each output, mostly ``out``."""


class ForwardCheck(ComponentCheck):
    """Compare the outputs on two shapes and on a batch of one."""

    kind = "forward"
    Params = ForwardParams
    families = (Family.LAYER, Family.FUNCTION)
    params: ForwardParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return the names of the outputs of the component."""
        return components[params.component].reference().outputs

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Run forward only, so that a fault in backward costs nothing here."""
        operation = self.part.reference()
        cases = draw_cases(trial, operation)
        answers = trial.ask([self._call(operation, case.arrays) for case in cases])
        policy = self.params.single_precision
        judge = Judge(trial, self.part, operation, policy, cases, answers)
        findings = [judge.finding(name) for name in self.points]
        return in_place.judged(findings, operation, answers, self.params.in_place)

    def _call(self, operation: Operation, arrays: Mapping[str, Array]) -> Call:
        if operation.family is Family.FUNCTION:
            return calls.function(self.part, operation, arrays)
        return calls.layer(self.part, operation, arrays, backward=False)
