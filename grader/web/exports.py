"""Scores on their way to Canvas, Moodle, Gradescope or a spreadsheet."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from grader.errors import NotFoundError, RefusedError
from grader.services import gradebook
from grader.services.columns import Column, columns_of
from grader.services.exports import filled, plain, tables
from grader.services.exports.filled import Filled
from grader.services.exports.tables import Uploaded
from grader.services.gradebook import Book
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.downloads import attachment
from grader.web.filters import zone
from grader.web.queries import text_of

blueprint = Blueprint("exports", __name__)
_MARK = b"\xef\xbb\xbf"
_MOST_NAMES = 20


@blueprint.get("/courses/<course>/gradebook/exports")
@requires(Access.INSTRUCTOR)
def choose(course: str) -> str:
    """Offer every table, and say what each system needs."""
    with backend().database.read() as session:
        return _page(columns_of(session, g.course.id))


@blueprint.get("/courses/<course>/gradebook/scores.csv")
@requires(Access.INSTRUCTOR)
def own(course: str) -> Response:
    """Send all scores of the course."""
    return _sent(plain.own(_book()), f"{course}-scores.csv")


@blueprint.get("/courses/<course>/gradebook/gradescope.csv")
@requires(Access.INSTRUCTOR)
def gradescope(course: str) -> Response:
    """Send the course, or one assignment, with the columns of Gradescope."""
    book, timezone = _book(), zone(g.course.timezone)
    slug = text_of(request.args, "assignment")
    if not slug:
        text = plain.gradescope_course(book, timezone)
        return _sent(text, f"{course}-gradescope.csv")
    text = plain.gradescope_assignment(book, _column(book, slug), timezone)
    return _sent(text, f"{course}-{slug}-gradescope.csv")


@blueprint.post("/courses/<course>/gradebook/canvas")
@requires(Access.INSTRUCTOR)
def canvas(course: str) -> Response | tuple[str, int] | str:
    """Give a Canvas gradebook back with our scores."""
    book = _book()
    return _answer(
        book, "canvas", f"{course}-canvas.csv", lambda table: filled.canvas(book, table)
    )


@blueprint.post("/courses/<course>/gradebook/moodle")
@requires(Access.INSTRUCTOR)
def moodle(course: str) -> Response | tuple[str, int] | str:
    """Give a Moodle worksheet back with the scores of one assignment."""
    book = _book()
    slug = request.form.get("assignment", "")

    def fill(table: Uploaded) -> Filled:
        return filled.moodle(book, _column(book, slug), table)

    return _answer(book, "moodle", f"{course}-{slug[:80]}-moodle.csv", fill)


def _answer(
    book: Book, which: str, name: str, fill: Callable[[Uploaded], Filled]
) -> Response | tuple[str, int] | str:
    """Fill the table that came with the form, or say what is wrong with it."""
    try:
        made = fill(tables.read(_content()))
    except RefusedError as refusal:
        return _page(book.columns, problems={which: refusal.message}), 422
    if request.form.get("action") == "check":
        return _page(book.columns, checked=made, which=which)
    return _sent(made.text, name, mark=b"")


def _content() -> bytes:
    file = request.files.get("table")
    content = b"" if file is None else file.read()
    if not content:
        raise RefusedError("Choose the file that you exported.", code="no-table")
    return content


def _book() -> Book:
    with backend().database.read() as session:
        return gradebook.book(session, g.course.id, gradebook.Wanted(page=None))


def _column(book: Book, slug: str) -> Column:
    for column in book.columns:
        if column.slug == slug:
            return column
    raise NotFoundError(f"assignment {slug} does not exist here")


def _page(columns: Sequence[Column], **facts: Any) -> str:
    given = {"problems": {}, "checked": None, "which": "", **facts}
    return render_template(
        "gradebook/exports.html",
        course=g.course,
        role=g.role,
        columns=columns,
        most_names=_MOST_NAMES,
        **given,
    )


def _sent(text: str, name: str, mark: bytes = _MARK) -> Response:
    # The mark tells spreadsheets that the text is UTF-8; other systems trip over it.
    return attachment(mark + text.encode(), name, "text/csv")
