"""More time or more attempts for some students of an assignment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import Assignment, AuditEntry, Enrolment, Extension, User
from grader.services import audit, instructors, people, standings
from grader.services.due_dates import own_date

GRANTED, REMOVED = "extension-granted", "extension-removed"
MOST_EXTRA_ATTEMPTS = 100
LONGEST_REASON = 500
_LOOKED_BACK = 300


@dataclass(frozen=True, slots=True)
class Granted:
    """One extension as staff see it.

    Parameters
    ----------
    due_at
        The new date; ``None`` where only attempts were granted.
    own_due_at
        What holds for the student in the end, with extra time.
    """

    user_id: int
    name: str
    email: str
    section: str
    due_at: datetime | None
    own_due_at: datetime | None
    extra_attempts: int
    reason: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Removed:
    """One extension that was taken away and can be put back."""

    user_id: int
    name: str
    at: datetime


def granted(session: Session, assignment_id: int) -> list[Granted]:
    """Return the extensions of an assignment by the students' names."""
    assignment = session.get_one(Assignment, assignment_id)
    rows = session.execute(
        select(Extension, User, Enrolment)
        .join(User, User.id == Extension.user_id)
        .join(
            Enrolment,
            (Enrolment.user_id == Extension.user_id)
            & (Enrolment.course_id == assignment.course_id),
        )
        .where(Extension.assignment_id == assignment_id)
        .order_by(User.name, User.email)
    ).all()
    by = {row.granted_by for row, _, _ in rows}
    names = dict(
        session.execute(select(User.id, User.name).where(User.id.in_(by))).all()
    )
    return [
        Granted(
            user_id=user.id,
            name=user.name,
            email=user.email,
            section=enrolment.section,
            due_at=row.due_at,
            own_due_at=own_date(
                row.due_at or assignment.due_at, enrolment.extra_minutes
            ),
            extra_attempts=row.extra_attempts,
            reason=row.reason,
            granted_by=names.get(row.granted_by, ""),
            granted_at=row.granted_at,
        )
        for row, user, enrolment in rows
    ]


def grant(
    session: Session,
    assignment_id: int,
    *,
    lines: Iterable[str],
    section: str = "",
    due_at: datetime | None,
    extra_attempts: int,
    reason: str,
    actor_id: int,
) -> int:
    """Give students more time or attempts, in place of what they had; say how many.

    Parameters
    ----------
    lines, section
        Whom, as for ``people.named``.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor is no instructor of the course.
    RefusedError
        ``nothing-granted``, ``out-of-bounds``, ``earlier-date``, or as
        ``people.named``.
    """
    assignment = instructors.assignment(session, assignment_id, actor_id)
    if due_at is None and not extra_attempts:
        raise RefusedError(
            "Grant a later date, further attempts, or both.", code="nothing-granted"
        )
    if not 0 <= extra_attempts <= MOST_EXTRA_ATTEMPTS:
        raise RefusedError(
            f"The extra attempts must be from 0 to {MOST_EXTRA_ATTEMPTS}.",
            code="out-of-bounds",
        )
    if due_at and assignment.due_at and due_at < assignment.due_at:
        raise RefusedError(
            "This date is before everybody's due date; an extension gives more time.",
            code="earlier-date",
        )
    chosen = people.named(session, assignment.course_id, lines, section=section)
    values = {
        "due_at": due_at,
        "extra_attempts": extra_attempts,
        "reason": reason.replace("\0", "").strip()[:LONGEST_REASON],
    }
    for student in chosen:
        _put(session, assignment_id, student.id, values, actor_id)
    session.flush()
    standings.settle_assignment(session, assignment_id, [one.id for one in chosen])
    return len(chosen)


def remove(
    session: Session, assignment_id: int, user_id: int, *, actor_id: int
) -> None:
    """Take an extension away; ``put_back`` undoes it.

    Raises
    ------
    NotFoundError
        If there is none, or the actor is not in the course.
    ForbiddenError
        If the actor is no instructor of the course.
    """
    instructors.assignment(session, assignment_id, actor_id)
    row = session.get(Extension, (assignment_id, user_id))
    if row is None:
        raise NotFoundError(f"user {user_id} has no extension of {assignment_id}")
    audit.add(session, REMOVED, actor_id=actor_id, old=_as_json(row))
    session.delete(row)
    session.flush()
    standings.settle_assignment(session, assignment_id, [user_id])


def removed(session: Session, assignment_id: int) -> list[Removed]:
    """Return the extensions that were taken away last and not granted again."""
    taken = _last_removed(session, assignment_id)
    there = set(
        session.scalars(
            select(Extension.user_id).where(Extension.assignment_id == assignment_id)
        )
    )
    names = session.execute(
        select(User.id, User.name)
        .where(User.id.in_(taken.keys() - there))
        .order_by(User.name)
    )
    return [Removed(user_id, name, taken[user_id].at) for user_id, name in names]


def put_back(
    session: Session, assignment_id: int, user_id: int, *, actor_id: int
) -> None:
    """Grant again what was taken away last.

    Raises
    ------
    NotFoundError
        If nothing was, or the actor is not in the course.
    ForbiddenError
        If the actor is no instructor of the course.
    """
    instructors.assignment(session, assignment_id, actor_id)
    entry = _last_removed(session, assignment_id).get(user_id)
    if entry is None or session.get(Extension, (assignment_id, user_id)) is not None:
        raise NotFoundError(f"user {user_id} has nothing to be put back")
    due_at = entry.old["due_at"]
    values = {
        "due_at": datetime.fromisoformat(due_at) if due_at else None,
        "extra_attempts": entry.old["extra_attempts"],
        "reason": entry.old["reason"],
    }
    _put(session, assignment_id, user_id, values, actor_id)
    session.flush()
    standings.settle_assignment(session, assignment_id, [user_id])


def _put(
    session: Session,
    assignment_id: int,
    user_id: int,
    values: dict[str, Any],
    actor_id: int,
) -> None:
    row = session.get(Extension, (assignment_id, user_id))
    before = None if row is None else _as_json(row)
    if row is None:
        row = Extension(assignment_id=assignment_id, user_id=user_id)
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.granted_by = actor_id
    row.granted_at = database_now(session)
    audit.add(session, GRANTED, actor_id=actor_id, old=before, new=_as_json(row))


def _as_json(row: Extension) -> dict[str, Any]:
    return {
        "assignment": row.assignment_id,
        "user": row.user_id,
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "extra_attempts": row.extra_attempts,
        "reason": row.reason,
    }


def _last_removed(session: Session, assignment_id: int) -> dict[int, AuditEntry]:
    """Return the last removal of each student, among the latest of all."""
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == REMOVED)
        .order_by(AuditEntry.id.desc())
        .limit(_LOOKED_BACK)
    )
    found: dict[int, AuditEntry] = {}
    for entry in entries:
        if entry.old["assignment"] == assignment_id:
            found.setdefault(entry.old["user"], entry)
    return found
