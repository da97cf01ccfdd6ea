"""A student's attempts at one assignment: scores, differences, which one counts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import assignments, attempts, choices, handouts, reports
from grader.services import submissions as stored
from grader.services.attempts import AttemptRow
from grader.services.reports import ReportView
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.differences import check_changes, file_changes

blueprint = Blueprint(
    "attempts",
    __name__,
    url_prefix="/courses/<course>/assignments/<assignment>/attempts",
)
_WIDTH, _HEIGHT, _MARGIN = 640, 140, 24


@dataclass(frozen=True, slots=True)
class Dot:
    """One score in the drawing of all attempts, in its own units."""

    x: float
    y: float
    row: AttemptRow


@blueprint.get("")
@requires(Access.STUDENT)
def history(course: str, assignment: str) -> str:
    """Show the visitor's own attempts, the newest first."""
    return _page(course, assignment)


@blueprint.post("/choose")
@requires(Access.STUDENT)
def choose(course: str, assignment: str) -> Response | tuple[str, int]:
    """Let one attempt count, where students choose."""
    now = datetime.now(UTC)
    with backend().database.read() as session:
        view, _ = handouts.opened(session, course, assignment, g.role, now)
    try:
        with backend().database.write() as session:
            number = choices.choose(
                session,
                assignment_id=view.id,
                user_id=current_user.id,
                submission_id=request.form.get("submission", ""),
                role=g.role,
                now=now,
            )
    except RefusedError as refusal:
        return _page(course, assignment, refusal), 422
    flash(f"Attempt {number} counts now.", "success")
    return redirect(url_for(".history", course=course, assignment=assignment), 303)


@blueprint.get("/diff")
@requires(Access.STUDENT)
def diff(course: str, assignment: str) -> str:
    """Show what changed from one attempt to another, in code and results."""
    here = backend()
    with here.database.read() as session:
        view, _ = handouts.opened(
            session, course, assignment, g.role, datetime.now(UTC)
        )
        sides: list[tuple[ReportView, dict[str, bytes]]] = []
        for name in ("a", "b"):
            report = reports.for_viewer(
                session,
                submission_id=request.args.get(name, ""),
                viewer_id=current_user.id,
            )
            if report.assignment_id != view.id:
                abort(404)
            files = stored.files_of(session, here.store, report.submission_id)
            sides.append((report, files))
    (old, old_files), (new, new_files) = sides
    return render_template(
        "student/diff.html",
        course=g.course,
        assignment=view,
        old=old,
        new=new,
        staff=g.role.is_staff,
        files=file_changes(old_files, new_files),
        checks=check_changes(old, new),
    )


def _page(course: str, assignment: str, refusal: RefusedError | None = None) -> str:
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = attempts.for_reader(
            session,
            assignment_id=view.id,
            student_id=current_user.id,
            reader_id=current_user.id,
            now=datetime.now(UTC),
        )
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": view,
        "history": found,
        "dots": dots(found.rows),
        "refusal": refusal,
    }
    return render_template("student/history.html", **facts)


def dots(rows: list[AttemptRow]) -> list[Dot]:
    """Return where each score stands in a drawing of 640 by 140."""
    scored = [row for row in reversed(rows) if row.score is not None]
    most = max((row.max_score or 0.0 for row in scored), default=0.0)
    if len(scored) < 2 or most <= 0:
        return []
    step = (_WIDTH - 2 * _MARGIN) / (len(scored) - 1)
    tall = _HEIGHT - 2 * _MARGIN
    return [
        Dot(
            round(_MARGIN + at * step, 1),
            round(_HEIGHT - _MARGIN - tall * min((row.score or 0.0) / most, 1.0), 1),
            row,
        )
        for at, row in enumerate(scored)
    ]
