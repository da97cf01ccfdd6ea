"""When an assignment is due for one student."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.models import Assignment, Enrolment, Extension


def due_dates(
    session: Session, assignment: Assignment, user_ids: Iterable[int]
) -> dict[int, datetime | None]:
    """Return each student's own date: the extension's, and extra time on top.

    ``None`` stands for an assignment without a date.
    """
    wanted = list(user_ids)
    minutes = dict(
        session.execute(
            select(Enrolment.user_id, Enrolment.extra_minutes).where(
                Enrolment.course_id == assignment.course_id,
                Enrolment.user_id.in_(wanted),
                Enrolment.extra_minutes != 0,
            )
        ).all()
    )
    extended = dict(
        session.execute(
            select(Extension.user_id, Extension.due_at).where(
                Extension.assignment_id == assignment.id,
                Extension.user_id.in_(wanted),
                Extension.due_at.is_not(None),
            )
        ).all()
    )
    return {
        user_id: own_date(
            extended.get(user_id, assignment.due_at), minutes.get(user_id, 0)
        )
        for user_id in wanted
    }


def own_dates(
    session: Session, assignments: Iterable[Assignment], user_id: int
) -> dict[int, datetime | None]:
    """Return one student's own date for each of these assignments, by its id."""
    wanted = list(assignments)
    minutes = dict(
        session.execute(
            select(Enrolment.course_id, Enrolment.extra_minutes).where(
                Enrolment.user_id == user_id, Enrolment.extra_minutes != 0
            )
        ).all()
    )
    extended = dict(
        session.execute(
            select(Extension.assignment_id, Extension.due_at).where(
                Extension.user_id == user_id,
                Extension.assignment_id.in_([one.id for one in wanted]),
                Extension.due_at.is_not(None),
            )
        ).all()
    )
    return {
        one.id: own_date(
            extended.get(one.id, one.due_at), minutes.get(one.course_id, 0)
        )
        for one in wanted
    }


def own_date(due_at: datetime | None, minutes: int) -> datetime | None:
    """Return a date with a student's extra time on top."""
    return None if due_at is None else due_at + timedelta(minutes=minutes)
