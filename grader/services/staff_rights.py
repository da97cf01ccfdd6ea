"""Who of a course's staff may act on what; for everybody else it does not exist."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from grader.errors import ForbiddenError, NotFoundError
from grader.models import (
    Assignment,
    Attempts,
    CourseRole,
    Enrolment,
    Submission,
    User,
)
from grader.services import accounts
from grader.services.ids import parsed


def in_course(session: Session, course_id: int, actor_id: int) -> CourseRole:
    """Return the role of somebody who acts for the staff of a course.

    Raises
    ------
    NotFoundError
        If this person is not in the course.
    ForbiddenError
        If this person is one of its students.
    """
    role = accounts.role_in(session, actor_id, course_id)
    if role is None:
        raise NotFoundError(f"course {course_id} is not for user {actor_id}")
    if not role.is_staff:
        raise ForbiddenError(f"user {actor_id} is not on the staff of {course_id}")
    return role


def on_assignment(session: Session, assignment_id: int, actor_id: int) -> Assignment:
    """Return an assignment for somebody on the staff of its course.

    Raises
    ------
    NotFoundError, ForbiddenError
        As ``in_course``; the first also if there is no such assignment.
    """
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        raise NotFoundError(f"assignment {assignment_id} does not exist")
    in_course(session, assignment.course_id, actor_id)
    return assignment


def on_submission(
    session: Session, submission_id: str | uuid.UUID, actor_id: int
) -> Submission:
    """Return a submission, its assignment and student for somebody on the staff.

    Raises
    ------
    NotFoundError
        If there is none, or somebody else's submission is asked for by a student.
    ForbiddenError
        If it is the student's own: they know that it is there.
    """
    submission = session.scalars(
        select(Submission)
        .where(Submission.id == parsed(submission_id))
        .options(
            joinedload(Submission.assignment).joinedload(Assignment.course),
            joinedload(Submission.user),
        )
    ).one_or_none()
    if submission is None:
        raise NotFoundError(f"submission {submission_id} does not exist")
    role = accounts.role_in(session, actor_id, submission.assignment.course_id)
    if role is None or not (role.is_staff or submission.user_id == actor_id):
        raise NotFoundError(f"submission {submission_id} is not for user {actor_id}")
    if not role.is_staff:
        raise ForbiddenError(f"user {actor_id} may not review {submission_id}")
    return submission


def members(session: Session, course_id: int) -> dict[int, str]:
    """Return the names of a course's staff by id, in the order of the names."""
    rows = session.execute(
        select(User.id, User.name)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(
            Enrolment.course_id == course_id,
            Enrolment.role != CourseRole.STUDENT,
            Enrolment.dropped_at.is_(None),
            User.active,
        )
        .order_by(User.name, User.id)
    )
    return dict(rows.all())


def take_turn(session: Session, *submissions: Submission) -> None:
    """Let changes of one student's scores in one assignment pass one by one.

    The rows are those that ``standings.settle`` waits for. All submissions are of one
    assignment.
    """
    students = sorted({submission.user_id for submission in submissions})
    session.execute(
        select(Attempts.used)
        .where(
            Attempts.assignment_id == submissions[0].assignment_id,
            Attempts.user_id.in_(students),
        )
        .order_by(Attempts.user_id)
        .with_for_update()
    )
