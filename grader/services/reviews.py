"""Who looks at a submission, whether somebody has, and which one is next."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import RefusedError
from grader.models import Review, Standing, Submission
from grader.services import audit, staff_rights
from grader.services.upserts import insert_if_absent


@dataclass(frozen=True, slots=True)
class ReviewState:
    """How far the review of one submission has come, and of all of them.

    Parameters
    ----------
    reviewed, total
        Of the submissions that count, one for each student or group.
    previous_id, next_id
        Not reviewed yet and not given to somebody else; ``None`` without one.
    """

    assigned_to: int | None
    done_at: datetime | None
    done_by: int | None
    reviewed: int
    total: int
    previous_id: str | None
    next_id: str | None


@dataclass(frozen=True, slots=True)
class _Line:
    id: uuid.UUID
    assigned_to: int | None
    done_at: datetime | None


def state(
    session: Session, submission_id: str | uuid.UUID, actor_id: int
) -> ReviewState:
    """Return where a review stands, with its neighbours.

    The order is that of the random ids: the same for everybody and every time, and not
    that of the names, so that no student is always the last one of a tired evening.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the submission is not for this person to review.
    """
    submission = staff_rights.on_submission(session, submission_id, actor_id)
    lines = _to_review(session, submission.assignment_id)
    waiting = [
        line.id
        for line in lines
        if line.done_at is None
        and line.assigned_to in (None, actor_id)
        and line.id != submission.id
    ]
    review = session.get(Review, submission.id)
    return ReviewState(
        assigned_to=review.assigned_to if review else None,
        done_at=review.done_at if review else None,
        done_by=review.done_by if review else None,
        reviewed=sum(line.done_at is not None for line in lines),
        total=len(lines),
        previous_id=_nearest(waiting, submission.id, forward=False),
        next_id=_nearest(waiting, submission.id, forward=True),
    )


def first_to_review(session: Session, assignment_id: int, actor_id: int) -> str | None:
    """Return the submission to begin with, those assigned to this person first.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the assignment is not for this person to review.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    waiting = [
        line
        for line in _to_review(session, assignment_id)
        if line.done_at is None and line.assigned_to in (None, actor_id)
    ]
    waiting.sort(key=lambda line: line.assigned_to is None)
    return str(waiting[0].id) if waiting else None


def assign(
    session: Session,
    submission_id: str | uuid.UUID,
    actor_id: int,
    assignee_id: int | None,
) -> None:
    """Say who of the staff looks at a submission; ``None`` for whoever comes.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the submission is not for this person to review.
    RefusedError
        ``not-staff`` if the assignee is not on the course's staff.
    """
    submission = staff_rights.on_submission(session, submission_id, actor_id)
    refuse_stranger(session, submission.assignment.course_id, assignee_id, actor_id)
    review = _row(session, submission.id)
    if review.assigned_to == assignee_id:
        return
    audit.add(
        session,
        "review_assigned",
        actor_id=actor_id,
        submission_id=submission.id,
        old=review.assigned_to,
        new=assignee_id,
    )
    review.assigned_to = assignee_id
    session.flush()


def finish(
    session: Session, submission_id: str | uuid.UUID, actor_id: int, *, done: bool
) -> None:
    """Say that a submission has been looked at, or that it has not.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the submission is not for this person to review.
    """
    submission = staff_rights.on_submission(session, submission_id, actor_id)
    review = _row(session, submission.id)
    if (review.done_at is not None) == done:
        return
    review.done_at = database_now(session) if done else None
    review.done_by = actor_id if done else None
    audit.add(
        session,
        "review_done" if done else "review_reopened",
        actor_id=actor_id,
        submission_id=submission.id,
    )
    session.flush()


def refuse_stranger(
    session: Session, course_id: int, assignee_id: int | None, actor_id: int
) -> None:
    """Refuse to give work to somebody who is not on the staff.

    Raises
    ------
    RefusedError
        ``not-staff``.
    """
    # An administrator helps in every course without being enrolled.
    known = {None, actor_id, *staff_rights.members(session, course_id)}
    if assignee_id not in known:
        raise RefusedError("Choose somebody of this course's staff.", code="not-staff")


def _row(session: Session, submission_id: uuid.UUID) -> Review:
    insert_if_absent(session, Review, {"submission_id": submission_id})
    return session.get_one(Review, submission_id, populate_existing=True)


def _to_review(session: Session, assignment_id: int) -> list[_Line]:
    """Return the submissions that count, once each, in their lasting order."""
    rows = session.execute(
        select(Submission.id, Review.assigned_to, Review.done_at)
        .join(Standing, Standing.submission_id == Submission.id)
        .outerjoin(Review, Review.submission_id == Submission.id)
        .where(Standing.assignment_id == assignment_id, Standing.counts)
        .distinct()
        .order_by(Submission.id)
    )
    return [_Line(*row) for row in rows]


def _nearest(
    waiting: Sequence[uuid.UUID], here: uuid.UUID, *, forward: bool
) -> str | None:
    """Return the next one from here, beginning again at the other end."""
    if not waiting:
        return None
    before = [one for one in waiting if one < here]
    after = [one for one in waiting if one > here]
    around = after + before if forward else before[::-1] + after[::-1]
    return str(around[0])
