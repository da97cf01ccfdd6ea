"""One submission: its report, live while it is graded, and its code."""

import hashlib
import uuid
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from grader import dispatch
from grader.errors import RefusedError
from grader.services import (
    attempts,
    courses,
    feedback,
    reports,
    runs,
    submissions,
    withdrawing,
)
from grader.services.receipts import Receipt, as_text, sign
from grader.services.reports import ReportView
from grader.web import reading
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.downloads import attachment, zipped
from grader.web.highlighting import numbered, source_page

blueprint = Blueprint("submission", __name__, url_prefix="/submissions/<submission>")
# htmx stops polling when an answer has this status.
_STOP_POLLING = 286


@blueprint.get("")
@requires(Access.SIGNED_IN)
def report(submission: str) -> str:
    """Show the receipt and the report, as far as it has come."""
    return _report_page(submission)


@blueprint.get("/live")
@requires(Access.SIGNED_IN)
def live(submission: str) -> BaseResponse:
    """Return the part of the page that changes, or 304 when nothing did."""
    with backend().database.read() as session:
        view = _visible(session, submission)
        ended = {} if view.status.is_pending else _history(session, view)
    facts = _facts(view) | ended
    tag = facts["etag"]
    if view.status.is_pending and request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        status = 200 if view.status.is_pending else _STOP_POLLING
        body = render_template("report/live.html", **facts, fragment=True)
        response = make_response(body, status)
    response.set_etag(tag)
    return response


@blueprint.get("/code")
@requires(Access.SIGNED_IN)
def code(submission: str) -> str:
    """Show the files that are graded, coloured and numbered."""
    here = backend()
    with here.database.read() as session:
        view = _visible(session, submission)
        course = courses.by_slug(session, view.course_slug)
        graded = submissions.files_of(session, here.store, submission)
        uploaded = submissions.files_of(session, here.store, submission, originals=True)
        people = feedback.of_report(session, view, current_user.id)
    files = [
        (name, anchor(at), source_page(name, graded[name], anchor(at)))
        for at, name in enumerate(sorted(graded), start=1)
    ]
    return render_template(
        "report/code.html",
        report=view,
        course=course,
        staff=view.my_role.is_staff,
        files=files,
        people=people,
        commented={
            one.name: one for one in numbered(graded) if people.beside(one.name)
        },
        uploaded=sorted(uploaded),
    )


@blueprint.get("/files/<path:name>")
@requires(Access.SIGNED_IN)
def download(submission: str, name: str) -> BaseResponse:
    """Send one graded file."""
    here = backend()
    with here.database.read() as session:
        _visible(session, submission)
        files = submissions.files_of(session, here.store, submission)
    if name not in files:
        abort(404)
    return attachment(files[name], PurePosixPath(name).name)


@blueprint.get("/upload")
@requires(Access.SIGNED_IN)
def upload(submission: str) -> BaseResponse:
    """Send what was uploaded: one file as it was, several as a zip."""
    here = backend()
    with here.database.read() as session:
        view = _visible(session, submission)
        files = submissions.files_of(session, here.store, submission, originals=True)
    if len(files) == 1:
        ((name, content),) = files.items()
        return attachment(content, PurePosixPath(name).name)
    return attachment(zipped(files), f"{view.assignment_slug}-{view.number}.zip")


@blueprint.get("/receipt")
@requires(Access.SIGNED_IN)
def receipt(submission: str) -> BaseResponse:
    """Send the signed receipt as a text; only its owner has one."""
    with backend().database.read() as session:
        view = _visible(session, submission)
        originals = submissions.originals_of(session, submission)
    if not view.is_mine:
        abort(404)
    promise = Receipt(
        submission_id=view.submission_id,
        run_id=view.run_id,
        number=view.number,
        sha256=view.sha256,
        received_at=view.received_at,
        signature=_signature(view),
    )
    title = f"{view.assignment_title} ({view.course_title})"
    text = as_text(promise, title=title, originals=originals)
    name = f"receipt-{view.assignment_slug}-{view.number}.txt"
    return attachment(text.encode(), name)


