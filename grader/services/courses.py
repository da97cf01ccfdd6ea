"""Courses, and what a person sees of theirs."""

import re
import zoneinfo
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import (
    Assignment,
    AssignmentSnapshot,
    Course,
    CourseRole,
    Enrolment,
    RegradeRequest,
    RegradeState,
    RunStatus,
    User,
)
from grader.services import attempts, visibility
from grader.services.attempts import History
from grader.services.due_dates import own_dates
from grader.services.visibility import Sight

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course as it can be shown."""

    id: int
    slug: str
    title: str
    timezone: str


@dataclass(frozen=True, slots=True)
class AssignmentCard:
    """One line of a person's list of assignments; dates and scores are that person's.

    Parameters
    ----------
    opens_at
        In the future only for staff: students do not see it before.
    score
        The one that counts; of the visible part of the last submission where
        ``is_partial``.
    last_score, last_status
        Of the newest submission.
    open_questions
        How many regrade requests of this student wait for an answer.
    """

    slug: str
    title: str
    due_at: datetime | None
    opens_at: datetime | None
    score: float | None
    last_score: float | None
    last_status: RunStatus | None
    max_score: float
    is_partial: bool = False
    open_questions: int = 0


@dataclass(frozen=True, slots=True)
class CourseCard:
    """One of a person's courses with its assignments, those due first at the top."""

    slug: str
    title: str
    timezone: str
    role: CourseRole
    assignments: list[AssignmentCard]


def create(session: Session, *, slug: str, title: str, timezone: str = "UTC") -> int:
    """Add a course and return its id.

    Raises
    ------
    RefusedError
        ``bad-slug``, ``bad-timezone`` or ``course-exists``.
    """
    if not SLUG.fullmatch(slug):
        raise RefusedError(
            f"{slug!r} cannot be the short name of a course: use lower-case letters, "
            "digits and hyphens.",
            code="bad-slug",
        )
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise RefusedError(
            f"{timezone!r} is not the name of a time zone, such as Europe/Vienna.",
            code="bad-timezone",
        ) from None
    if _find(session, slug) is not None:
        raise RefusedError(f"There is already a course {slug}.", code="course-exists")
    course = Course(
        slug=slug, title=title, timezone=timezone, created_at=database_now(session)
    )
    session.add(course)
    session.flush()
    return course.id


def by_slug(session: Session, slug: str) -> CourseView:
    """Return a course by its short name.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    course = _find(session, slug)
    if course is None:
        raise NotFoundError(f"course {slug} does not exist")
    return CourseView(course.id, course.slug, course.title, course.timezone)


def slugs(session: Session) -> list[str]:
    """Return the short names of all courses, in their order."""
    return list(session.scalars(select(Course.slug).order_by(Course.slug)))


def courses_of(session: Session, user_id: int) -> list[CourseCard]:
    """Return a person's courses by title; all of them for an administrator."""
    roles: dict[int, CourseRole] = {
        enrolment.course_id: enrolment.role
        for enrolment in session.scalars(
            select(Enrolment).where(
                Enrolment.user_id == user_id, Enrolment.dropped_at.is_(None)
            )
        )
    }
    query = select(Course).order_by(Course.title, Course.slug)
    user = session.get(User, user_id)
    if user is None or not user.is_admin:
        query = query.where(Course.id.in_(roles))
    courses = session.scalars(query).all()
    staff_in = {
        course.id
        for course in courses
        if roles.get(course.id, CourseRole.INSTRUCTOR).is_staff
    }
    cards = _assignment_cards(
        session, user_id, [course.id for course in courses], staff_in
    )
    return [
        CourseCard(
            course.slug,
            course.title,
            course.timezone,
            roles.get(course.id, CourseRole.INSTRUCTOR),
            cards[course.id],
        )
        for course in courses
    ]


def _find(session: Session, slug: str) -> Course | None:
    return session.scalars(select(Course).where(Course.slug == slug)).one_or_none()


def _assignment_cards(
    session: Session, user_id: int, course_ids: list[int], staff_in: set[int]
) -> dict[int, list[AssignmentCard]]:
    now = database_now(session)
    assignments = [
        one
        for one in session.scalars(
            select(Assignment).where(Assignment.course_id.in_(course_ids))
        )
        if one.course_id in staff_in or visibility.is_open(one, now)
    ]
    sights = visibility.sights(session, assignments, user_id, now, staff_in=staff_in)
    own = attempts.histories(session, assignments, user_id, sights)
    outlines = _newest_outlines(session, list(sights))
    dates = own_dates(session, assignments, user_id)
    questions = _open_questions(session, user_id, list(sights))
    cards: dict[int, list[AssignmentCard]] = defaultdict(list)
    for one in sorted(assignments, key=lambda one: _by_date(one, dates[one.id])):
        outline = outlines.get(one.id, [])
        card = _card(one, own[one.id], sights[one.id], outline)
        cards[one.course_id].append(
            replace(
                card,
                due_at=dates[one.id],
                open_questions=questions.get(one.id, 0),
            )
        )
    return cards


def _card(
    assignment: Assignment, own: History, sight: Sight, outline: list[Any]
) -> AssignmentCard:
    counting = own.last_scored if own.is_partial else own.counting
    last = own.rows[0] if own.rows else None
    return AssignmentCard(
        slug=assignment.slug,
        title=assignment.title,
        due_at=assignment.due_at,
        opens_at=assignment.opens_at,
        score=None if counting is None else counting.score,
        last_score=None if last is None else last.score,
        last_status=None if last is None else last.status,
        max_score=sight.max_score(outline),
        is_partial=not sight.is_whole(outline),
    )


def _newest_outlines(session: Session, ids: list[int]) -> dict[int, list[Any]]:
    newest = (
        select(func.max(AssignmentSnapshot.id))
        .where(AssignmentSnapshot.assignment_id.in_(ids))
        .group_by(AssignmentSnapshot.assignment_id)
    )
    rows = session.execute(
        select(AssignmentSnapshot.assignment_id, AssignmentSnapshot.outline).where(
            AssignmentSnapshot.id.in_(newest)
        )
    )
    return dict(rows.all())


def _open_questions(session: Session, user_id: int, ids: list[int]) -> dict[int, int]:
    """Return how many of a student's regrade requests are open, by assignment."""
    rows = session.execute(
        select(RegradeRequest.assignment_id, func.count())
        .where(
            RegradeRequest.opened_by == user_id,
            RegradeRequest.assignment_id.in_(ids),
            RegradeRequest.state == RegradeState.OPEN,
        )
        .group_by(RegradeRequest.assignment_id)
    )
    return dict(rows.all())


def _by_date(assignment: Assignment, due: datetime | None) -> tuple[bool, str, str]:
    return (due is None, due.isoformat() if due else "", assignment.slug)
