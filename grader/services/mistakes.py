"""The submissions of an assignment by what is wrong with them, one for each student."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import NotFoundError
from grader.models import (
    Assignment,
    AssignmentSnapshot,
    CourseRole,
    Enrolment,
    GradingRun,
    RunResult,
    Standing,
    User,
)
from grader.report import Verdict
from grader.services import outcomes, staff_rights, visibility


class Among(StrEnum):
    """Which one of each student's submissions is looked at."""

    COUNTING = "counting"
    LATEST = "latest"


class Kind(StrEnum):
    """What the submissions of a group have in common."""

    MISTAKE = "mistake"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Missed:
    """One quantity that was not right, and where the code stopped, if it did.

    Parameters
    ----------
    file, line, source
        Of the student's code; empty and 0 where no line is known.
    """

    check: str
    quantity: str
    verdict: Verdict
    mistake: str = ""
    file: str = ""
    line: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One submission of a group.

    Parameters
    ----------
    students
        Names of those for whom it is looked at: one, or the members of a team.
    checks
        Ids of the checks in which it shows, those first that every student sees.
    missed
        What was not right in these checks; read for one group only.
    """

    submission_id: uuid.UUID
    run_id: uuid.UUID
    number: int
    students: tuple[str, ...]
    checks: tuple[str, ...]
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The submissions with one mistake, or that fail one check.

    Parameters
    ----------
    key
        Stands in addresses.
    mistake
        Id of the known mistake, such as ``"M14"``; empty in a group of a check.
    title
        The mistake, or the title of the check.
    checks
        Titles of the checks in which it shows.
    sample
        A line where the code stopped, of one of the submissions.
    """

    key: str
    kind: Kind
    mistake: str
    title: str
    checks: tuple[str, ...]
    members: tuple[Member, ...]
    sample: Missed | None = None

    @property
    def students(self) -> int:
        """Return how many students it concerns."""
        return sum(len(member.students) for member in self.members)

    def quantities(self) -> list[tuple[str, str, int]]:
        """Return each quantity and verdict with the number of students, most first."""
        found: dict[tuple[str, str], int] = {}
        for member in self.members:
            for pair in {(one.quantity, str(one.verdict)) for one in member.missed}:
                found[pair] = found.get(pair, 0) + len(member.students)
        ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return [(*pair, count) for pair, count in ordered]


@dataclass(frozen=True, slots=True)
class Overview:
    """All groups of an assignment, the largest first.

    ``students`` counts those who have a finished submission at all.
    """

    among: Among
    students: int
    mistakes: list[Group]
    checks: list[Group]


@dataclass(slots=True)
class _Looked:
    """One submission that is looked at, with what its run came to."""

    submission_id: uuid.UUID
    run_id: uuid.UUID
    number: int
    outcomes: dict[str, Any]
    students: list[str] = field(default_factory=list)


def overview(
    session: Session, assignment_id: int, actor_id: int, among: Among
) -> Overview:
    """Group the current submissions of an assignment by mistake and by failing check.

    Only the small summary of each run is read, and the evidence of one run for each
    group.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the assignment is not for this person to review.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    looked = _looked_at(session, assignment_id, among)
    found = _groups(looked, _outline(session, assignment_id))
    samples = _missed(session, [_first(group) for group in found])
    shown = [
        replace(group, sample=_sample(group, samples.get(group.members[0].run_id, ())))
        for group in sorted(found, key=lambda one: (-one.students, one.title))
    ]
    return Overview(
        among=among,
        students=sum(len(one.students) for one in looked),
        mistakes=[group for group in shown if group.kind is Kind.MISTAKE],
        checks=[group for group in shown if group.kind is Kind.CHECK],
    )


def group(
    session: Session, assignment_id: int, actor_id: int, among: Among, key: str
) -> Group:
    """Return one group with what was wrong in each of its submissions.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the assignment is not for this person to review, or has no such group now.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    looked = _looked_at(session, assignment_id, among)
    for found in _groups(looked, _outline(session, assignment_id)):
        if found.key == key:
            return _with_evidence(session, found)
    raise NotFoundError(f"assignment {assignment_id} has no group {key}")


def _looked_at(session: Session, assignment_id: int, among: Among) -> list[_Looked]:
    """Return the finished submissions of the students, one for each of them."""
    query = (
        select(
            Standing.user_id,
            User.name,
            Standing.submission_id,
            Standing.number,
            GradingRun.id,
            GradingRun.outcomes,
        )
        .join(GradingRun, GradingRun.submission_id == Standing.submission_id)
        .join(User, User.id == Standing.user_id)
        .where(
            Standing.assignment_id == assignment_id,
            GradingRun.is_current,
            GradingRun.outcomes.is_not(None),
            Standing.user_id.in_(_students(assignment_id)),
        )
        .order_by(User.name, Standing.user_id, Standing.number)
    )
    if among is Among.COUNTING:
        query = query.where(Standing.counts)
    newest = {row[0]: row for row in session.execute(query)}
    found: dict[uuid.UUID, _Looked] = {}
    for _, name, submission_id, number, run_id, stored in newest.values():
        one = _Looked(submission_id, run_id, number, stored)
        found.setdefault(submission_id, one).students.append(name)
    return list(found.values())


