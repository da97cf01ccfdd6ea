"""Who a program acts for, and this person's courses."""

from datetime import UTC, datetime

from flask import g

from grader.errors import NotFoundError
from grader.models import CourseRole, RunStatus, TokenScope
from grader.services import courses, own_account
from grader.services.courses import CourseCard
from grader.web.access import Access
from grader.web.backend import backend
from grader.web.json_api.operations import Area, person
from grader.web.json_api.shapes import Answer

area = Area("account", "You and your courses")
blueprint = area.blueprint


class CourseLine(Answer):
    """One of your courses."""

    slug: str
    title: str
    role: CourseRole


class Me(Answer):
    """For whom the token speaks; ``scope`` is null for a browser."""

    name: str
    email: str
    scope: TokenScope | None
    courses: list[CourseLine]


class AssignmentLine(Answer):
    """One assignment of a course; dates and scores are yours.

    ``score`` is of the visible part alone where ``is_partial``.
    """

    slug: str
    title: str
    due_at: datetime | None
    opens_at: datetime | None
    score: float | None
    last_score: float | None
    last_status: RunStatus | None
    max_score: float
    is_partial: bool
    open_questions: int


class Courses(Answer):
    """Your courses by title."""

    courses: list[CourseLine]


class CourseBody(CourseLine):
    """One course with its assignments, those due first at the top."""

    timezone: str
    assignments: list[AssignmentLine]


class Assignments(Answer):
    """The assignments of a course, those due first at the top."""

    assignments: list[AssignmentLine]


@area.get("/me", answer=Me)
def me() -> Me:
    """Tell for whom the token speaks, and what it may do."""
    with backend().database.read() as session:
        found = own_account.of(session, person(), datetime.now(UTC))
    caller = g.get("caller")
    return Me(
        name=found.name,
        email=found.email,
        scope=None if caller is None else caller.scope,
        courses=[CourseLine.of(one) for one in found.courses],
    )


@area.get("/courses", answer=Courses)
def listed() -> Courses:
    """List your courses."""
    return Courses(courses=[CourseLine.of(one) for one in _cards()])


@area.get("/courses/<course>", access=Access.STUDENT, answer=CourseBody)
def course(course: str) -> CourseBody:
    """Show one course with its assignments."""
    return CourseBody.of(_card(course))


@area.get("/courses/<course>/assignments", access=Access.STUDENT, answer=Assignments)
def assignments(course: str) -> Assignments:
    """List the assignments of a course with your dates and scores."""
    return Assignments.of(_card(course))


def _cards() -> list[CourseCard]:
    with backend().database.read() as session:
        return courses.courses_of(session, person())


def _card(slug: str) -> CourseCard:
    for card in _cards():
        if card.slug == slug:
            return card
    raise NotFoundError(f"course {slug} is not for this viewer")
