"""Who is in a course: roles, sections, extra time, leaving and coming back."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import Assignment, Attempts, CourseRole, Enrolment, User
from grader.services import audit, instructors, sessions, standings

MOST_EXTRA_MINUTES = 60 * 24 * 60
LONGEST_SECTION = 80
_RANK = {CourseRole.STUDENT: 0, CourseRole.TA: 1, CourseRole.INSTRUCTOR: 2}


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the roster."""

    user_id: int
    name: str
    email: str
    student_number: str
    section: str
    role: CourseRole
    extra_minutes: int
    dropped_at: datetime | None


def members(session: Session, course_id: int) -> list[Member]:
    """Return everybody who is or was in a course, by name."""
    rows = session.execute(
        select(Enrolment, User)
        .join(User, User.id == Enrolment.user_id)
        .where(Enrolment.course_id == course_id)
        .order_by(User.name, User.email)
    )
    return [_member(enrolment, user) for enrolment, user in rows]


def member(session: Session, course_id: int, user_id: int) -> Member:
    """Return one line of the roster.

    Raises
    ------
    NotFoundError
        If this person was never in the course.
    """
    enrolment = _enrolment(session, course_id, user_id)
    return _member(enrolment, session.get_one(User, user_id))


def change_role(
    session: Session, course_id: int, user_id: int, role: CourseRole, *, actor_id: int
) -> None:
    """Give somebody another role; fewer rights also end all sessions of the person.

    Rights are looked up with every request, so they end at once in any case.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the person is not in the course, or the actor no instructor of it.
    RefusedError
        ``last-instructor``.
    """
    instructors.require(session, course_id, actor_id)
    enrolment = _enrolment(session, course_id, user_id)
    old = enrolment.role
    if old is role:
        return
    if old is CourseRole.INSTRUCTOR:
        refuse_last_instructor(session, course_id, without={user_id})
    enrolment.role = role
    note(
        session,
        "role-changed",
        enrolment,
        actor_id,
        old={"role": old.value},
        new={"role": role.value},
    )
    if _RANK[role] < _RANK[old]:
        end_sessions(session, user_id)
    session.flush()


def change_details(
    session: Session,
    course_id: int,
    user_id: int,
    *,
    section: str,
    extra_minutes: int,
    actor_id: int,
) -> None:
    """Change the section and the time that is added to every due date.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the person is not in the course, or the actor no instructor of it.
    RefusedError
        ``out-of-bounds`` or ``long-section``.
    """
    instructors.require(session, course_id, actor_id)
    enrolment = _enrolment(session, course_id, user_id)
    clean = " ".join(section.replace("\0", "").split())
    if len(clean) > LONGEST_SECTION:
        raise RefusedError(
            f"The name of a section has at most {LONGEST_SECTION} characters.",
            code="long-section",
        )
    if not 0 <= extra_minutes <= MOST_EXTRA_MINUTES:
        raise RefusedError(
            f"The extra time must be from 0 to {MOST_EXTRA_MINUTES} minutes.",
            code="out-of-bounds",
        )
    old = {"section": enrolment.section, "extra_minutes": enrolment.extra_minutes}
    new = {"section": clean, "extra_minutes": extra_minutes}
    if old == new:
        return
    enrolment.section, enrolment.extra_minutes = clean, extra_minutes
    note(session, "roster-changed", enrolment, actor_id, old=old, new=new)
    session.flush()
    if old["extra_minutes"] != extra_minutes:
        _settle_everything_of(session, course_id, user_id)


def drop(session: Session, course_id: int, user_id: int, *, actor_id: int) -> None:
    """Take somebody out of a course; what was handed in stays, and so does the score.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the person is not in the course, or the actor no instructor of it.
    RefusedError
        ``last-instructor``.
    """
    instructors.require(session, course_id, actor_id)
    enrolment = _enrolment(session, course_id, user_id)
    if enrolment.dropped_at is not None:
        return
    if enrolment.role is CourseRole.INSTRUCTOR:
        refuse_last_instructor(session, course_id, without={user_id})
    enrolment.dropped_at = database_now(session)
    note(session, "dropped", enrolment, actor_id)
    end_sessions(session, user_id)
    session.flush()


def restore(session: Session, course_id: int, user_id: int, *, actor_id: int) -> None:
    """Let somebody back who had left, with the role they had.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the person was never in the course, or the actor is no instructor of it.
    """
    instructors.require(session, course_id, actor_id)
    enrolment = _enrolment(session, course_id, user_id)
    if enrolment.dropped_at is None:
        return
    enrolment.dropped_at = None
    note(session, "restored", enrolment, actor_id)
    session.flush()


def refuse_last_instructor(
    session: Session, course_id: int, *, without: set[int]
) -> None:
    """Refuse if nobody else would be left to look after the course.

    Raises
    ------
    RefusedError
        ``last-instructor``.
    """
    # The rows are locked, so that two of them cannot demote each other at once.
    left = session.scalars(
        select(Enrolment.user_id)
        .where(
            Enrolment.course_id == course_id,
            Enrolment.role == CourseRole.INSTRUCTOR,
            Enrolment.dropped_at.is_(None),
        )
        .order_by(Enrolment.user_id)
        .with_for_update()
    ).all()
    if not set(left) - without:
        raise RefusedError(
            "This is the last instructor of the course. Make somebody else an "
            "instructor first.",
            code="last-instructor",
        )


def end_sessions(session: Session, user_id: int) -> None:
    """Sign somebody out everywhere, so that no copy of a cookie is worth anything."""
    session.get_one(User, user_id).fs_uniquifier = uuid.uuid4().hex
    sessions.end_all(session, user_id, database_now(session))


def note(
    session: Session,
    action: str,
    enrolment: Enrolment,
    actor_id: int,
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    """Write a change of somebody's place in a course to the list of what happened."""
    who = {"course": enrolment.course_id, "user": enrolment.user_id}
    audit.add(
        session,
        action,
        actor_id=actor_id,
        old=None if old is None else {**who, **old},
        new={**who, **(new or {})},
    )


def _settle_everything_of(session: Session, course_id: int, user_id: int) -> None:
    for assignment_id in session.scalars(
        select(Attempts.assignment_id)
        .join(Assignment, Assignment.id == Attempts.assignment_id)
        .where(Assignment.course_id == course_id, Attempts.user_id == user_id)
        .order_by(Attempts.assignment_id)
    ):
        standings.settle_assignment(session, assignment_id, [user_id])


def _enrolment(session: Session, course_id: int, user_id: int) -> Enrolment:
    enrolment = session.get(Enrolment, (course_id, user_id))
    if enrolment is None:
        raise NotFoundError(f"user {user_id} is not in course {course_id}")
    return enrolment


def _member(enrolment: Enrolment, user: User) -> Member:
    return Member(
        user_id=user.id,
        name=user.name,
        email=user.email,
        student_number=enrolment.student_number,
        section=enrolment.section,
        role=enrolment.role,
        extra_minutes=enrolment.extra_minutes,
        dropped_at=enrolment.dropped_at,
    )
