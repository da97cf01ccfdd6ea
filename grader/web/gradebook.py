"""The gradebook of a course, the scores of an assignment, and what becomes final."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.services import assignments, gradebook, score_publication, scores
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.downloads import attachment
from grader.web.navigation import Place, Tab
from grader.web.queries import page_of, text_of
from grader.web.tables import Sorting

blueprint = Blueprint("gradebook", __name__)
TABS = (
    Tab(Place.COURSE, 20, "gradebook.matrix", "Gradebook"),
    Tab(Place.ASSIGNMENT, 40, "gradebook.one", "Scores"),
)
_SCORE_COLUMNS = {
    "name": "Student",
    "email": "E-mail",
    "attempts": "Attempts",
    "score": "Score",
}
_FIXED = ("name", "section", "total")


@blueprint.get("/courses/<course>/gradebook")
@requires(Access.INSTRUCTOR)
def matrix(course: str) -> str:
    """Show students against assignments, a page at a time."""
    sort = text_of(request.args, "sort") or "name"
    falling = request.args.get("order") == "falling"
    wanted = gradebook.Wanted(
        name=text_of(request.args, "name"),
        section=text_of(request.args, "section"),
        missing=text_of(request.args, "missing"),
        sort=sort,
        falling=falling,
        page=page_of(request.args),
    )
    with backend().database.read() as session:
        book = gradebook.book(session, g.course.id, wanted)
    known = [*_FIXED, *(column.slug for column in book.columns)]
    kept = {"name": wanted.name, "section": wanted.section, "missing": wanted.missing}
    return render_template(
        "gradebook/matrix.html",
        course=g.course,
        role=g.role,
        book=book,
        wanted=wanted,
        kept={name: value for name, value in kept.items() if value},
        sorting=Sorting(sort if sort in known else "name", falling),
    )


@blueprint.post("/courses/<course>/gradebook/<assignment>/publish")
@requires(Access.INSTRUCTOR)
def publish(course: str, assignment: str) -> Response:
    """Make the scores of an assignment final for students."""
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        score_publication.publish(session, view.id, current_user.id)
    flash(f"The scores of {view.title} are published. You can hide them again.")
    return redirect(url_for(".matrix", course=course), 303)


@blueprint.post("/courses/<course>/gradebook/<assignment>/hide")
@requires(Access.INSTRUCTOR)
def hide(course: str, assignment: str) -> Response:
    """Take a publication back."""
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        score_publication.hide(session, view.id, current_user.id)
    flash(f"The scores of {view.title} are not published any more.")
    return redirect(url_for(".matrix", course=course), 303)


@blueprint.get("/courses/<course>/assignments/<assignment>/scores")
@requires(Access.INSTRUCTOR)
def one(course: str, assignment: str) -> str:
    """List every student of the course with the score that counts."""
    sorting = Sorting.of(request.args, _SCORE_COLUMNS, default="name")
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = scores.listed(
            session,
            view.id,
            sort=sorting.column,
            falling=sorting.falling,
            page=page_of(request.args),
        )
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": view,
        "columns": _SCORE_COLUMNS,
        "sorting": sorting,
        "rows": found.rows,
        "page": found.page,
        "pages": found.pages,
        "students": found.students,
        "submitted": found.submitted,
        "mean": found.mean,
    }
    return render_template("gradebook/one.html", **facts)


@blueprint.get("/courses/<course>/assignments/<assignment>/scores.csv")
@requires(Access.INSTRUCTOR)
def one_csv(course: str, assignment: str) -> Response:
    """Send the scores as a table that a spreadsheet can read safely."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        text = scores.scores_csv(scores.scores(session, view.id))
    # The mark tells spreadsheets that the text is UTF-8.
    content = b"\xef\xbb\xbf" + text.encode()
    return attachment(content, f"{course}-{assignment}.csv", "text/csv")
