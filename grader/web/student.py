"""What students open: their courses, an assignment, the upload."""

import uuid
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader import dispatch
from grader.errors import RefusedError
from grader.intake import prepare
from grader.services import assignments, courses, hints, reports, submissions
from grader.services.assignments import AssignmentView
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.downloads import attachment, zipped
from grader.web.handout import render
from grader.web.navigation import Place, Tab
from grader.web.outline import grouped

blueprint = Blueprint("student", __name__)
TABS = (
    Tab(Place.COURSE, 0, "student.course", "Assignments"),
    Tab(Place.ASSIGNMENT, 0, "student.assignment", "Handout"),
)
_KEY_LENGTH = 64


@blueprint.get("/")
@requires(Access.SIGNED_IN)
def home() -> str:
    """Show the visitor's courses and how their assignments stand."""
    with backend().database.read() as session:
        cards = courses.courses_of(session, current_user.id)
    return render_template(
        "student/home.html",
        heading="Your courses",
        single=False,
        courses=cards,
        now=datetime.now(UTC),
    )


@blueprint.get("/courses/<course>")
@requires(Access.STUDENT)
def course(course: str) -> str:
    """Show one course."""
    with backend().database.read() as session:
        cards = courses.courses_of(session, current_user.id)
    return render_template(
        "student/home.html",
        heading=g.course.title,
        single=True,
        courses=[card for card in cards if card.slug == course],
        now=datetime.now(UTC),
    )


@blueprint.get("/courses/<course>/assignments/<assignment>")
@requires(Access.STUDENT)
def assignment(course: str, assignment: str) -> str:
    """Show handout, starter, what is tested, earlier attempts and the upload."""
    return _assignment_page(course, assignment)


@blueprint.post("/courses/<course>/assignments/<assignment>")
@requires(Access.STUDENT)
def submit(course: str, assignment: str) -> Response | tuple[str, int]:
    """Take an upload: refuse it on the same page, or show the receipt."""
    received_at = datetime.now(UTC)
    here = backend()
    key = request.form.get("idempotency_key", "")[:_KEY_LENGTH] or uuid.uuid4().hex
    with here.database.read() as session:
        view = assignments.get(session, course, assignment)
        entry = assignments.load(
            session, here.store, view.snapshot_id
        ).spec.submission.entry
    try:
        # The slow part comes before the write transaction, which must be short.
        prepared = prepare(
            _uploads(), entry=entry, max_bytes=here.settings.max_upload_bytes
        )
        with here.database.write() as session:
            receipt = submissions.submit(
                session,
                here.store,
                assignment_id=view.id,
                user_id=current_user.id,
                prepared=prepared,
                received_at=received_at,
                idempotency_key=key,
                secret_key=here.settings.secret_key,
            )
    except RefusedError as refusal:
        return _assignment_page(course, assignment, refusal), 422
    dispatch.ring(here.settings)
    return redirect(url_for("submission.report", submission=receipt.submission_id), 303)


@blueprint.get("/courses/<course>/assignments/<assignment>/starter")
@requires(Access.STUDENT)
def starter(course: str, assignment: str) -> Response:
    """Send the starter: one file as it is, several as a zip."""
    here = backend()
    with here.database.read() as session:
        view = assignments.get(session, course, assignment)
        files = assignments.load(session, here.store, view.snapshot_id).starter
    if len(files) == 1:
        ((name, content),) = files.items()
        return attachment(content, PurePosixPath(name).name)
    return attachment(zipped(files), f"{assignment}-starter.zip")


def _uploads() -> dict[str, bytes]:
    """Read the uploaded parts; an untouched file field counts as no upload.

    Raises
    ------
    RefusedError
        ``same-name`` if two parts have one name, so that neither is lost silently.
    """
    uploads: dict[str, bytes] = {}
    for part in request.files.getlist("files"):
        if not part.filename:
            continue
        if part.filename in uploads:
            raise RefusedError(
                f"Two of your files are called {part.filename}. Rename one of them.",
                code="same-name",
            )
        uploads[part.filename] = part.read()
    return uploads


def _assignment_page(
    course_slug: str, assignment_slug: str, refusal: RefusedError | None = None
) -> str:
    here = backend()
    with here.database.read() as session:
        view = assignments.get(session, course_slug, assignment_slug)
        loaded = assignments.load(session, here.store, view.snapshot_id)
        attempts = reports.attempts(
            session, assignment_id=view.id, user_id=current_user.id
        )
        used = submissions.attempts_used(
            session, assignment_id=view.id, user_id=current_user.id
        )
    now = datetime.now(UTC)
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": view,
        "handout": render(loaded.handout, view.title),
        "starter": sorted(loaded.starter),
        "components": grouped(loaded),
        "entry": loaded.spec.submission.entry,
        "attempts": attempts,
        "policy": reports.POLICY,
        "hints": hints.policy(loaded.spec.hints),
        "used": used,
        "closed": _closed(view, used, now),
        "best": max(
            (row.score for row in attempts if row.score is not None), default=None
        ),
        "max_upload_bytes": here.settings.max_upload_bytes,
        "idempotency_key": uuid.uuid4().hex,
        "refusal": refusal,
        "now": now,
    }
    return render_template("student/assignment.html", **facts)


def _closed(view: AssignmentView, used: int, now: datetime) -> str:
    """Say why nothing can be handed in now; empty if something can."""
    if view.due_at is not None and now > view.due_at:
        return "The deadline has passed. Your submissions and their reports stay here."
    if view.max_attempts is not None and used >= view.max_attempts:
        return "You have used all your attempts. The best one counts."
    return ""
