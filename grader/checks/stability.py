"""The kind ``stability``: a layer or a function on inputs around 1000 and -1000.

A loss judges this itself, as one of its quantities.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grader.checks import calls
from grader.checks.base import (
    ComponentCheck,
    ComponentParams,
    Finding,
    Problem,
    Trial,
)
from grader.checks.compare import largest, reference_answer
from grader.checks.component import Component
from grader.checks.feedback import comparing
from grader.checks.feedback import stability as words
from grader.checks.judging import DrawnCase, Judge, draw_cases
from grader.contract.messages import Array, Call
from grader.report import Verdict
from reference.misconceptions import VisibleOn, for_operation
from reference.operations.base import Family, Operation

STABILITY = "stability"
# Two draws, so that a diagnosis is confirmed here as well.
EXTREMES = (0, 1)
NOTHING_LARGE = "this operation has no inputs at which a careless formula overflows"


class StabilityParams(ComponentParams):
    """Keys of ``kind = "stability"``; one quantity, ``stability``."""


class StabilityCheck(ComponentCheck):
    """Compare outputs and gradients on inputs at which careless code overflows."""

    kind = "stability"
    Params = StabilityParams
    families = (Family.LAYER, Family.FUNCTION)

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``stability``."""
        return (STABILITY,)

    @property
    def default_title(self) -> str:
        """Say what is judged."""
        return f"{self.component}: large inputs"

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say where there is nothing to overflow."""
        problems = super().problems(params, components)
        if not problems and not has_extremes(components[params.component].reference()):
            return [(("component",), NOTHING_LARGE)]
        return problems

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask about plain and about large inputs; plain mistakes cost nothing here."""
        operation = self.part.reference()
        plain, large = draw_cases(trial, operation), draw_extremes(trial, operation)
        answers = trial.ask(
            [self._call(operation, case.arrays) for case in (*plain, *large)]
        )
        policy, count = self.params.single_precision, len(plain)
        judges = (
            Judge(trial, self.part, operation, policy, cases, found)
            for cases, found in ((plain, answers[:count]), (large, answers[count:]))
        )
        return [judged(*judges)]

    def _call(self, operation: Operation, arrays: Mapping[str, Array]) -> Call:
        if operation.family is Family.FUNCTION:
            return calls.function(self.part, operation, arrays)
        backward = bool(operation.upstreams(arrays))
        return calls.layer(self.part, operation, arrays, backward=backward)


def has_extremes(operation: Operation) -> bool:
    """Tell whether an operation can be asked about large inputs."""
    # The numbers do not matter here, only whether there are any.
    return operation.extreme(np.random.default_rng(0)) is not None


def draw_extremes(trial: Trial, operation: Operation) -> list[DrawnCase]:
    """Draw secret large inputs and ask the reference about them."""
    cases = []
    for number in EXTREMES:
        rng = trial.rng(f"extreme {number}")
        arrays = operation.extreme(rng) or {}
        cases.append(
            DrawnCase(arrays, reference_answer(operation, arrays, rng), number)
        )
    return cases


def judged(plain: Judge, large: Judge) -> Finding:
    """Judge all quantities on large inputs as one.

    A mistake that shows on plain inputs as well is charged there, not here: large
    inputs pass if the very same known mistake explains the answers to them.
    """
    for quantity in large.operation.quantities:
        found, usual = large.finding(quantity), plain.finding(quantity)
        if found.verdict is Verdict.PASSED or _is_same_mistake(found, usual):
            continue
        # Large inputs turn many formulas into the same zeros and infinities. Where
        # plain inputs show a mistake, only they can tell which one it is, and where
        # they do not, it is none that they would show.
        if usual.verdict is not Verdict.PASSED or not _is_for_large(large, found):
            found = replace(found, diagnosis=None)
        message = _message(found, usual, large.cases[0].arrays)
        return replace(found, quantity=STABILITY, message=message)
    return Finding(STABILITY, Verdict.PASSED, words.STABLE)


def _is_for_large(judge: Judge, found: Finding) -> bool:
    """Tell whether the mistake that was named shows on large inputs only."""
    return found.diagnosis is not None and any(
        entry.id == found.diagnosis.id and entry.visible_on is VisibleOn.STABILITY
        for entry in for_operation(judge.part.operation)
    )


def _message(found: Finding, usual: Finding, arrays: Mapping[str, Array]) -> str:
    """Say which inputs it was, and what to look at where no diagnosis says it."""
    if found.verdict is not Verdict.FAILED:
        return found.message
    name = max(arrays, key=lambda one: largest(arrays[one]))
    ends = float(arrays[name].min()), float(arrays[name].max())
    if usual.verdict is not Verdict.PASSED:
        hint = words.ALSO_PLAIN
    elif found.diagnosis is not None:
        hint = ""
    else:
        is_finite = not isinstance(found.evidence.get("got"), str)
        hint = words.FINITE_HINT if is_finite else words.NOT_FINITE_HINT
    # One thing to look at is enough.
    text = found.message.removesuffix(f" {comparing.BY_HAND}")
    return words.unstable(text, name, ends, hint)


def _is_same_mistake(large: Finding, plain: Finding) -> bool:
    if large.diagnosis is None or plain.diagnosis is None:
        return False
    return large.diagnosis.id == plain.diagnosis.id
