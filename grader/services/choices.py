"""A student says which attempt counts, where the assignment leaves that to students."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import NotFoundError, RefusedError
from grader.models import Assignment, Attempts, Counting, CourseRole, Standing
from grader.services import admission, audit, standings, visibility
from grader.services.ids import parsed
from grader.services.upserts import insert_if_absent


def choose(
    session: Session,
    *,
    assignment_id: int,
    user_id: int,
    submission_id: str | uuid.UUID,
    role: CourseRole,
    now: datetime,
) -> int:
    """Let one of a student's graded submissions count, and return its number.

    Raises
    ------
    NotFoundError
        If there is no such assignment, or no such submission of this student.
    RefusedError
        ``no-choice`` where the assignment has another rule, ``no-score`` for a
        submission that has none.
    """
    assignment = visibility.require_open(session, assignment_id, role, now)
    wanted = parsed(submission_id)
    key = {"assignment_id": assignment_id, "user_id": user_id}
    standing = session.scalars(
        select(Standing).filter_by(submission_id=wanted, **key)
    ).one_or_none()
    if standing is None:
        raise NotFoundError(f"submission {submission_id} is not for this viewer")
    if assignment.counting is not Counting.CHOSEN:
        raise RefusedError(
            "In this assignment you do not choose which attempt counts.",
            code="no-choice",
        )
    if standing.final is None:
        raise RefusedError(
            f"Attempt {standing.number} has no score, so it cannot count.",
            code="no-score",
        )
    insert_if_absent(session, Attempts, {**key, "used": 0, "submitted": 0})
    row = _own_row(session, assignment, user_id)
    old, row.chosen_id = row.chosen_id, wanted
    session.flush()
    standings.settle_assignment(session, assignment_id, [user_id])
    audit.add(
        session,
        "chosen",
        actor_id=user_id,
        submission_id=wanted,
        old={"chosen": None if old is None else str(old)},
        new={"chosen": str(wanted)},
    )
    return standing.number


def _own_row(session: Session, assignment: Assignment, user_id: int) -> Attempts:
    """Return a student's row, with those of the whole team locked.

    In the order in which everybody locks them, so that two members who choose at once
    wait for one another and not both.
    """
    team = admission.team_of(session, assignment, user_id)
    rows = session.scalars(
        select(Attempts)
        .where(Attempts.assignment_id == assignment.id, Attempts.user_id.in_(team))
        .order_by(Attempts.user_id)
        .with_for_update()
    )
    return next(row for row in rows.all() if row.user_id == user_id)
