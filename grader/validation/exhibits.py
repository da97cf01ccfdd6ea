"""What students read when they make a mistake, collected on purpose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader import engine
from grader.assignments import Assignment
from grader.checks.component import Component
from grader.report import CheckResult, Verdict
from grader.validation.known_mistakes import judges, wrong_quantities
from grader.validation.library_student import LibraryStudent
from reference.misconceptions import Misconception, for_operation

# The same inputs each time, so that two collections can be compared line by line.
SEED = 40_001


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One wrong submission and the results that its author reads.

    Parameters
    ----------
    name
        Of the sample, or of the component with its mistake.
    about
        What is wrong with it, in words for instructors.
    results
        Only those with something to read.
    refusal
        The sentence of intake, if the submission was not graded at all.
    """

    name: str
    about: str
    results: tuple[CheckResult, ...]
    refusal: str = ""


def worth_reading(results: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """Leave out what passed without a notice."""
    return tuple(
        result
        for result in results
        if result.verdict is not Verdict.PASSED or result.evidence.get("notice")
    )


def library_exhibits(assignment: Assignment) -> Iterator[Exhibit]:
    """Let each known mistake of each component be made, and collect what is said."""
    for spec in assignment.spec.components:
        part = spec.to_component()
        operation = part.reference()
        if not operation.has_answer:
            continue
        for entry in for_operation(part.operation):
            if wrong_quantities(entry, operation):
                yield _exhibit(assignment, part, entry)


def _exhibit(assignment: Assignment, part: Component, entry: Misconception) -> Exhibit:
    results: list[CheckResult] = []
    for check in assignment.checks:
        if not judges(check, part):
            continue
        settings: Mapping[str, Any] = getattr(check.params, "settings", {})
        student = LibraryStudent(part, entry, settings)
        report = engine.grade(
            assignment, {}, "", seed=SEED, jail=student, only=[check.params.id]
        )
        results += report.results
    return Exhibit(
        name=f"{part.name}: {entry.title}",
        about=f"{entry.id}, {entry.formula}",
        results=worth_reading(results),
    )
