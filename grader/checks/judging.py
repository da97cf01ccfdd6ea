"""Judge named quantities over several drawn cases; shared by layers and losses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from grader.checks import differencing, evidence, snippet
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
from grader.checks.presentation import leniency
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
    given
        What came back for each case, in whatever shape.
    """

    trial: Trial
    part: Component
    operation: Operation
    single_precision: str
    cases: Sequence[DrawnCase]
    given: Sequence[Answer] = field(default=())

    @cached_property
    def answers(self) -> list[Answer]:
        """Return the answers, with every shape that is also accepted made right."""
        pairs = zip(self.cases, self.given, strict=True)
        return [self._accepted(case, answer) for case, answer in pairs]

    def _accepted(self, case: DrawnCase, answer: Answer) -> Answer:
        right = {name: one.value for name, one in case.expected.items()}
        arrays = leniency.accepted(right, answer.arrays, self.part.accept)
        return replace(answer, arrays=arrays)

    def finding(self, quantity: str) -> Finding:
        """Judge a quantity: it passes only if it is right in every case."""
        seen = []
        for position, case in enumerate(self.cases):
            answer = self.answers[position]
            trouble = answer.trouble_before(quantity)
            if trouble is not None:
                return self.errored(quantity, trouble, case.arrays)
            found = compare(case.expected[quantity], answer.arrays[quantity])
            if not self.is_good_enough(found):
                return self._failed(quantity, position, found)
            seen.append(found)
        facts = evidence.of_comparison(seen[0], self.cases[0].arrays)
        message = comparing.right(self.spoken(quantity))
        notices = self._notices(quantity, seen)
        if notices:
            facts["notice"] = " ".join(notices)
            message = f"{message} {facts['notice']}"
        return Finding(quantity, Verdict.PASSED, message, evidence=facts)

    def _notices(self, quantity: str, seen: Sequence[Comparison]) -> list[str]:
        """Return what is worth saying about a quantity that passes."""
        notices = []
        given, accepted = self.given[0].arrays[quantity].shape, seen[0].got.shape
        if given != accepted:
            notices.append(comparing.accepted_shape(given, accepted))
        furthest = max(found.distance for found in seen)
        if furthest >= differencing.NOISY and self._looks_measured(quantity):
            notices.append(comparing.MEASURED)
        elif any(found.match is Match.SINGLE for found in seen):
            notices.append(comparing.SINGLE_NOTICE)
        return notices

    def _looks_measured(self, quantity: str) -> bool:
        """Tell whether a gradient has the error that small steps leave."""
        seen = [(case.expected, answer.arrays) for case, answer in self._paired()]
        return bool(differencing.measured(seen, self.operation.outputs, [quantity]))

    def errored(
        self,
        quantity: str,
        trouble: Trouble,
        arrays: Mapping[str, Array] | None = None,
    ) -> Finding:
        """Say why there is no answer for a quantity, ``arrays`` being the inputs."""
        names = self.part.names
        message = troubles.trouble(trouble, self.trial.limits, self.part.name, names)
        is_gradient = quantity in self.operation.gradients
        backward = names.get(Phase.BACKWARD, "backward")
        # One function may do both.
        is_apart = names.get(Phase.FORWARD) != backward
        if is_gradient and is_apart and trouble.phase is Phase.FORWARD:
            message = comparing.gradients_unreachable(message, backward)
        facts = evidence.of_trouble(trouble, self.trial.files, arrays or {})
        return Finding(quantity, Verdict.ERRORED, message, evidence=facts)

    def is_good_enough(self, found: Comparison) -> bool:
        """Tell whether a comparison may pass under this check's precision."""
        if found.match is Match.SINGLE:
            return self.single_precision == "notice"
        return found.is_right

    def spoken(self, quantity: str) -> str:
        """Return what students call a quantity."""
        return comparing.spoken(quantity, self.operation, self.part.names)

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
        facts |= self._replay(case, quantity, found)
        modified = self.answers[position].notes.get("modified")
        if modified:
            facts["modified"] = modified
        diagnosis = self.diagnosis(quantity)
        if diagnosis is None and case.variant != SMALLEST:
            in_time = "T" in self._sightings[0].constants
            place = where(self._comparisons(quantity), in_time=in_time)
            if place:
                message = f"{message} {comparing.support(place)}"
            elif found.match is Match.WRONG and not self._follows(quantity, position):
                message = f"{message} {comparing.BY_HAND}"
        return Finding(quantity, Verdict.FAILED, message, None, diagnosis, facts)

    def _follows(self, quantity: str, position: int) -> bool:
        """Tell whether a wrong forward has to be corrected before this quantity."""
        is_gradient = quantity in self.operation.gradients
        return is_gradient and self.output_is_wrong(position)

    def _replay(
        self, case: DrawnCase, quantity: str, found: Comparison
    ) -> evidence.Evidence:
        """Return the case as code to run at home, if its inputs are public."""
        if not self.trial.public_inputs:
            return {}
        source = snippet.of_case(
            self.trial.binding, self.part, self.operation, case.arrays, quantity, found
        )
        return {"replay": source} if source else {}

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
