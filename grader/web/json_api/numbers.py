"""How a course stands, what its students get wrong, and what happened."""

from datetime import datetime

from flask import g
from pydantic import Field

from grader.services import analytics, assignments, audit_list, overview
from grader.web.access import Access
from grader.web.backend import backend
from grader.web.filters import zone
from grader.web.json_api.operations import Area, person
from grader.web.json_api.shapes import Answer, Query, Word

area = Area("numbers", "Numbers and history")
blueprint = area.blueprint


class AssignmentState(Answer):
    """How one assignment stands."""

    slug: str
    title: str
    due_at: datetime | None
    published_at: datetime | None
    max_score: float
    submitted: int
    scored: int
    passing: int
    mean: float | None
    histogram: list[int]
    queued: int
    running: int
    waiting_seconds: float | None
    attention: int
    regrades: int


class OverviewBody(Answer):
    """How a course stands."""

    students: int
    assignments: list[AssignmentState]
    open_alarms: int


class CheckRateBody(Answer):
    """How many students passed one check."""

    id: str
    title: str
    max_points: float
    passed: int
    of_students: int = Field(validation_alias="of")
    mean: float | None


class MistakeBody(Answer):
    """One known mistake over the weeks."""

    id: str
    title: str
    checks: list[str]
    students: int
    by_week: list[int]


class AnalyticsBody(Answer):
    """What a class gets right and wrong."""

    students: int
    submissions: int
    checks: list[CheckRateBody]
    weeks: list[str]
    mistakes: list[MistakeBody]
    to_success: list[int]
    never: int
    hours: list[int]


class EntryBody(Answer):
    """One thing that happened."""

    id: int
    at: datetime
    actor: str
    action: str
    sentence: str
    details: list[str]
    reason: str
    submission_id: str


class History(Answer):
    """What happened, newest first; ``older`` goes into ``before`` for the rest."""

    entries: list[EntryBody]
    older: int | None


class WantedEntries(Query):
    """Which entries: by who did it, about whom, what, and before which entry."""

    person: Word = ""
    student: Word = ""
    action: Word = ""
    before: int | None = Field(default=None, ge=1, lt=2**63)


@area.get("/courses/<course>/overview", access=Access.TA, answer=OverviewBody)
def of_course(course: str) -> OverviewBody:
    """Show how a course stands."""
    with backend().database.read() as session:
        return OverviewBody.of(overview.overview(session, g.course.id, person()))


@area.get(
    "/courses/<course>/assignments/<assignment>/analytics",
    access=Access.TA,
    answer=AnalyticsBody,
)
def of_assignment(course: str, assignment: str) -> AnalyticsBody:
    """Show pass rates, common mistakes, attempts to success and times of day."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        return AnalyticsBody.of(
            analytics.analytics(session, view.id, person(), zone(g.course.timezone))
        )


@area.get(
    "/courses/<course>/audit",
    access=Access.INSTRUCTOR,
    asks=WantedEntries,
    answer=History,
)
def history(course: str, query: WantedEntries) -> History:
    """Show what happened in a course."""
    wanted = audit_list.Wanted(**query.model_dump())
    with backend().database.read() as session:
        return History.of(audit_list.listed(session, g.course.id, person(), wanted))
