"""Grading many submissions again: ordering, watching, applying, taking back."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader import dispatch
from grader.errors import RefusedError
from grader.services import assignments, gradebook, reruns
from grader.services.assignments import AssignmentView
from grader.services.reruns import BatchView, Meant, Order, Version
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.filters import plural
from grader.web.navigation import Place, Tab
from grader.web.queries import page_of

blueprint = Blueprint(
    "reruns", __name__, url_prefix="/courses/<course>/assignments/<assignment>/reruns"
)
TABS = (Tab(Place.ASSIGNMENT, 60, "reruns.listed", "Rerun all"),)
PAGE_ROWS = 100
# What htmx takes as the end of asking again.
_STOP = 286


@blueprint.get("")
@requires(Access.INSTRUCTOR)
def listed(course: str, assignment: str) -> str:
    """List the batches of an assignment."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = reruns.batches(session, view.id, current_user.id)
    return _shown("reruns/list.html", view, batches=found)


@blueprint.get("/new")
@requires(Access.INSTRUCTOR)
def new(course: str, assignment: str) -> str:
    """Show the form for a new batch."""
    return _form(course, assignment)


@blueprint.post("/new")
@requires(Access.INSTRUCTOR)
def order(course: str, assignment: str) -> Response | tuple[str, int]:
    """Order a batch, or say what is missing."""
    here = backend()
    try:
        wanted = _order()
        with here.database.write() as session:
            view = assignments.get(session, course, assignment)
            batch = reruns.order(session, view.id, current_user.id, wanted)
    except RefusedError as refusal:
        field = "reason" if refusal.code == "reason-missing" else "scope"
        return _form(course, assignment, {field: refusal.message}), 422
    dispatch.ring(here.settings)
    flash("The submissions are being graded again. No score moves before you apply.")
    return redirect(
        url_for(".one", course=course, assignment=assignment, batch=batch), 303
    )


@blueprint.get("/<batch>")
@requires(Access.INSTRUCTOR)
def one(course: str, assignment: str, batch: str) -> str:
    """Show how far a batch is, and every score that applying it would change."""
    return _batch_page(course, assignment, batch)


@blueprint.get("/<batch>/progress")
@requires(Access.INSTRUCTOR)
def progress(
    course: str, assignment: str, batch: str
) -> tuple[str, int, dict[str, str]]:
    """Return the part of the page that changes while runs are graded.

    When all have ended the page loads itself anew and shows what would change.
    """
    with backend().database.read() as session:
        view, found = _found(session, course, assignment, batch)
    counts = found.card.progress
    has_ended = counts.ended == counts.total
    shown = _shown("reruns/progress.html", view, batch=found)
    if has_ended:
        return shown, _STOP, {"HX-Refresh": "true"}
    return shown, 200, {}


@blueprint.post("/<batch>/apply")
@requires(Access.INSTRUCTOR)
def apply(course: str, assignment: str, batch: str) -> Response | tuple[str, int]:
    """Let the new results count."""
    words = "{} counts by its new result now. You can take that back."
    return _act(course, assignment, batch, reruns.apply, words)


@blueprint.post("/<batch>/undo")
@requires(Access.INSTRUCTOR)
def undo(course: str, assignment: str, batch: str) -> Response | tuple[str, int]:
    """Let the results count again that did before."""
    return _act(course, assignment, batch, reruns.undo, "{} counts as before.")


@blueprint.post("/<batch>/discard")
@requires(Access.INSTRUCTOR)
def discard(course: str, assignment: str, batch: str) -> Response | tuple[str, int]:
    """Give a batch up."""
    words = "The batch is given up; {} taken out of the queue."
    return _act(course, assignment, batch, reruns.discard, words)


def _act(
    course: str,
    assignment: str,
    batch: str,
    action: Callable[[Session, str, int], int],
    words: str,
) -> Response | tuple[str, int]:
    try:
        with backend().database.write() as session:
            _found(session, course, assignment, batch)
            count = action(session, batch, current_user.id)
    except RefusedError as refusal:
        return _batch_page(course, assignment, batch, refusal.message), 422
    flash(words.format(plural(count, "submission")), "success")
    return redirect(
        url_for(".one", course=course, assignment=assignment, batch=batch), 303
    )


def _found(
    session: Session, course: str, assignment: str, batch: str
) -> tuple[AssignmentView, BatchView]:
    view = assignments.get(session, course, assignment)
    return view, reruns.look(session, batch, current_user.id, view.id)


def _batch_page(course: str, assignment: str, batch: str, problem: str = "") -> str:
    with backend().database.read() as session:
        view, found = _found(session, course, assignment, batch)
        state = found.card.state
        preview = None
        if state.value in ("previewing", "undone"):
            preview = reruns.preview(session, batch)
    changes = () if preview is None else preview.changes
    pages = max(1, -(-len(changes) // PAGE_ROWS))
    page = min(page_of(request.args), pages)
    return _shown(
        "reruns/one.html",
        view,
        batch=found,
        preview=preview,
        changes=changes[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        page=page,
        pages=pages,
        problem=problem,
    )


def _form(course: str, assignment: str, problems: dict[str, str] | None = None) -> str:
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        sections = gradebook.sections(session, g.course.id)
        checks = reruns.checks_of(session, view.id)
    typed: dict[str, Any] = {"meant": Meant.COUNTING, "version": Version.PUBLISHED}
    typed.update({name: value[:500] for name, value in request.form.items()})
    return _shown(
        "reruns/new.html",
        view,
        sections=sections,
        checks=checks,
        typed=typed,
        problems=problems or {},
    )


def _order() -> Order:
    form = request.form
    try:
        meant, version = Meant(form.get("meant", "")), Version(form.get("version", ""))
    except ValueError:
        raise RefusedError(
            "Choose which submissions, and under which version.", code="no-scope"
        ) from None
    return Order(
        meant=meant,
        version=version,
        reason=form.get("reason", ""),
        section=form.get("section", "")[:80],
        failed_check=form.get("failed_check", "")[:200],
        attention=form.get("attention") == "1",
    )


def _shown(template: str, view: AssignmentView, **facts: Any) -> str:
    return render_template(
        template, course=g.course, role=g.role, assignment=view, **facts
    )
