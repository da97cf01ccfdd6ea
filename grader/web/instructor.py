"""What instructors open: settings, the checks, the scores and their table."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import assignments, reports
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.downloads import attachment
from grader.web.filters import zone
from grader.web.navigation import Place, Tab
from grader.web.outline import grouped
from grader.web.tables import Sorting, page_of

blueprint = Blueprint("instructor", __name__)
TABS = (
    Tab(Place.ASSIGNMENT, 40, "instructor.scores", "Scores"),
    Tab(Place.ASSIGNMENT, 80, "instructor.settings", "Settings"),
)
_LOCAL = "%Y-%m-%dT%H:%M"
_MOST_ATTEMPTS = 1000
_SCORE_COLUMNS = {
    "name": "Student",
    "email": "E-mail",
    "attempts": "Attempts",
    "score": "Score",
}


@blueprint.get("/courses/<course>/assignments/<assignment>/settings")
@requires(Access.INSTRUCTOR)
def settings(course: str, assignment: str) -> str:
    """Show what can be changed, and what is frozen in the published snapshot."""
    return _settings_page(course, assignment)


@blueprint.post("/courses/<course>/assignments/<assignment>/settings")
@requires(Access.INSTRUCTOR)
def save_settings(course: str, assignment: str) -> Response | tuple[str, int]:
    """Change due date and attempt limit, or say what is wrong with them."""
    problems: dict[str, str] = {}
    due_at = _due_at(request.form.get("due_at", ""), zone(g.course.timezone), problems)
    limit = _limit(request.form.get("max_attempts", ""), problems)
    if not problems:
        try:
            with backend().database.write() as session:
                view = assignments.get(session, course, assignment)
                assignments.update_settings(
                    session, view.id, due_at=due_at, max_attempts=limit
                )
        except RefusedError as refusal:
            problems["max_attempts"] = refusal.message
    if problems:
        return _settings_page(course, assignment, problems), 422
    flash("Saved.", "success")
    return redirect(url_for(".settings", course=course, assignment=assignment), 303)


@blueprint.get("/courses/<course>/assignments/<assignment>/scores")
@requires(Access.INSTRUCTOR)
def scores(course: str, assignment: str) -> str:
    """List every student of the course with the score that counts."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        rows = reports.scores(session, view.id)
    sorting = Sorting.of(request.args, _SCORE_COLUMNS, default="name")
    page, pages = page_of(sorting.sorted(rows), request.args.get("page"))
    known = [row.score for row in rows if row.score is not None]
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": view,
        "columns": _SCORE_COLUMNS,
        "sorting": sorting,
        "rows": page.rows,
        "page": page.number,
        "pages": pages,
        "students": len(rows),
        "submitted": sum(row.attempts > 0 for row in rows),
        "mean": sum(known) / len(known) if known else None,
    }
    return render_template("instructor/scores.html", **facts)


@blueprint.get("/courses/<course>/assignments/<assignment>/scores.csv")
@requires(Access.INSTRUCTOR)
def scores_csv(course: str, assignment: str) -> Response:
    """Send the scores as a table that a spreadsheet can read safely."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        text = reports.scores_csv(reports.scores(session, view.id))
    # The mark tells spreadsheets that the text is UTF-8.
    content = b"\xef\xbb\xbf" + text.encode()
    return attachment(content, f"{course}-{assignment}.csv", "text/csv")


def _settings_page(
    course: str, assignment: str, problems: dict[str, str] | None = None
) -> str:
    here = backend()
    with here.database.read() as session:
        view = assignments.get(session, course, assignment)
        loaded = assignments.load(session, here.store, view.snapshot_id)
    local = view.due_at.astimezone(zone(g.course.timezone)) if view.due_at else None
    shown = {
        "due_at": local.strftime(_LOCAL) if local else "",
        "max_attempts": "" if view.max_attempts is None else str(view.max_attempts),
    }
    if problems:
        shown = {name: request.form.get(name, "")[:40] for name in shown}
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": view,
        "components": grouped(loaded),
        "spec": loaded.spec,
        "shown": shown,
        "problems": problems or {},
        "now": datetime.now(UTC),
    }
    return render_template("instructor/settings.html", **facts)


def _due_at(text: str, timezone: tzinfo, problems: dict[str, str]) -> datetime | None:
    """Read a local date and time; an empty field takes the date away."""
    text = text.strip()
    if not text:
        return None
    try:
        local = datetime.strptime(text[:16], _LOCAL).replace(tzinfo=timezone)
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        problems["due_at"] = "Write the date and time like 2026-12-01T23:59."
        return None
    if moment.astimezone(timezone).replace(tzinfo=None) != local.replace(tzinfo=None):
        problems["due_at"] = (
            "This time does not exist: the clocks are put forward across it."
        )
        return None
    return moment


def _limit(text: str, problems: dict[str, str]) -> int | None:
    """Read the number of attempts; an empty field means no limit."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or not (
        1 <= int(text[:6]) <= _MOST_ATTEMPTS
    ):
        problems["max_attempts"] = (
            f"Give a whole number from 1 to {_MOST_ATTEMPTS}, or nothing for no limit."
        )
        return None
    return int(text)
