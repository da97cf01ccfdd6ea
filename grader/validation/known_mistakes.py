"""Which known mistakes of its components an assignment catches, and which survive."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from grader import engine
from grader.assignments import Assignment
from grader.checks import Check
from grader.checks.component import Component
from grader.report import CheckResult, Verdict
from grader.validation.library_student import LibraryStudent
from reference.misconceptions import Misconception, VisibleOn, for_operation
from reference.operations import Operation

# Kinds that compare numbers with the reference; the others look at something else.
JUDGING = ("forward", "backward", "loss", "optimizer", "stability", "initializer")
SEEDS = (30_001, 30_002)
CAUGHT = (Verdict.FAILED, Verdict.ERRORED)


class Fate(StrEnum):
    """What becomes of a known mistake."""

    CAUGHT = "caught"
    SOMETIMES = "caught with some inputs only"
    SURVIVES = "survives"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One known mistake of one component.

    Parameters
    ----------
    quantities
        What it makes wrong.
    caught_by
        Ids of the checks that take points for it.
    named
        Whether the report gives the mistake its name.
    reason
        Why it survives, in words; empty if it is caught.
    """

    component: str
    id: str
    title: str
    formula: str
    quantities: tuple[str, ...]
    fate: Fate
    caught_by: tuple[str, ...]
    named: bool
    reason: str


def known_mistakes(assignment: Assignment) -> Iterator[Mistake]:
    """Let the assignment judge every known mistake of its components.

    Those that a component's conventions ask for, or that only exist where two sizes
    agree, which drawn sizes never do, are left out.
    """
    for spec in assignment.spec.components:
        part = spec.to_component()
        checks = [c for c in assignment.checks if _judges(c, part)]
        for entry in for_operation(part.operation):
            wrong = _wrong_quantities(entry, part.reference())
            if wrong:
                yield _judged(assignment, part, entry, wrong, checks)


def _judges(check: Check, part: Component) -> bool:
    return (
        check.params.kind in JUDGING
        and check.component == part.name
        and any(check.points.values())
    )


def _wrong_quantities(entry: Misconception, operation: Operation) -> tuple[str, ...]:
    """Return what a mistake makes wrong on the inputs that show it."""
    rng = np.random.default_rng(0)
    if entry.visible_on is VisibleOn.SQUARE:
        return ()
    stable = entry.visible_on is VisibleOn.STABILITY
    arrays = operation.extreme(rng) if stable else operation.draw(rng)
    if arrays is None:
        return ()
    with np.errstate(all="ignore"):
        return tuple(entry.wrong(operation, arrays))


def _judged(
    assignment: Assignment,
    part: Component,
    entry: Misconception,
    wrong: tuple[str, ...],
    checks: Sequence[Check],
) -> Mistake:
    caught: dict[str, int] = {}
    named = False
    for check in checks:
        settings: Mapping[str, Any] = getattr(check.params, "settings", {})
        student = LibraryStudent(part, entry, settings)
        for seed in SEEDS:
            failed = [
                result
                for result in _results(assignment, check, student, seed)
                if result.verdict in CAUGHT and result.max_points > 0
            ]
            if failed:
                caught[check.params.id] = caught.get(check.params.id, 0) + 1
            named = named or any(
                one.diagnosis is not None and one.diagnosis.title == entry.title
                for one in failed
            )
    fate = _fate(max(caught.values(), default=0))
    return Mistake(
        component=part.name,
        id=entry.id,
        title=entry.title,
        formula=entry.formula,
        quantities=wrong,
        fate=fate,
        caught_by=tuple(caught),
        named=named,
        reason="" if fate is Fate.CAUGHT else _reason(entry, wrong, checks, fate),
    )


def _fate(times: int) -> Fate:
    if not times:
        return Fate.SURVIVES
    return Fate.CAUGHT if times == len(SEEDS) else Fate.SOMETIMES


def _results(
    assignment: Assignment, check: Check, student: LibraryStudent, seed: int
) -> Sequence[CheckResult]:
    report = engine.grade(
        assignment, {}, "", seed=seed, jail=student, only=[check.params.id]
    )
    return report.results


def _reason(
    entry: Misconception, wrong: tuple[str, ...], checks: Sequence[Check], fate: Fate
) -> str:
    """Say which weakness of the assignment lets a mistake through."""
    if fate is Fate.SOMETIMES:
        return "only some of the drawn inputs show it"
    if not checks:
        return "no check with points judges this component"
    if entry.visible_on is VisibleOn.STABILITY:
        return "no check with points judges large inputs"
    judged = {name for check in checks for name, most in check.points.items() if most}
    if not judged & set(wrong):
        return f"no check with points judges {', '.join(wrong)}"
    return "the drawn inputs do not show it"
