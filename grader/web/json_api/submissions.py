"""One submission: its report, files, receipt, and taking it back."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from flask import Response, g
from pydantic import Field
from sqlalchemy.orm import Session

from grader import dispatch
from grader.errors import ForbiddenError, NotFoundError
from grader.models import RunStatus, TokenScope
from grader.services import (
    attempts,
    choices,
    handouts,
    receipts,
    reports,
    runs,
    submission_list,
    submissions,
    withdrawing,
)
from grader.services.reports import ReportView
from grader.web.access import Access
from grader.web.backend import backend
from grader.web.downloads import attachment
from grader.web.json_api import reports as papers
from grader.web.json_api.operations import Area, next_page, person
from grader.web.json_api.reports import ReportBody
from grader.web.json_api.shapes import Answer, Done, Page, Paged, Query, Word

area = Area("submissions", "Submissions")
blueprint = area.blueprint
_ONE = "/submissions/<submission>"
_OF_ASSIGNMENT = "/courses/<course>/assignments/<assignment>"


class AttemptLine(Answer):
    """One of your attempts, or of your group's."""

    submission_id: str
    number: int
    received_at: datetime
    status: RunStatus
    score: float | None
    max_score: float | None
    counts: bool
    is_partial: bool
    is_chosen: bool
    handed_in_by: str


class AttemptsBody(Answer):
    """Your attempts, the newest first, and which of them counts and why."""

    attempts: list[AttemptLine] = Field(validation_alias="rows")
    rule: str
    reason: str
    can_choose: bool
    is_partial: bool


class SubmissionLine(Answer):
    """One submission of anybody."""

    submission_id: str
    name: str
    email: str
    number: int
    received_at: datetime
    status: RunStatus
    score: float | None
    max_score: float | None
    run_seconds: float | None
    blocked_calls: Sequence[str]


class SubmissionsBody(Paged):
    """One page of everybody's submissions."""

    submissions: list[SubmissionLine]
    found: int


class WantedSubmissions(Query):
    """Which submissions: by a part of the name, or those with blocked calls."""

    name: Word = ""
    blocked: bool = False
    page: Page = 1


class ReceiptBody(Answer):
    """A receipt; ``text`` is the whole of it, to keep."""

    submission: str
    number: int
    received_at: datetime
    sha256: str
    signature: str
    files: dict[str, str]
    text: str


@area.get(f"{_OF_ASSIGNMENT}/submissions", access=Access.STUDENT, answer=AttemptsBody)
def mine(course: str, assignment: str) -> AttemptsBody:
    """List your attempts at an assignment."""
    now = datetime.now(UTC)
    with backend().database.read() as session:
        view, _ = handouts.opened(session, course, assignment, g.role, now)
        found = attempts.for_reader(
            session,
            assignment_id=view.id,
            student_id=person(),
            reader_id=person(),
            now=now,
        )
    return AttemptsBody.of(found)


@area.get(
    f"{_OF_ASSIGNMENT}/submissions/all",
    access=Access.TA,
    asks=WantedSubmissions,
    answer=SubmissionsBody,
)
def everybodys(
    course: str, assignment: str, query: WantedSubmissions
) -> SubmissionsBody:
    """List everybody's submissions, for the staff, the newest first."""
    wanted = submission_list.Wanted(
        name=query.name, blocked=query.blocked, page=query.page
    )
    with backend().database.read() as session:
        view, _ = handouts.opened(
            session, course, assignment, g.role, datetime.now(UTC)
        )
        found = submission_list.listed(session, view.id, wanted)
    return SubmissionsBody(
        submissions=[SubmissionLine.of(row) for row in found.rows],
        found=found.found,
        page=found.page,
        pages=found.pages,
        next=next_page(found.page, found.pages),
    )


@area.get(_ONE, answer=ReportBody)
def report(submission: str) -> ReportBody:
    """Show how far grading has come and what it found, as you may see it.

    Ask again after ``poll_seconds`` while ``is_pending``; with ``If-None-Match`` the
    answer is an empty 304 as long as nothing has changed.
    """
    with backend().database.read() as session:
        return papers.body(visible(session, submission))


@area.get(f"{_ONE}/files/<path:name>", answer="application/octet-stream")
def file(submission: str, name: str) -> Response:
    """Send one of the files that are graded; the report lists their names."""
    here = backend()
    with here.database.read() as session:
        visible(session, submission)
        files = submissions.files_of(session, here.store, submission)
    if name not in files:
        raise NotFoundError(f"submission {submission} has no such file")
    return attachment(files[name], PurePosixPath(name).name)


@area.get(f"{_ONE}/receipt", answer=ReceiptBody)
def receipt(submission: str) -> ReceiptBody:
    """Show the signed receipt; only who handed in has one."""
    with backend().database.read() as session:
        view = visible(session, submission)
        originals = submissions.originals_of(session, submission)
    if not view.is_mine:
        raise NotFoundError(f"submission {submission} is somebody else's")
    facts: dict[str, Any] = {
        "number": view.number,
        "sha256": view.sha256,
        "received_at": view.received_at,
    }
    signature = receipts.sign(
        backend().settings.secret_key,
        submission_id=uuid.UUID(view.submission_id),
        **facts,
    )
    promise = receipts.Receipt(
        view.submission_id, view.run_id, signature=signature, **facts
    )
    title = f"{view.assignment_title} ({view.course_title})"
    return ReceiptBody(
        submission=view.submission_id,
        signature=signature,
        files=originals,
        text=receipts.as_text(promise, title=title, originals=originals),
        **facts,
    )


@area.post(f"{_ONE}/cancel", scope=TokenScope.SUBMIT, answer=Done)
def cancel(submission: str) -> Done:
    """Take your own submission back while it waits; the attempt is given back."""
    here = backend()
    with here.database.read() as session:
        visible(session, submission)
    with here.database.write() as session:
        withdrawing.withdraw(session, submission, person())
    return Done(id=submission)


@area.post(f"{_ONE}/choose", scope=TokenScope.SUBMIT, answer=Done)
def choose(submission: str) -> Done:
    """Let this one of your attempts count, where the assignment lets you choose."""
    with backend().database.write() as session:
        view = visible(session, submission)
        choices.choose(
            session,
            assignment_id=view.assignment_id,
            user_id=person(),
            submission_id=submission,
            role=view.my_role,
            now=datetime.now(UTC),
        )
    return Done(id=submission)


@area.post(f"{_ONE}/rerun", scope=TokenScope.MANAGE, answer=Done)
def rerun(submission: str) -> Done:
    """Grade a submission again with the same inputs; for the staff."""
    here = backend()
    with here.database.read() as session:
        require_staff(visible(session, submission))
    with here.database.write() as session:
        runs.rerun(session, submission, person())
    dispatch.ring(here.settings)
    return Done(id=submission)


def visible(session: Session, submission: str) -> ReportView:
    """Return a submission as the program's person may see it.

    Raises
    ------
    NotFoundError
        If there is none for this person.
    """
    return reports.for_viewer(session, submission_id=submission, viewer_id=person())


def require_staff(view: ReportView) -> None:
    """Refuse everybody but the staff of the submission's course."""
    if not view.my_role.is_staff:
        raise ForbiddenError("only the staff of the course may do this")
