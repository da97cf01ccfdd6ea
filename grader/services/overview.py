"""How a course stands: each assignment in a few numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from grader.errors import NotFoundError
from grader.models import (
    Alarm,
    Assignment,
    Attempts,
    CourseRole,
    Enrolment,
    GradingRun,
    RegradeRequest,
    RegradeState,
    RunStatus,
    Standing,
    Submission,
)
from grader.services import accounts, health
from grader.services.columns import columns_of
from grader.services.counting import is_the_score
from grader.services.states import begins_elsewhere, is_pending, stands

BINS = 10
PASSING_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class AssignmentState:
    """One assignment of a course, as its staff see it.

    Parameters
    ----------
    passing
        Students with at least half of the points.
    histogram
        How many scores lie in each tenth of the points; full marks and more are in the
        last one.
    waiting_seconds
        About how long until what waits now is graded; ``None`` without a worker.
    """

    slug: str
    title: str
    due_at: datetime | None
    published_at: datetime | None
    max_score: float
    submitted: int
    scored: int
    passing: int
    mean: float | None
    histogram: tuple[int, ...]
    queued: int
    running: int
    waiting_seconds: float | None
    attention: int
    regrades: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All assignments of a course, and what the service needs somebody for."""

    students: int
    assignments: tuple[AssignmentState, ...]
    open_alarms: int


@dataclass(slots=True)
class _Scores:
    """The scores of one assignment, added up from one tenth to the next."""

    count: int = 0
    passing: int = 0
    points: float = 0.0
    bins: list[int] = field(default_factory=lambda: [0] * BINS)

    def add(self, place: int, count: int, passing: int, points: float) -> None:
        """Add the scores of one tenth."""
        self.count += count
        self.passing += passing
        self.points += points
        self.bins[place] += count


def overview(session: Session, course_id: int, viewer_id: int) -> Overview:
    """Return how a course stands, in the same number of statements for any course.

    Raises
    ------
    NotFoundError
        If the viewer is not on the course's staff.
    """
    role = accounts.role_in(session, viewer_id, course_id)
    if role is None or not role.is_staff:
        raise NotFoundError(f"course {course_id} is not for this viewer")
    students = session.scalars(
        select(func.count()).where(
            Enrolment.course_id == course_id,
            Enrolment.role == CourseRole.STUDENT,
            Enrolment.dropped_at.is_(None),
        )
    ).one()
    alarms = session.scalars(
        select(func.count()).select_from(Alarm).where(Alarm.resolved_at.is_(None))
    ).one()
    columns = columns_of(session, course_id)
    ids = [one.id for one in columns]
    submitted = _submitted(session, ids)
    scores = _scores(session, ids)
    queue = _queue(session, ids)
    attention = _attention(session, ids)
    regrades = _regrades(session, ids)
    slots = health.slots(session)
    found = []
    for one in columns:
        own = scores[one.id]
        queued, running, seconds = queue.get(one.id, (0, 0, 0.0))
        found.append(
            AssignmentState(
                slug=one.slug,
                title=one.title,
                due_at=one.due_at,
                published_at=one.published_at,
                max_score=one.max_score,
                submitted=submitted.get(one.id, 0),
                scored=own.count,
                passing=own.passing,
                mean=own.points / own.count if own.count else None,
                histogram=tuple(own.bins),
                queued=queued,
                running=running,
                waiting_seconds=seconds / slots if slots else None,
                attention=attention.get(one.id, 0),
                regrades=regrades.get(one.id, 0),
            )
        )
    return Overview(students, tuple(found), alarms)


def _is_student(course: Any, user: Any) -> Any:
    return and_(
        Enrolment.course_id == course,
        Enrolment.user_id == user,
        Enrolment.role == CourseRole.STUDENT,
        Enrolment.dropped_at.is_(None),
    )


def _submitted(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(Attempts.assignment_id, func.count())
        .join(Assignment, Assignment.id == Attempts.assignment_id)
        .join(Enrolment, _is_student(Assignment.course_id, Attempts.user_id))
        .where(Attempts.assignment_id.in_(ids), Attempts.submitted > 0)
        .group_by(Attempts.assignment_id)
    )
    return {one: count for one, count in rows}  # noqa: C416 - rows are no pairs


def _scores(session: Session, ids: Sequence[int]) -> dict[int, _Scores]:
    """Return what counts for the students of each assignment."""
    # Compared, not divided and cut: the two databases round differently.
    tenths = (
        (BINS * Standing.final >= at * Standing.max_score, at)
        for at in range(BINS - 1, 0, -1)
    )
    place = case((Standing.max_score <= 0, 0), *tenths, else_=0).label("place")
    passes = Standing.final >= PASSING_SHARE * Standing.max_score
    rows = session.execute(
        select(
            Standing.assignment_id,
            place,
            func.count(),
            func.count().filter(passes),
            func.sum(Standing.final),
        )
        .join(Assignment, Assignment.id == Standing.assignment_id)
        .join(Enrolment, _is_student(Assignment.course_id, Standing.user_id))
        .where(is_the_score(), Standing.assignment_id.in_(ids))
        .group_by(Standing.assignment_id, "place")
    )
    found = {one: _Scores() for one in ids}
    for one, at, count, passing, points in rows:
        found[one].add(at, count, passing, points)
    return found


def _queue(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int, float]]:
    rows = session.execute(
        select(
            begins_elsewhere(Submission.assignment_id).label("of"),
            func.count().filter(stands(RunStatus.QUEUED)),
            func.count().filter(stands(RunStatus.RUNNING)),
            func.sum(GradingRun.expected_seconds),
        )
        .join(Submission, Submission.id == GradingRun.submission_id)
        .where(is_pending(), begins_elsewhere(Submission.assignment_id).in_(ids))
        .group_by("of")
    )
    return {one: (queued, running, secs) for one, queued, running, secs in rows}


def _attention(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(begins_elsewhere(Submission.assignment_id).label("of"), func.count())
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .where(
            stands(RunStatus.NEEDS_ATTENTION),
            GradingRun.is_current,
            begins_elsewhere(Submission.assignment_id).in_(ids),
        )
        .group_by("of")
    )
    return {one: count for one, count in rows}  # noqa: C416 - rows are no pairs


def _regrades(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(RegradeRequest.assignment_id, func.count())
        .where(
            RegradeRequest.state == RegradeState.OPEN,
            RegradeRequest.assignment_id.in_(ids),
        )
        .group_by(RegradeRequest.assignment_id)
    )
    return {one: count for one, count in rows}  # noqa: C416 - rows are no pairs
