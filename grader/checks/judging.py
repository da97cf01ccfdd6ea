"""Judge named quantities over several drawn cases; shared by layers and losses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.checks import evidence
from grader.checks.answers import Answer, Trouble
from grader.checks.base import Finding, Trial
from grader.checks.compare import (
    Comparison,
    Expected,
    Match,
    compare,
    reference_answer,
)
from grader.checks.component import Component
from grader.checks.diagnosis import Sighting, diagnose
from grader.checks.feedback import comparing, troubles
from grader.checks.support import where
from grader.contract.messages import Array, Phase
from grader.report import Diagnosis, Verdict
from reference.operations.base import Operation

# Two shapes that confirm each other, and the smallest batch.
VARIANTS = (0, 1, 2)
SMALLEST = 2
EARLY = frozenset({Phase.LOAD, Phase.CONSTRUCT, Phase.FORWARD})


@dataclass(frozen=True, slots=True, eq=False)
class DrawnCase:
    """One set of inputs with the right answers."""

    arrays: Mapping[str, Array]
    expected: Mapping[str, Expected]
    variant: int


def draw_cases(
    trial: Trial, operation: Operation, variants: Sequence[int] = VARIANTS
) -> list[DrawnCase]:
    """Draw secret inputs of every variant and ask the reference about them."""
    cases = []
    for variant in variants:
        rng = trial.rng(f"inputs {variant}")
        arrays = operation.draw(rng, variant=variant)
        expected = reference_answer(operation, arrays, rng)
        cases.append(DrawnCase(arrays, expected, variant))
    return cases


@dataclass(frozen=True)
class Judge:
    """Turns answers about one component into findings.

    Parameters
    ----------
    single_precision
        ``"notice"`` lets an answer in single precision pass, ``"fail"`` does not.
    """

    trial: Trial
    part: Component
    operation: Operation
    single_precision: str
    cases: Sequence[DrawnCase]
    answers: Sequence[Answer] = field(default=())

    def finding(self, quantity: str) -> Finding:
        """Judge a quantity: it passes only if it is right in every case."""
        single = False
        for position, case in enumerate(self.cases):
            answer = self.answers[position]
            trouble = answer.trouble_before(quantity)
            if trouble is not None:
                return self.errored(quantity, trouble)
            found = compare(case.expected[quantity], answer.arrays[quantity])
            if not self.is_good_enough(found):
                return self._failed(quantity, position, found)
            single = single or found.match is Match.SINGLE
        first = compare(
            self.cases[0].expected[quantity], self.answers[0].arrays[quantity]
        )
        facts = evidence.of_comparison(first, self.cases[0].arrays)
        message = comparing.right(self.spoken(quantity))
        if single:
            facts["notice"] = comparing.SINGLE_NOTICE
            message = f"{message} {comparing.SINGLE_NOTICE}"
        return Finding(quantity, Verdict.PASSED, message, evidence=facts)

    def errored(self, quantity: str, trouble: Trouble) -> Finding:
        """Say why there is no answer for a quantity."""
        message = troubles.trouble(trouble, self.trial.limits, self.part.name)
        is_gradient = quantity in self.operation.gradients
        if is_gradient and trouble.phase is Phase.FORWARD:
            message = comparing.gradients_unreachable(message)
        facts = evidence.of_trouble(trouble, self.trial.files)
        return Finding(quantity, Verdict.ERRORED, message, evidence=facts)

    def is_good_enough(self, found: Comparison) -> bool:
        """Tell whether a comparison may pass under this check's precision."""
        if found.match is Match.SINGLE:
            return self.single_precision == "notice"
        return found.is_right

    def spoken(self, quantity: str) -> str:
        """Return what students call a quantity."""
        return comparing.spoken(quantity, self.operation)

    def output_is_wrong(self, position: int) -> bool:
        """Tell whether the forward of a case answered, and answered wrongly."""
        case, answer = self.cases[position], self.answers[position]
        return any(
            not compare(case.expected[name], answer.arrays[name]).is_right
            for name in self.operation.outputs
            if name in answer.arrays
        )

    def _failed(self, quantity: str, position: int, found: Comparison) -> Finding:
        case = self.cases[position]
        message = comparing.wrong(self.spoken(quantity), found)
        if case.variant == SMALLEST:
            message = f"{message} {comparing.smallest(self.operation)}"
        facts = evidence.of_comparison(found, case.arrays)
        modified = self.answers[position].notes.get("modified")
        if modified:
            facts["modified"] = modified
        diagnosis = self.diagnosis(quantity)
        if diagnosis is None and case.variant != SMALLEST:
            place = where(self._comparisons(quantity))
            message = f"{message} {comparing.support(place)}" if place else message
        return Finding(quantity, Verdict.FAILED, message, None, diagnosis, facts)

    def diagnosis(self, quantity: str) -> Diagnosis | None:
        """Name the mistake behind a wrong quantity, if it is a known one."""
        return diagnose(self._sightings, quantity)

    @cached_property
    def _sightings(self) -> list[Sighting]:
        return [
            Sighting(self.operation, case.arrays, case.expected, answer.arrays)
            for case, answer in self._paired()
        ]

    def _comparisons(
        self, quantity: str
    ) -> list[tuple[Mapping[str, Array], Comparison]]:
        return [
            (case.arrays, compare(case.expected[quantity], answer.arrays[quantity]))
            for case, answer in self._paired()
            if quantity in answer.arrays
        ]

    def _paired(self) -> list[tuple[DrawnCase, Answer]]:
        """Return the cases of two shapes, which confirm each other."""
        pairs = zip(self.cases, self.answers, strict=True)
        return [pair for pair in pairs if pair[0].variant != SMALLEST]
