"""Codes with which people enrol themselves as students."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import RefusedError
from grader.models import Course, CourseRole, Enrolment
from grader.services import audit, instructors
from grader.services.accounts import ALPHABET

# About 50 bits: with the pause after wrong tries nobody finds one by trying.
_LETTERS = 10


def code_of(session: Session, course_id: int, *, actor_id: int) -> str | None:
    """Return the code of a course, ``None`` while nobody can join.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor is no instructor of the course.
    """
    instructors.require(session, course_id, actor_id)
    return session.get_one(Course, course_id).join_code


def renew(session: Session, course_id: int, *, actor_id: int) -> str:
    """Make a new code; the one before works no more.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor is no instructor of the course.
    """
    instructors.require(session, course_id, actor_id)
    course = session.get_one(Course, course_id)
    course.join_code = "".join(secrets.choice(ALPHABET) for _ in range(_LETTERS))
    # The code itself is a secret of the course, and the list is read by many.
    audit.add(session, "join-code-made", actor_id=actor_id, new={"course": course_id})
    session.flush()
    return course.join_code


def stop(session: Session, course_id: int, *, actor_id: int) -> None:
    """Let nobody join any more.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor is no instructor of the course.
    """
    instructors.require(session, course_id, actor_id)
    session.get_one(Course, course_id).join_code = None
    audit.add(session, "join-code-ended", actor_id=actor_id, new={"course": course_id})
    session.flush()


def join(session: Session, code: str, *, user_id: int) -> str:
    """Enrol a person as a student and return the short name of the course.

    Who is in the course already stays what they are.

    Raises
    ------
    RefusedError
        ``wrong-code``, or ``has-left`` for who was taken out of the course.
    """
    clean = "".join(code.split()).replace("-", "").lower()[:40]
    course = session.scalars(
        select(Course).where(Course.join_code == clean)
    ).one_or_none()
    if not clean or course is None:
        raise RefusedError(
            "No course has this code now. Look at it again, letter by letter, or ask "
            "the course staff for the current one.",
            code="wrong-code",
        )
    enrolment = session.get(Enrolment, (course.id, user_id))
    if enrolment is not None and enrolment.dropped_at is not None:
        raise RefusedError(
            "You were in this course before and were taken out of it. Ask the "
            "instructor to let you back in.",
            code="has-left",
        )
    if enrolment is None:
        session.add(
            Enrolment(course_id=course.id, user_id=user_id, role=CourseRole.STUDENT)
        )
        who = {"course": course.id, "user": user_id}
        audit.add(session, "joined", actor_id=user_id, new=who)
        session.flush()
    return course.slug
