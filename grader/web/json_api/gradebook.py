"""Scores of a course: the matrix, tables for other systems, and publishing."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, g, request
from sqlalchemy.orm import Session

from grader.errors import NotFoundError, RefusedError
from grader.models import TokenScope
from grader.services import assignments, gradebook, score_publication, scores
from grader.services.exports import filled, plain, tables
from grader.services.exports.filled import Filled
from grader.services.exports.tables import Uploaded
from grader.services.gradebook import Book, Column, Shown
from grader.web.access import Access
from grader.web.backend import backend
from grader.web.downloads import attachment
from grader.web.filters import zone
from grader.web.json_api.operations import Area, next_page, person
from grader.web.json_api.shapes import Answer, Asked, Done, Page, Paged, Query, Word

area = Area("gradebook", "Gradebook, tables and publishing")
blueprint = area.blueprint
_BOOK = "/courses/<course>/gradebook"
_ONE = "/courses/<course>/assignments/<assignment>/scores"
_CSV = "text/csv"


class ColumnBody(Answer):
    """One assignment of the course."""

    slug: str
    title: str
    max_score: float
    due_at: datetime | None
    published_at: datetime | None


class CellBody(Answer):
    """What one student has in one assignment."""

    shown: Shown
    score: float | None
    max_score: float | None
    submission_id: str
    received_at: datetime | None
    attempts: int
    late_seconds: float
    penalty: float
    is_pending: bool
    is_overridden: bool
    needs_look: bool


class StudentLine(Answer):
    """One student; ``cells`` by the assignments' short names."""

    student_id: int
    name: str
    email: str
    section: str
    student_number: str
    total: float
    cells: dict[str, CellBody]


class BookBody(Paged):
    """One page of the gradebook."""

    columns: list[ColumnBody]
    lines: list[StudentLine]
    students: int
    found: int
    sections: list[str]


class WantedStudents(Query):
    """Which students, in which order."""

    name: Word = ""
    section: Word = ""
    missing: Word = ""
    sort: Word = "name"
    falling: bool = False
    page: Page = 1


class ScoreLine(Answer):
    """The score of one student that counts."""

    student_id: int
    name: str
    email: str
    attempts: int
    score: float | None
    max_score: float | None
    submission_id: str | None


class Scores(Answer):
    """One line for each student of the course, whether or not anything came in."""

    scores: list[ScoreLine]


class OneAssignment(Query):
    """One assignment by its short name; all of the course if it is left out."""

    assignment: Word = ""


class Table(Asked):
    """A table that another system exported, and the assignment if it holds one."""

    table: str
    assignment: Word = ""


@area.get(_BOOK, access=Access.INSTRUCTOR, asks=WantedStudents, answer=BookBody)
def matrix(course: str, query: WantedStudents) -> BookBody:
    """Show students against assignments, a page at a time."""
    wanted = gradebook.Wanted(**query.model_dump())
    with backend().database.read() as session:
        book = gradebook.book(session, g.course.id, wanted)
    slugs = {column.id: column.slug for column in book.columns}
    lines = [
        {
            **{name: getattr(line, name) for name in _FACTS},
            "cells": {slugs[at]: cell for at, cell in line.cells.items()},
        }
        for line in book.lines
    ]
    return BookBody.of(
        {
            "columns": book.columns,
            "lines": lines,
            "students": book.students,
            "found": book.found,
            "sections": book.sections,
            "page": book.page,
            "pages": book.pages,
            "next": next_page(book.page, book.pages),
        }
    )


_FACTS = tuple(name for name in StudentLine.model_fields if name != "cells")


@area.get(f"{_BOOK}/scores.csv", access=Access.INSTRUCTOR, answer=_CSV)
def own(course: str) -> Response:
    """Send all scores of the course as a table that no spreadsheet takes for code."""
    return _sent(plain.own(_book()), f"{course}-scores.csv")


@area.get(
    f"{_BOOK}/gradescope.csv",
    access=Access.INSTRUCTOR,
    asks=OneAssignment,
    answer=_CSV,
)
def gradescope(course: str, query: OneAssignment) -> Response:
    """Send the course, or one assignment, with the columns of Gradescope."""
    book, timezone = _book(), zone(g.course.timezone)
    if not query.assignment:
        return _sent(plain.gradescope_course(book, timezone), f"{course}.csv")
    column = _column(book, query.assignment)
    text = plain.gradescope_assignment(book, column, timezone)
    return _sent(text, f"{course}-{column.slug}.csv")


@area.post(
    f"{_BOOK}/canvas",
    access=Access.INSTRUCTOR,
    scope=TokenScope.SUBMIT,
    takes=Table,
    upload=("table",),
    answer=_CSV,
)
def canvas(course: str, body: Table | None) -> Response:
    """Give a Canvas gradebook back with our scores; nothing here changes."""
    return _filled(body, lambda book, _, table: filled.canvas(book, table))


@area.post(
    f"{_BOOK}/moodle",
    access=Access.INSTRUCTOR,
    scope=TokenScope.SUBMIT,
    takes=Table,
    upload=("table", "assignment"),
    answer=_CSV,
)
def moodle(course: str, body: Table | None) -> Response:
    """Give a Moodle worksheet back with the scores of one assignment."""
    return _filled(
        body,
        lambda book, slug, table: filled.moodle(book, _column(book, slug), table),
    )


@area.get(_ONE, access=Access.INSTRUCTOR, answer=Scores)
def one(course: str, assignment: str) -> Scores:
    """List every student of the course with the score of an assignment that counts."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        return Scores.of({"scores": scores.scores(session, view.id)})


@area.post(
    f"{_ONE}/publish",
    access=Access.INSTRUCTOR,
    scope=TokenScope.MANAGE,
    answer=Done,
)
def publish(course: str, assignment: str) -> Done:
    """Make the scores of an assignment final for students."""
    return _changed(course, assignment, score_publication.publish)


@area.post(
    f"{_ONE}/hide", access=Access.INSTRUCTOR, scope=TokenScope.MANAGE, answer=Done
)
def hide(course: str, assignment: str) -> Done:
    """Take a publication back."""
    return _changed(course, assignment, score_publication.hide)


def _changed(
    course: str, assignment: str, change: Callable[[Session, int, int], bool]
) -> Done:
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        return Done(id=assignment, count=int(change(session, view.id, person())))


def _filled(
    body: Table | None, fill: Callable[[Book, str, Uploaded], Filled]
) -> Response:
    """Fill the table that was sent; the names that were not found are in a header."""
    if body is None:
        part = request.files.get("table")
        content = b"" if part is None else part.read()
        slug = request.form.get("assignment", "")
    else:
        content, slug = body.table.encode("utf-8", "replace"), body.assignment
    if not content:
        raise RefusedError("Send the table that you exported.", code="no-table")
    made = fill(_book(), slug, tables.read(content))
    response = _sent(made.text, "filled.csv")
    response.headers["Grader-Unknown-Students"] = str(len(made.unknown))
    response.headers["Grader-Absent-Students"] = str(len(made.absent))
    return response


def _book() -> Book:
    with backend().database.read() as session:
        return gradebook.book(session, g.course.id, gradebook.Wanted(page=None))


def _column(book: Book, slug: str) -> Column:
    found = {column.slug: column for column in book.columns}
    if slug not in found:
        raise NotFoundError("there is no such assignment in this course")
    return found[slug]


def _sent(text: str, name: str) -> Response:
    # Without the mark for spreadsheets: programs read this.
    return attachment(text.encode(), name, _CSV)
