"""Courses, and what a person sees of theirs."""

import re
import zoneinfo
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

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
    GradingRun,
    RunStatus,
    Submission,
    User,
)

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
    """One line of a person's list of assignments; scores are that person's own."""

    slug: str
    title: str
    due_at: datetime | None
    best_score: float | None
    last_status: RunStatus | None
    max_score: float


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
            select(Enrolment).where(Enrolment.user_id == user_id)
        )
    }
    query = select(Course).order_by(Course.title, Course.slug)
    user = session.get(User, user_id)
    if user is None or not user.is_admin:
        query = query.where(Course.id.in_(roles))
    courses = session.scalars(query).all()
    cards = _assignment_cards(session, user_id, [course.id for course in courses])
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
    session: Session, user_id: int, course_ids: list[int]
) -> dict[int, list[AssignmentCard]]:
    assignments = session.scalars(
        select(Assignment).where(Assignment.course_id.in_(course_ids))
    ).all()
    ids = [assignment.id for assignment in assignments]
    newest = (
        select(func.max(AssignmentSnapshot.id))
        .where(AssignmentSnapshot.assignment_id.in_(ids))
        .group_by(AssignmentSnapshot.assignment_id)
    )
    newest_rows = session.scalars(
        select(AssignmentSnapshot).where(AssignmentSnapshot.id.in_(newest))
    )
    most = {row.assignment_id: row.max_score for row in newest_rows}
    best, last = _own_results(session, user_id, ids)
    cards: dict[int, list[AssignmentCard]] = defaultdict(list)
    for assignment in sorted(assignments, key=_by_date):
        cards[assignment.course_id].append(
            AssignmentCard(
                assignment.slug,
                assignment.title,
                assignment.due_at,
                best.get(assignment.id),
                last.get(assignment.id),
                most.get(assignment.id, 0.0),
            )
        )
    return cards


def _by_date(assignment: Assignment) -> tuple[bool, str, str]:
    due = assignment.due_at
    return (due is None, due.isoformat() if due else "", assignment.slug)


def _own_results(
    session: Session, user_id: int, assignment_ids: list[int]
) -> tuple[dict[int, float], dict[int, RunStatus]]:
    """Return the best score and the last status, by assignment."""
    rows = session.execute(
        select(Submission.assignment_id, GradingRun.score, GradingRun.status)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .where(
            Submission.user_id == user_id,
            Submission.assignment_id.in_(assignment_ids),
            GradingRun.is_current,
        )
        .order_by(Submission.number)
    )
    best: dict[int, float] = {}
    last: dict[int, RunStatus] = {}
    for assignment_id, score, status in rows:
        last[assignment_id] = status
        if score is not None:
            best[assignment_id] = max(score, best.get(assignment_id, score))
    return best, last
