"""Which known mistakes of its components an assignment catches, and which survive."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from grader import engine
from grader.assignments import Assignment
from grader.checks import Check
from grader.checks.component import Component
from grader.checks.mistakes import wrong_answer
from grader.contract.jail import Jail
from grader.report import CheckResult, Verdict
from grader.validation.library_student import LibraryStudent
from grader.validation.network_students import quantities_with, student_of
from reference.misconceptions import Misconception, VisibleOn, for_operation
from reference.operations import Operation

# Kinds that compare numbers with the reference; the others look at something else.
JUDGING = (
    "forward",
    "backward",
    "loss",
    "optimizer",
    "stability",
    "initializer",
    "subgradient",
)
SEEDS = (30_001, 30_002)
NOT_IN_NETWORK = "the check of a network does not show it either"
SOME_INPUTS = "only some of the drawn inputs show it"
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


# A check, a student for it, and the quantities that count.
Sitting = tuple[Check, Jail, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Tried:
    """How often each check took points for a mistake, and whether it was named."""

    caught: Mapping[str, int]
    named: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mistake that students might make in one component, not tried yet.

    Parameters
    ----------
    wrong
        The quantities that it makes wrong.
    """

    part: Component
    entry: Misconception
    wrong: tuple[str, ...]


def known_mistakes(assignment: Assignment) -> Iterator[Mistake]:
    """Let the assignment judge every known mistake of its components."""
    for candidate in candidates(assignment):
        yield judged(assignment, candidate)


def candidates(assignment: Assignment) -> Iterator[Candidate]:
    """Yield the known mistakes of an assignment's components.

    Those that a component's conventions ask for, or that only exist where two sizes
    agree, which drawn sizes never do, are left out.
    """
    for spec in assignment.spec.components:
        part = spec.to_component()
        if not part.reference().has_answer:
            continue
        for entry in for_operation(part.operation):
            wrong = wrong_quantities(entry, part.reference())
            if wrong:
                yield Candidate(part, entry, wrong)


def judged(assignment: Assignment, candidate: Candidate) -> Mistake:
    """Let an assignment judge one mistake."""
    part, entry = candidate.part, candidate.entry
    checks = [c for c in assignment.checks if judges(c, part)]
    found = _judged(assignment, part, entry, candidate.wrong, checks)
    # What has no check of its own, or not for this, may show in a network.
    if found.fate is Fate.CAUGHT or entry.visible_on is not VisibleOn.DRAWS:
        return found
    networks = [c for c in assignment.checks if quantities_with(c, part)]
    return _in_networks(assignment, part, entry, networks, found)


def judges(check: Check, part: Component) -> bool:
    """Tell whether a check takes points for wrong numbers of a component."""
    return (
        check.params.kind in JUDGING
        and check.component == part.name
        and any(check.points.values())
    )


def wrong_quantities(entry: Misconception, operation: Operation) -> tuple[str, ...]:
    """Return what a mistake makes wrong on the inputs that show it."""
    rng = np.random.default_rng(0)
    if entry.visible_on is VisibleOn.SQUARE:
        return ()
    if entry.visible_on is VisibleOn.STABILITY:
        arrays = operation.extreme(rng)
    elif entry.visible_on is VisibleOn.KINKS:
        arrays = operation.kinked(rng)
    else:
        arrays = operation.draw(rng)
    if arrays is None:
        return ()
    with np.errstate(all="ignore"):
        return tuple(wrong_answer(entry, operation, arrays))


def _judged(
    assignment: Assignment,
    part: Component,
    entry: Misconception,
    wrong: tuple[str, ...],
    checks: Sequence[Check],
) -> Mistake:
    """Let the checks of a component by itself judge one mistake."""
    tried = _tried(assignment, entry, _alone(part, entry, checks))
    fate = _fate(max(tried.caught.values(), default=0))
    return Mistake(
        component=part.name,
        id=entry.id,
        title=entry.title,
        formula=entry.formula,
        quantities=wrong,
        fate=fate,
        caught_by=tuple(tried.caught),
        named=tried.named,
        reason="" if fate is Fate.CAUGHT else _reason(entry, wrong, checks, fate),
    )


def _alone(
    part: Component, entry: Misconception, checks: Sequence[Check]
) -> Iterator[Sitting]:
    for check in checks:
        settings: Mapping[str, Any] = getattr(check.params, "settings", {})
        student = LibraryStudent(part, entry, settings)
        yield check, student, [name for name, most in check.points.items() if most]


def _in_networks(
    assignment: Assignment,
    part: Component,
    entry: Misconception,
    networks: Sequence[Check],
    found: Mistake,
) -> Mistake:
    """Let checks of whole networks judge a mistake that no other check catches.

    One quantity at a time, and no further than to the first that shows it: naming what
    is wrong with a whole program takes seconds.
    """
    for check in networks:
        student = student_of(check, part, entry, found.quantities)
        for quantity in quantities_with(check, part):
            narrow = _only(check, quantity)
            alone = replace(assignment, checks=(narrow,))
            tried = _tried(alone, entry, [(narrow, student, [quantity])])
            fate = _fate(max(tried.caught.values(), default=0))
            if fate is Fate.SURVIVES:
                continue
            found = replace(
                found,
                fate=fate,
                caught_by=tuple(dict.fromkeys((*found.caught_by, *tried.caught))),
                named=found.named or tried.named,
                reason="" if fate is Fate.CAUGHT else SOME_INPUTS,
            )
            if fate is Fate.CAUGHT:
                return found
    if found.fate is Fate.SURVIVES and networks:
        return replace(found, reason=f"{found.reason}; {NOT_IN_NETWORK}")
    return found


def _only(check: Check, quantity: str) -> Check:
    """Return a check that judges one of its quantities."""
    points = {quantity: check.points[quantity]}
    params = check.params.model_copy(update={"points": points})
    return type(check)(params, check.components)


def _tried(
    assignment: Assignment, entry: Misconception, sittings: Iterable[Sitting]
) -> _Tried:
    """Grade each student with every seed."""
    caught: dict[str, int] = {}
    named = False
    for check, student, judged in sittings:
        for seed in SEEDS:
            failed = [
                result
                for result in _results(assignment, check, student, seed)
                if result.verdict in CAUGHT and result.quantity in judged
            ]
            if failed:
                caught[check.params.id] = caught.get(check.params.id, 0) + 1
            named = named or any(
                one.diagnosis is not None and one.diagnosis.title == entry.title
                for one in failed
            )
    return _Tried(caught, named)


def _fate(times: int) -> Fate:
    if not times:
        return Fate.SURVIVES
    return Fate.CAUGHT if times == len(SEEDS) else Fate.SOMETIMES


def _results(
    assignment: Assignment, check: Check, student: Jail, seed: int
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
        return SOME_INPUTS
    if not checks:
        return "no check with points judges this component by itself"
    if entry.visible_on is VisibleOn.STABILITY:
        return "no check with points judges large inputs"
    if entry.visible_on is VisibleOn.KINKS:
        return "no check with points judges kinks and ties"
    judged = {name for check in checks for name, most in check.points.items() if most}
    if not judged & set(wrong):
        return f"no check with points judges {', '.join(wrong)}"
    return "the drawn inputs do not show it"
