"""Bringing a roster up to date with a table: look first, then do it."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, g, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.models import CourseRole
from grader.services import roster_imports, roster_table
from grader.services.cells import harmless
from grader.services.roster_table import Row
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.downloads import attachment
from grader.web.roster import ROLE_WORDS

blueprint = Blueprint("roster_imports", __name__)
_ADDRESS = "/courses/<course>/roster/table"


@blueprint.get(_ADDRESS)
@requires(Access.INSTRUCTOR)
def form(course: str) -> str:
    """Ask for a table."""
    return _page()


@blueprint.post(_ADDRESS)
@requires(Access.INSTRUCTOR)
def look(course: str) -> str | tuple[str, int]:
    """Show what a table would change; nothing is changed."""
    try:
        text = _uploaded()
        table = roster_table.read(text)
    except RefusedError as refusal:
        return _page(problem=refusal.message, text=_pasted()), 422
    with backend().database.read() as session:
        plan = roster_imports.plan(session, g.course.id, table.rows)
    return _page(plan=plan, table=table, text=text)


@blueprint.post(f"{_ADDRESS}/apply")
@requires(Access.INSTRUCTOR)
def apply(course: str) -> str | tuple[str, int]:
    """Make the roster what the table says, and show new passwords this once."""
    text = _pasted()
    drop_missing = request.form.get("drop_missing") == "1"
    try:
        rows = roster_table.read(text).rows
        done = _applied(rows, drop_missing=drop_missing)
    except RefusedError as refusal:
        return _page(problem=refusal.message, text=text), 422
    return render_template(
        "roster/done.html",
        course=g.course,
        role=g.role,
        done=done,
        text=text,
        drop_missing=drop_missing,
        listed=_csv([one.name, one.email, one.password] for one in done.passwords),
    )


@blueprint.post(f"{_ADDRESS}/passwords")
@requires(Access.INSTRUCTOR)
def passwords(course: str) -> Response:
    """Send the list that the page shows as a file; it is kept nowhere."""
    rows = list(csv.reader(io.StringIO(request.form.get("listed", ""), newline="")))
    safe = _csv([harmless(cell) for cell in row] for row in rows)
    content = b"\xef\xbb\xbf" + safe.encode()
    return attachment(content, f"{course}-passwords.csv", "text/csv")


def _applied(rows: list[Row], *, drop_missing: bool) -> roster_imports.Done:
    here = backend()
    with here.database.read() as session:
        plan = roster_imports.plan(session, g.course.id, rows)
    # Hashing is slow on purpose, so it is done before the write transaction.
    secrets = roster_imports.prepare_passwords(plan)
    with here.database.write() as session:
        return roster_imports.apply(
            session,
            g.course.id,
            rows,
            passwords=secrets,
            drop_missing=drop_missing,
            actor_id=current_user.id,
        )


def _uploaded() -> str:
    part = request.files.get("file")
    content = part.read(roster_table.MOST_BYTES + 1) if part is not None else b""
    return roster_table.decoded(content) if content else _pasted()


def _pasted() -> str:
    return request.form.get("text", "")[: roster_table.MOST_BYTES]


def _csv(rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _page(*, problem: str = "", text: str = "", **facts: Any) -> str:
    return render_template(
        "roster/table.html",
        course=g.course,
        role=g.role,
        problem=problem,
        text=text,
        role_words=ROLE_WORDS,
        student=CourseRole.STUDENT,
        **facts,
    )