@blueprint.post("/rerun")
@requires(Access.SIGNED_IN)
def rerun(submission: str) -> BaseResponse:
    """Put a submission back into the queue; for the staff of its course."""
    here = backend()
    with here.database.read() as session:
        view = _visible(session, submission)
    if not view.my_role.is_staff:
        abort(403)
    with here.database.write() as session:
        runs.rerun(session, submission, current_user.id)
    dispatch.ring(here.settings)
    flash("This submission is graded again, with the same inputs.", "success")
    return redirect(url_for(".report", submission=submission), 303)


@blueprint.post("/cancel")
@requires(Access.SIGNED_IN)
def cancel(submission: str) -> BaseResponse | tuple[str, int]:
    """Take one's own submission out of the queue while it waits there."""
    here = backend()
    with here.database.read() as session:
        _visible(session, submission)
    try:
        with here.database.write() as session:
            withdrawing.withdraw(session, submission, current_user.id)
    except RefusedError as refusal:
        return _report_page(submission, refusal), 422
    flash("Cancelled. Your attempt was given back.", "success")
    return redirect(url_for(".report", submission=submission), 303)


def anchor(position: int) -> str:
    """Return the prefix of the line anchors of the file at this place in the list."""
    return f"f{position}"


def _visible(session: Session, submission: str) -> ReportView:
    return reports.for_viewer(
        session, submission_id=submission, viewer_id=current_user.id
    )


def _report_page(submission: str, refusal: RefusedError | None = None) -> str:
    with backend().database.read() as session:
        view = _visible(session, submission)
        facts = _facts(view) | _history(session, view)
    return render_template(
        "report/page.html",
        **facts,
        assignment={"slug": view.assignment_slug, "title": view.assignment_title},
        staff=view.my_role.is_staff,
        has_charts=any(
            line.facts.chart
            for group in facts["groups"]
            for check in group.checks
            for line in check.results
        ),
        signature=_signature(view) if view.is_mine else "",
        refusal=refusal,
        fragment=False,
    )


def _history(session: Session, view: ReportView) -> dict[str, Any]:
    """Return what the list of the student's attempts needs."""
    return {
        "course": courses.by_slug(session, view.course_slug),
        "people": feedback.of_report(session, view, current_user.id),
        "history": attempts.for_reader(
            session,
            assignment_id=view.assignment_id,
            student_id=view.student_id,
            reader_id=current_user.id,
            now=datetime.now(UTC),
        ),
    }


def _facts(view: ReportView) -> dict[str, Any]:
    """Return what the changing part of the page needs, with a tag for its content."""
    places = {name: anchor(at) for at, name in enumerate(sorted(view.files), start=1)}

    def link(file: str, line: int) -> str:
        if file not in places:
            return ""
        address = url_for("submission.code", submission=view.submission_id)
        return f"{address}#{places[file]}-{line}"

    asked_at = view.started_at or view.received_at
    waited = (datetime.now(UTC) - asked_at).total_seconds()
    seconds = reading.poll_seconds(waited)
    state = (
        view.run_id,
        view.status,
        view.queue_place,
        view.current_index,
        reading.checks_done(view),
        seconds,
    )
    return {
        "report": view,
        "groups": reading.groups(view, link),
        "announcement": reading.announcement(view),
        "summary": reading.summary(view),
        "how_it_came": reading.how_it_came(view.worth, view.max_score),
        "done": reading.checks_done(view),
        "points_so_far": reading.points_so_far(view),
        "poll_seconds": seconds,
        "etag": hashlib.sha256(repr(state).encode()).hexdigest()[:24],
    }


def _signature(view: ReportView) -> str:
    return sign(
        backend().settings.secret_key,
        submission_id=uuid.UUID(view.submission_id),
        number=view.number,
        sha256=view.sha256,
        received_at=view.received_at,
    )
