"""What is shown of regrade requests: one with its thread, and lists of them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, joinedload

from grader.errors import NotFoundError
from grader.models import (
    Assignment,
    CourseRole,
    RegradeMessage,
    RegradeRequest,
    RegradeState,
    Submission,
    User,
)
from grader.services import accounts, reports
from grader.services.ids import parsed
from grader.services.reports import ReportView


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a thread."""

    author: str
    by_student: bool
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """One request as a reader sees it.

    Parameters
    ----------
    report
        Of the submission, for this reader.
    check
        Id of the check; empty for the whole submission.
    title
        Of the check.
    score_before, score_after
        ``None`` where this reader does not see the whole score.
    """

    id: str
    report: ReportView
    check: str
    title: str
    state: RegradeState
    asked_by: str
    asked_by_me: bool
    assigned_to: int | None
    closed_by: str
    created_at: datetime
    closed_at: datetime | None
    score_before: float | None
    score_after: float | None
    role: CourseRole
    messages: list[Message]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request in a list."""

    id: str
    submission_id: str
    check: str
    state: RegradeState
    asked_by: str
    assigned_to: int | None
    assignee: str
    assignment_slug: str
    assignment_title: str
    number: int
    created_at: datetime


def thread(session: Session, request_id: str | uuid.UUID, viewer_id: int) -> Thread:
    """Return a request with its thread, for who asked or for the staff.

    A check that the reader no longer sees has no title here, and its points are left
    out.

    Raises
    ------
    NotFoundError
        If it is not for this person.
    """
    request = existing(session, request_id)
    role = role_for(session, request, viewer_id)
    report = reports.for_viewer(
        session, submission_id=request.submission_id, viewer_id=viewer_id
    )
    titles = {check.id: check.title for check in report.checks}
    people = _names(session, request.opened_by, request.closed_by)
    shows_scores = not report.is_partial
    return Thread(
        id=str(request.id),
        report=report,
        check=request.check if request.check in titles else "",
        title=titles.get(request.check, ""),
        state=request.state,
        asked_by=people[request.opened_by],
        asked_by_me=request.opened_by == viewer_id,
        assigned_to=request.assigned_to,
        closed_by=people.get(request.closed_by, ""),
        created_at=request.created_at,
        closed_at=request.closed_at,
        score_before=request.score_before if shows_scores else None,
        score_after=request.score_after if shows_scores else None,
        role=role,
        messages=_messages(session, request),
    )


def about(
    session: Session, submission_id: uuid.UUID, *, asked_by: int | None = None
) -> list[RequestLine]:
    """Return the requests about a submission, all or those of one student."""
    query = _lines().where(RegradeRequest.submission_id == submission_id)
    if asked_by is not None:
        query = query.where(RegradeRequest.opened_by == asked_by)
    return [_line(*row) for row in session.execute(query)]


def open_in_course(session: Session, course_id: int) -> list[RequestLine]:
    """Return the open requests of a course, the oldest first."""
    query = _lines().where(
        Assignment.course_id == course_id, RegradeRequest.state == RegradeState.OPEN
    )
    return [_line(*row) for row in session.execute(query)]


def open_of_student(session: Session, user_id: int) -> list[RequestLine]:
    """Return a student's own open requests in all courses, the oldest first."""
    query = _lines().where(
        RegradeRequest.opened_by == user_id,
        RegradeRequest.state == RegradeState.OPEN,
    )
    return [_line(*row) for row in session.execute(query)]


def role_for(session: Session, request: RegradeRequest, viewer_id: int) -> CourseRole:
    """Return the role in which somebody reads a thread: who asked, or the staff.

    Raises
    ------
    NotFoundError
        If it is not for this person.
    """
    submission = session.get_one(Submission, request.submission_id)
    role = accounts.role_in(session, viewer_id, submission.assignment.course_id)
    if role is None or not (role.is_staff or request.opened_by == viewer_id):
        raise NotFoundError(f"request {request.id} is not for user {viewer_id}")
    return role


def existing(session: Session, request_id: str | uuid.UUID) -> RegradeRequest:
    """Return a request.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    request = session.get(RegradeRequest, parsed(request_id))
    if request is None:
        raise NotFoundError(f"request {request_id} does not exist")
    return request


_ASKER, _HELPER = aliased(User), aliased(User)


def _lines() -> Select[RegradeRequest, User, User, Submission, Assignment]:
    return (
        select(RegradeRequest, _ASKER, _HELPER, Submission, Assignment)
        .join(_ASKER, _ASKER.id == RegradeRequest.opened_by)
        .outerjoin(_HELPER, _HELPER.id == RegradeRequest.assigned_to)
        .join(Submission, Submission.id == RegradeRequest.submission_id)
        .join(Assignment, Assignment.id == RegradeRequest.assignment_id)
        .order_by(RegradeRequest.created_at, RegradeRequest.id)
    )


def _line(
    request: RegradeRequest,
    asker: User,
    helper: User | None,
    submission: Submission,
    assignment: Assignment,
) -> RequestLine:
    return RequestLine(
        id=str(request.id),
        submission_id=str(submission.id),
        check=request.check,
        state=request.state,
        asked_by=asker.name,
        assigned_to=request.assigned_to,
        assignee=helper.name if helper else "",
        assignment_slug=assignment.slug,
        assignment_title=assignment.title,
        number=submission.number,
        created_at=request.created_at,
    )


def _names(session: Session, *user_ids: int | None) -> dict[int | None, str]:
    rows = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return dict(rows.all())


def _messages(session: Session, request: RegradeRequest) -> list[Message]:
    rows = session.scalars(
        select(RegradeMessage)
        .where(RegradeMessage.request_id == request.id)
        .options(joinedload(RegradeMessage.author))
        .order_by(RegradeMessage.id)
    )
    return [
        Message(
            author=row.author.name,
            by_student=row.author_id == request.opened_by,
            text=row.text,
            created_at=row.created_at,
        )
        for row in rows
    ]
