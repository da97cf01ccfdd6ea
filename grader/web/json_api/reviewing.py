"""What people add to a submission: comments, other points, questions and answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from flask import g
from pydantic import Field
from sqlalchemy.orm import Session

from grader.models import CourseRole, RegradeState, TokenScope
from grader.services import comments, feedback, overrides, regrade_threads, regrades
from grader.services.regrade_threads import Thread
from grader.web.access import Access
from grader.web.backend import backend
from grader.web.json_api.operations import Area, person
from grader.web.json_api.shapes import Answer, Asked, Done, Text, Word
from grader.web.json_api.submissions import visible

area = Area("reviewing", "Comments, points and regrade requests")
blueprint = area.blueprint
_ONE = "/submissions/<submission>"
_REQUEST = "/regrades/<regrade>"
_MANAGE = TokenScope.MANAGE
_SUBMIT = TokenScope.SUBMIT


class CommentBody(Answer):
    """A comment; on a line of a file, or on the whole if ``line`` is 0."""

    id: int
    file: str
    line: int
    check: str
    text: str
    author: str
    created_at: datetime
    is_edited: bool


class OverrideBody(Answer):
    """Points that a person gave a check."""

    id: int
    check: str
    points: float
    graded_points: float | None
    reason: str
    author: str
    created_at: datetime
    needs_look: bool


class RequestBody(Answer):
    """One regrade request in a list."""

    id: str
    submission_id: str
    check: str
    state: RegradeState
    asked_by: str
    assignee: str
    assignment_slug: str
    number: int
    created_at: datetime


class Requests(Answer):
    """Regrade requests, the oldest first."""

    requests: list[RequestBody]


class FeedbackBody(Answer):
    """What people added, as far as you may see it."""

    comments: list[CommentBody]
    overrides: list[OverrideBody]
    requests: list[RequestBody]
    may_ask: bool


class MessageBody(Answer):
    """One entry of a thread."""

    author: str
    by_student: bool
    text: str
    created_at: datetime


class ThreadBody(Answer):
    """A regrade request with its thread."""

    id: str
    submission_id: str
    check: str
    title: str
    state: RegradeState
    asked_by: str
    asked_by_me: bool
    closed_by: str
    created_at: datetime
    closed_at: datetime | None
    score_before: float | None
    score_after: float | None
    role: CourseRole
    messages: list[MessageBody]


class NewComment(Asked):
    """A comment to write; leave ``line`` at 0 for the whole submission."""

    text: Text
    file: Word = ""
    line: int = 0
    check: Word = ""


class NewPoints(Asked):
    """Points for a check in place of those of grading, and why."""

    check: Word
    points: float
    reason: Text


class NewRequest(Asked):
    """A question about a submission, or about one check of it."""

    text: Text
    check: Word = ""


class Remark(Asked):
    """An entry of a thread."""

    text: Text


class Decision(Asked):
    """The answer that closes a request; ``points`` only where they change."""

    decision: Literal["accept", "decline"]
    text: Text
    points: float | None = Field(default=None, description="Of the check asked about.")


@area.get(f"{_ONE}/feedback", answer=FeedbackBody)
def of_submission(submission: str) -> FeedbackBody:
    """List comments, points given by people, and regrade requests."""
    with backend().database.read() as session:
        view = visible(session, submission)
        return FeedbackBody.of(feedback.of_report(session, view, person()))


@area.post(f"{_ONE}/comments", scope=_MANAGE, takes=NewComment, answer=Done, status=201)
def comment(submission: str, body: NewComment) -> Done:
    """Write a comment; for the staff."""
    with backend().database.write() as session:
        made = comments.add(session, submission, person(), **body.model_dump())
    return Done(id=str(made))


@area.post(f"{_ONE}/comments/<int:comment>/remove", scope=_MANAGE, answer=Done)
def remove_comment(submission: str, comment: int) -> Done:
    """Take your own comment back; ``restore`` brings it again."""
    return _done(
        submission, lambda s: comments.remove(s, submission, comment, person())
    )


@area.post(f"{_ONE}/comments/<int:comment>/restore", scope=_MANAGE, answer=Done)
def restore_comment(submission: str, comment: int) -> Done:
    """Bring back a comment that was taken back."""
    return _done(
        submission, lambda s: comments.restore(s, submission, comment, person())
    )


@area.post(f"{_ONE}/overrides", scope=_MANAGE, takes=NewPoints, answer=Done, status=201)
def override(submission: str, body: NewPoints) -> Done:
    """Give a check other points, whatever reruns say; for the staff."""
    with backend().database.write() as session:
        made = overrides.set_points(session, submission, person(), **body.model_dump())
    return Done(id=str(made))


@area.post(f"{_ONE}/overrides/<int:override>/undo", scope=_MANAGE, answer=Done)
def undo_override(submission: str, override: int) -> Done:
    """Let a check give again what grading gave."""
    return _done(
        submission, lambda s: overrides.undo(s, submission, override, person())
    )


@area.post(f"{_ONE}/regrades", scope=_SUBMIT, takes=NewRequest, answer=Done, status=201)
def ask(submission: str, body: NewRequest) -> Done:
    """Ask the staff to look again at your own submission."""
    with backend().database.write() as session:
        made = regrades.open_request(session, submission, person(), **body.model_dump())
    return Done(id=str(made))


@area.get("/regrades", answer=Requests)
def mine() -> Requests:
    """List your own open regrade requests in all courses."""
    with backend().database.read() as session:
        return Requests.of({"requests": _mine(session)})


@area.get("/courses/<course>/regrades", access=Access.TA, answer=Requests)
def of_course(course: str) -> Requests:
    """List the open regrade requests of a course; for the staff."""
    with backend().database.read() as session:
        found = regrade_threads.open_in_course(session, g.course.id)
    return Requests.of({"requests": found})


@area.get(_REQUEST, answer=ThreadBody)
def thread(regrade: str) -> ThreadBody:
    """Show a regrade request with its thread, to who asked and to the staff."""
    with backend().database.read() as session:
        found = regrade_threads.thread(session, regrade, person())
    return _thread(found)


@area.post(f"{_REQUEST}/reply", scope=_SUBMIT, takes=Remark, answer=Done)
def reply(regrade: str, body: Remark) -> Done:
    """Write into the thread."""
    return _done(regrade, lambda s: regrades.reply(s, regrade, person(), body.text))


@area.post(f"{_REQUEST}/withdraw", scope=_SUBMIT, answer=Done)
def withdraw(regrade: str) -> Done:
    """Take your own request back."""
    return _done(regrade, lambda s: regrades.withdraw(s, regrade, person()))


@area.post(f"{_REQUEST}/reopen", scope=_SUBMIT, takes=Remark, answer=Done)
def reopen(regrade: str, body: Remark) -> Done:
    """Open a closed request again."""
    return _done(regrade, lambda s: regrades.reopen(s, regrade, person(), body.text))


@area.post(f"{_REQUEST}/decide", scope=_MANAGE, takes=Decision, answer=Done)
def decide(regrade: str, body: Decision) -> Done:
    """Accept or decline a request; for the staff."""

    def change(session: Session) -> None:
        if body.decision == "decline":
            regrades.decline(session, regrade, person(), body.text)
            return
        points = "" if body.points is None else str(body.points)
        regrades.accept(session, regrade, person(), body.text, points=points)

    return _done(regrade, change)


def _mine(session: Session) -> list[regrade_threads.RequestLine]:
    return regrade_threads.open_of_student(session, person())


def _done(which: str, change: Callable[[Session], object]) -> Done:
    """Make one change in one transaction."""
    with backend().database.write() as session:
        change(session)
    return Done(id=which)


def _thread(found: Thread) -> ThreadBody:
    facts = {
        name: getattr(found, name)
        for name in ThreadBody.model_fields
        if name != "submission_id"
    }
    facts["submission_id"] = found.report.submission_id
    return ThreadBody.of(facts)
