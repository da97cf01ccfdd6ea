"""What students open: their courses, an assignment, the upload."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.assignments import Assignment
from grader.assignments.first_look import missing
from grader.errors import RefusedError
from grader.intake import Prepared, prepare
from grader.services import assignments, courses, handouts, hints
from grader.services.assignments import AssignmentView
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.downloads import attachment, zipped
from grader.web.due_list import due_soon
from grader.web.handing_in import files_of_form, hand_in
from grader.web.handout import render
from grader.web.navigation import Place, Tab
from grader.web.outline import grouped

blueprint = Blueprint("student", __name__)
TABS = (
    Tab(Place.COURSE, 0, "student.course", "Assignments"),
    Tab(Place.ASSIGNMENT, 0, "student.assignment", "Handout"),
)
_KEY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What can be said of an upload before it counts.

    Parameters
    ----------
    missing
        Names that the first check will look for in vain.
    """

    prepared: Prepared
    missing: tuple[str, ...]


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
        due=due_soon(cards, datetime.now(UTC)),
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
        due=(),
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
    received_at: datetime = g.began_at
    key = request.form.get("idempotency_key", "")[:_KEY_LENGTH] or uuid.uuid4().hex
    view, loaded = _loaded(course, assignment, received_at)
    try:
        # The slow part comes before the write transaction, which must be short.
        prepared = _prepared(loaded)
        receipt = hand_in(view.id, prepared, received_at=received_at, key=key)
    except RefusedError as refusal:
        return _assignment_page(course, assignment, refusal=refusal), 422
    return redirect(url_for("submission.report", submission=receipt.submission_id), 303)


@blueprint.post("/courses/<course>/assignments/<assignment>/look")
@requires(Access.STUDENT)
def look(course: str, assignment: str) -> str | tuple[str, int]:
    """Say what is wrong with an upload at first sight; nothing is handed in."""
    _, loaded = _loaded(course, assignment, datetime.now(UTC))
    refusal: RefusedError | None = None
    found: FirstLook | None = None
    try:
        prepared = _prepared(loaded)
        found = FirstLook(prepared, tuple(missing(loaded, prepared.files)))
    except RefusedError as error:
        refusal = error
    status = 200 if refusal is None else 422
    if request.headers.get("X-Requested-With") == "fetch":
        facts = {"refusal": refusal, "look": found}
        return render_template("student/look.html", **facts), status
    return _assignment_page(course, assignment, refusal=refusal, look=found), status


@blueprint.get("/courses/<course>/assignments/<assignment>/starter")
@requires(Access.STUDENT)
def starter(course: str, assignment: str) -> Response:
    """Send the starter: one file as it is, several as a zip."""
    _, loaded = _loaded(course, assignment, datetime.now(UTC))
    files = loaded.starter
    if len(files) == 1:
        ((name, content),) = files.items()
        return attachment(content, PurePosixPath(name).name)
    return attachment(zipped(files), f"{assignment}-starter.zip")


def _loaded(
    course: str, assignment: str, now: datetime
) -> tuple[AssignmentView, Assignment]:
    here = backend()
    with here.database.read() as session:
        view, _ = handouts.opened(session, course, assignment, g.role, now)
        return view, assignments.load(session, here.store, view.snapshot_id)


def _prepared(loaded: Assignment) -> Prepared:
    """Read what came with the form.

    Raises
    ------
    RefusedError
        As ``grader.intake.prepare``; ``same-name`` and ``two-ways`` besides.
    """
    entry = loaded.spec.submission.entry
    most = backend().settings.max_upload_bytes
    return prepare(_uploads(entry), entry=entry, max_bytes=most)


def _uploads(entry: str) -> dict[str, bytes]:
    """Read the uploaded parts, or what was pasted, which is the entry file.

    Raises
    ------
    RefusedError
        ``same-name``, and ``two-ways`` if there are files and pasted code.
    """
    uploads = files_of_form()
    pasted = request.form.get("pasted", "").replace("\r\n", "\n")
    if not pasted.strip():
        return uploads
    if uploads:
        raise RefusedError(
            "You chose files and pasted code as well. Send one of the two: empty the "
            "text field, or do not choose files.",
            code="two-ways",
        )
    return {entry: pasted.encode("utf-8", "replace")}


def _assignment_page(
    course_slug: str,
    assignment_slug: str,
    *,
    refusal: RefusedError | None = None,
    look: FirstLook | None = None,
) -> str:
    here = backend()
    now = datetime.now(UTC)
    with here.database.read() as session:
        handout = handouts.handout(
            session,
            here.store,
            course_slug=course_slug,
            assignment_slug=assignment_slug,
            user_id=current_user.id,
            role=g.role,
            now=now,
        )
    loaded = handout.loaded
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": handout.view,
        "page": handout,
        "terms": handout.terms,
        "history": handout.history,
        "handout": render(loaded.handout, handout.view.title),
        "starter": sorted(loaded.starter),
        "components": grouped(loaded, handout.sight.shows),
        "entry": loaded.spec.submission.entry,
        "hints": hints.policy(loaded.spec.hints),
        "max_upload_bytes": here.settings.max_upload_bytes,
        "idempotency_key": uuid.uuid4().hex,
        "pasted": request.form.get("pasted", ""),
        "refusal": refusal,
        "look": look,
        "now": now,
    }
    return render_template("student/assignment.html", **facts)
