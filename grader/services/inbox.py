"""What waits for the staff of a course."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, SQLColumnExpression, func, literal, select
from sqlalchemy.orm import Session

from grader.models import (
    Assignment,
    GradingRun,
    Override,
    Review,
    RunStatus,
    Submission,
    User,
)
from grader.services import regrade_threads, staff_rights
from grader.services.regrade_threads import RequestLine

MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One submission that a person should look at.

    Parameters
    ----------
    note
        Why: the problem of the run, or the check that was overridden.
    since
        When it was handed in.
    """

    submission_id: str
    student: str
    number: int
    assignment_slug: str
    assignment_title: str
    note: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Inbox:
    """The lists of one person's inbox; each has at most ``MOST_LINES`` of ``counts``.

    Parameters
    ----------
    mine, unassigned, others
        Open regrade requests, the oldest first.
    reviews
        Submissions given to this person and not reviewed yet.
    attention
        What could not be graded.
    overrides
        Decisions that were made on points which a rerun has changed.
    """

    mine: list[RequestLine]
    unassigned: list[RequestLine]
    others: list[RequestLine]
    reviews: list[WorkLine]
    attention: list[WorkLine]
    overrides: list[WorkLine]
    counts: dict[str, int]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing waits for anybody."""
        return not any(self.counts.values())


def of(session: Session, course_id: int, viewer_id: int) -> Inbox:
    """Return what waits in a course, for one of its staff.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the course is not for this person to help in.
    """
    staff_rights.in_course(session, course_id, viewer_id)
    requests = regrade_threads.open_in_course(session, course_id)
    mine = [one for one in requests if one.assigned_to == viewer_id]
    unassigned = [one for one in requests if one.assigned_to is None]
    others = [one for one in requests if one.assigned_to not in (None, viewer_id)]
    lists = {
        "reviews": _reviews(session, course_id, viewer_id),
        "attention": _attention(session, course_id),
        "overrides": _overrides(session, course_id),
    }
    counts = {name: count for name, (_, count) in lists.items()}
    return Inbox(
        mine=mine[:MOST_LINES],
        unassigned=unassigned[:MOST_LINES],
        others=others[:MOST_LINES],
        **{name: lines for name, (lines, _) in lists.items()},
        counts={
            "mine": len(mine),
            "unassigned": len(unassigned),
            "others": len(others),
            **counts,
        },
    )


_Found = tuple[list[WorkLine], int]


def _reviews(session: Session, course_id: int, viewer_id: int) -> _Found:
    query = _waiting(course_id, literal("")).join(
        Review, Review.submission_id == Submission.id
    )
    return _lines(
        session, query.where(Review.assigned_to == viewer_id, Review.done_at.is_(None))
    )


def _attention(session: Session, course_id: int) -> _Found:
    query = _waiting(course_id, GradingRun.problem).join(
        GradingRun, GradingRun.submission_id == Submission.id
    )
    wanted = GradingRun.status == RunStatus.NEEDS_ATTENTION
    return _lines(session, query.where(GradingRun.is_current, wanted))


def _overrides(session: Session, course_id: int) -> _Found:
    query = _waiting(course_id, Override.check).join(
        Override, Override.submission_id == Submission.id
    )
    return _lines(
        session, query.where(Override.needs_look, Override.removed_at.is_(None))
    )


def _waiting(
    course_id: int, note: SQLColumnExpression[str]
) -> Select[Submission, str, Assignment, str]:
    """Return the question for submissions of a course, each with a note."""
    return (
        select(Submission, User.name, Assignment, note)
        .select_from(Submission)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(User, User.id == Submission.user_id)
        .where(Assignment.course_id == course_id)
    )


def _lines(session: Session, query: Select[Submission, str, Assignment, str]) -> _Found:
    """Return the oldest of what is asked for, and how many there are in all."""
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    oldest = query.order_by(Submission.received_at, Submission.id).limit(MOST_LINES)
    return [
        WorkLine(
            submission_id=str(submission.id),
            student=name,
            number=submission.number,
            assignment_slug=assignment.slug,
            assignment_title=assignment.title,
            note=note,
            since=submission.received_at,
        )
        for submission, name, assignment, note in session.execute(oldest)
    ], count