def _students(assignment_id: int) -> Any:
    course = select(Assignment.course_id).where(Assignment.id == assignment_id)
    return select(Enrolment.user_id).where(
        Enrolment.course_id == course.scalar_subquery(),
        Enrolment.role == CourseRole.STUDENT,
        Enrolment.dropped_at.is_(None),
    )


def _outline(session: Session, assignment_id: int) -> dict[str, visibility.Entry]:
    """Return the checks of all versions by id, as the newest one has them."""
    outlines = session.scalars(
        select(AssignmentSnapshot.outline)
        .where(AssignmentSnapshot.assignment_id == assignment_id)
        .order_by(AssignmentSnapshot.id)
    )
    return {entry["id"]: entry for outline in outlines for entry in outline}


def _groups(
    looked: Sequence[_Looked], outline: dict[str, visibility.Entry]
) -> list[Group]:
    members: dict[tuple[Kind, str, str], list[Member]] = {}
    for one in looked:
        for what, checks in _faults(one).items():
            seen_first = sorted(checks, key=lambda check: _is_kept(outline, check))
            member = Member(
                one.submission_id,
                one.run_id,
                one.number,
                tuple(one.students),
                tuple(seen_first),
            )
            members.setdefault(what, []).append(member)
    return [
        Group(
            key=_key(*what),
            kind=what[0],
            mistake=what[1] if what[0] is Kind.MISTAKE else "",
            title=what[2] or _title(outline, what[1]),
            checks=tuple(
                _title(outline, check)
                for check in sorted({check for one in own for check in one.checks})
            ),
            members=tuple(own),
        )
        for what, own in members.items()
    ]


def _faults(one: _Looked) -> dict[tuple[Kind, str, str], list[str]]:
    """Return what is wrong with a submission, each with the checks that show it."""
    found: dict[tuple[Kind, str, str], list[str]] = {}
    for check, id_, title in one.outcomes[outcomes.MISTAKES]:
        found.setdefault((Kind.MISTAKE, id_, title), []).append(check)
    for check, outcome in outcomes.by_check(one.outcomes).items():
        if not outcome.passed:
            found[Kind.CHECK, check, ""] = [check]
    return found


def _key(kind: Kind, name: str, title: str) -> str:
    text = json.dumps([kind, name, title])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _title(outline: dict[str, visibility.Entry], check: str) -> str:
    return str(outline[check]["title"]) if check in outline else check


def _is_kept(outline: dict[str, visibility.Entry], check: str) -> bool:
    """Tell whether some students may not see a check."""
    return bool(visibility.badge(visibility.level_of(outline.get(check, {}))))


def _first(found: Group) -> tuple[uuid.UUID, str]:
    return found.members[0].run_id, found.members[0].checks[0]


def _with_evidence(session: Session, found: Group) -> Group:
    pairs = [(one.run_id, check) for one in found.members for check in one.checks]
    missed = _missed(session, pairs)
    members = tuple(
        replace(one, missed=_of(found, one, missed.get(one.run_id, ())))
        for one in found.members
    )
    samples = [_sample(found, one.missed) for one in members]
    sample = next((one for one in samples if one is not None), None)
    return replace(found, members=members, sample=sample)


def _of(found: Group, member: Member, missed: Iterable[Missed]) -> tuple[Missed, ...]:
    """Return what belongs to a group of all that was not right in a run."""
    return tuple(
        one
        for one in missed
        if one.check in member.checks and found.mistake in ("", one.mistake)
    )


def _sample(found: Group, missed: Iterable[Missed]) -> Missed | None:
    own = _of(found, found.members[0], missed)
    return next((one for one in own if one.line), None)


def _missed(
    session: Session, pairs: Sequence[tuple[uuid.UUID, str]]
) -> dict[uuid.UUID, list[Missed]]:
    """Read what was not right in these checks of these runs."""
    rows = session.execute(
        select(RunResult.run_id, RunResult.check, RunResult.results).where(
            RunResult.run_id.in_({run_id for run_id, _ in pairs}),
            RunResult.check.in_({check for _, check in pairs}),
        )
    )
    found: dict[uuid.UUID, list[Missed]] = {}
    for run_id, check, results in rows:
        own = [_read(check, one) for one in results if one["verdict"] != "passed"]
        found.setdefault(run_id, []).extend(own)
    return found


def _read(check: str, result: dict[str, Any]) -> Missed:
    fault = (result.get("evidence") or {}).get("fault") or {}
    line = fault.get("line")
    line = line if isinstance(line, int) and fault.get("file") else 0
    return Missed(
        check=check,
        quantity=result["quantity"],
        verdict=Verdict(result["verdict"]),
        mistake=(result.get("diagnosis") or {}).get("id", ""),
        file=str(fault["file"]) if line else "",
        line=line,
        source=str(fault.get("source") or "") if line else "",
    )
