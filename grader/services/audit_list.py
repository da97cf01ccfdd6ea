"""The list of what happened in one course, filtered and a page at a time."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, cast, or_, select
from sqlalchemy.orm import Session, aliased

from grader.errors import NotFoundError
from grader.models import Assignment, AuditEntry, CourseRole, Submission, User
from grader.services import accounts, audit_words
from grader.services.cells import harmless
from grader.services.submission_list import matches

PAGE_ROWS = 100
MOST_EXPORTED = 50_000
_HEADING = (
    *("number", "time", "person", "action"),
    *("what", "details", "reason", "submission"),
)
_ACTOR, _STUDENT = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries.

    Parameters
    ----------
    person, student
        Words of the name or the address of who did it, and of whose submission it is.
    since, until
        Aware times; the first is included, the second is not.
    before
        Only entries with a smaller number: the next page.
    """

    person: str = ""
    student: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as people read it."""

    id: int
    at: datetime
    actor: str
    action: str
    sentence: str
    details: tuple[str, ...]
    reason: str
    submission_id: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, the newest first; ``older`` begins the next page."""

    entries: tuple[EntryView, ...]
    older: int | None


def listed(
    session: Session,
    course_id: int,
    viewer_id: int,
    wanted: Wanted,
    limit: int = PAGE_ROWS,
) -> EntryPage:
    """Return a page of what happened in a course.

    Raises
    ------
    NotFoundError
        If the viewer is no instructor of the course.
    """
    if accounts.role_in(session, viewer_id, course_id) is not CourseRole.INSTRUCTOR:
        raise NotFoundError(f"course {course_id} is not for this viewer")
    titles = dict(
        session.execute(
            select(Assignment.id, Assignment.title).filter_by(course_id=course_id)
        ).all()
    )
    query = _entries(course_id, list(titles)).where(*_filters(wanted))
    rows = session.execute(query.limit(limit + 1)).all()
    entries = tuple(_view(row, titles) for row in rows[:limit])
    return EntryPage(entries, entries[-1].id if len(rows) > limit else None)


def actions() -> list[tuple[str, str]]:
    """Return the actions that can be asked for, each with its words."""
    return audit_words.known()


def as_csv(entries: Iterable[EntryView]) -> str:
    """Return entries as a table that no spreadsheet takes for formulas."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_HEADING)
    for one in entries:
        table.writerow(
            [
                one.id,
                one.at.isoformat(timespec="seconds"),
                *map(harmless, (one.actor, one.action, one.sentence)),
                *map(harmless, ("; ".join(one.details), one.reason)),
                one.submission_id,
            ]
        )
    return text.getvalue()


def _entries(course_id: int, ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            AuditEntry,
            _ACTOR.name.label("actor"),
            _STUDENT.name.label("student"),
            Submission.number,
            Submission.assignment_id,
        )
        .outerjoin(Submission, Submission.id == AuditEntry.submission_id)
        .outerjoin(_ACTOR, _ACTOR.id == AuditEntry.actor_id)
        .outerjoin(_STUDENT, _STUDENT.id == Submission.user_id)
        .where(
            or_(
                Submission.assignment_id.in_(ids),
                (AuditEntry.submission_id.is_(None)) & _names(course_id, ids),
            )
        )
        .order_by(AuditEntry.id.desc())
    )


def _names(course_id: int, assignment_ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that an entry's values name the course."""
    course = [str(course_id)]
    ones = [str(one) for one in assignment_ids]
    return or_(
        *(
            cast(column[key].as_string(), String).in_(values)
            for column in (AuditEntry.new, AuditEntry.old)
            for key, values in (
                ("course", course),
                ("course_id", course),
                ("assignment_id", ones),
            )
        )
    )


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [
        *matches(wanted.person, _ACTOR),
        *matches(wanted.student, _STUDENT),
    ]
    if wanted.action:
        conditions.append(AuditEntry.action == wanted.action)
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEntry.at < wanted.until)
    if wanted.before is not None:
        conditions.append(AuditEntry.id < wanted.before)
    return conditions


def _view(row: Row[Any], titles: Mapping[int, str]) -> EntryView:
    entry: AuditEntry = row[0]
    about = titles.get(row.assignment_id or _named(entry))
    actor, student = row.actor or "", row.student or ""
    return EntryView(
        id=entry.id,
        at=entry.at,
        actor=actor,
        action=entry.action,
        sentence=audit_words.sentence(entry.action, actor, student, row.number),
        details=(
            *([about] if about else []),
            *audit_words.details(entry.old, entry.new),
        ),
        reason=entry.reason,
        submission_id="" if row.number is None else str(entry.submission_id),
    )


def _named(entry: AuditEntry) -> int:
    """Return the id of the assignment that an entry's values name, else 0."""
    for values in (entry.new, entry.old):
        if isinstance(values, dict) and isinstance(values.get("assignment_id"), int):
            return int(values["assignment_id"])
    return 0
