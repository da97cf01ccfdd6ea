"""The kind ``forward``: the output of a layer."""

from collections.abc import Iterable, Mapping
from typing import Any

from grader.checks import calls
from grader.checks.base import (
    Component,
    ComponentCheck,
    ComponentParams,
    Finding,
    Trial,
)
from grader.checks.judging import Judge, draw_cases
from reference.operations.base import Family


class ForwardParams(ComponentParams):
    """Keys of ``kind = "forward"``; one quantity, ``out``."""


class ForwardCheck(ComponentCheck):
    """Compare the output on two shapes and on a batch of one."""

    kind = "forward"
    Params = ForwardParams
    families = (Family.LAYER,)

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``out``."""
        return ("out",)

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Run forward only, so that a fault in backward costs nothing here."""
        operation = self.part.reference()
        cases = draw_cases(trial, operation)
        answers = trial.ask(
            [
                calls.layer(self.part, operation, case.arrays, backward=False)
                for case in cases
            ]
        )
        policy = self.params.single_precision
        judge = Judge(trial, self.part, operation, policy, cases, answers)
        return [judge.finding("out")]
