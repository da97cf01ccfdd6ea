"""The editor: a form and the text of ``assignment.toml`` side by side."""

import difflib
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.assignments import manuscript
from grader.assignments.loader import SPEC_FILE
from grader.errors import AssignmentError, RefusedError
from grader.services import drafts
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.editor import form
from grader.web.editor.manuscripts import Manuscript, opened, table_of, tables
from grader.web.handout import render
from grader.web.outline import grouped

blueprint = Blueprint("editor", __name__)
_MEANWHILE = "changed-meanwhile"
_VERBS = ("remove", "up", "down")


@blueprint.get("/courses/<course>/drafts/<draft>")
@requires(Access.INSTRUCTOR)
def edit(course: str, draft: str) -> str:
    """Show form and text, and what is wrong with them."""
    return _page(opened(draft))


@blueprint.post("/courses/<course>/drafts/<draft>")
@requires(Access.INSTRUCTOR)
def save(course: str, draft: str) -> Response | tuple[str, int]:
    """Save the text with what was changed in the form, or say why not."""
    typed = request.form.get("toml", "").replace("\r\n", "\n")
    base = opened(draft)
    version = version_of(base)
    if version != base.draft.version:
        return _page(opened(draft, typed), theirs=base), 422
    text, problems = form.applied(base.text, typed, request.form)
    try:
        text = _rearranged(text, base.text, request.form.get("do", ""))
    except (AssignmentError, RefusedError) as refusal:
        problems["do"] = str(refusal)
    if problems:
        return _page(opened(draft, text), problems=problems, typed=request.form), 422
    try:
        save_files(draft, version, {SPEC_FILE: text.encode()})
    except RefusedError as refusal:
        if refusal.code != _MEANWHILE:
            raise
        return _page(opened(draft, text), theirs=opened(draft)), 422
    flash("Saved. Students see nothing of it until you publish.", "success")
    return redirect(url_for(".edit", course=course, draft=draft), 303)


@blueprint.post("/courses/<course>/drafts/<draft>/look")
@requires(Access.INSTRUCTOR)
def look(course: str, draft: str) -> str:
    """Say what is wrong with a text that is being typed; nothing is stored."""
    typed = request.form.get("toml", "").replace("\r\n", "\n")
    return render_template("editor/problems.html", read=opened(draft, typed))


@blueprint.get("/courses/<course>/drafts/<draft>/preview")
@requires(Access.INSTRUCTOR)
def preview(course: str, draft: str) -> str:
    """Show the assignment as students would see it."""
    read = opened(draft)
    loaded = read.loaded
    facts: dict[str, Any] = {"course": g.course, "role": g.role, "read": read}
    if loaded is not None:
        facts |= {
            "handout": render(loaded.handout, loaded.spec.title),
            "components": grouped(loaded, lambda level: level == "visible"),
            "starter": sorted(loaded.starter),
        }
    return render_template("editor/preview.html", **facts)


def version_of(read: Manuscript) -> int:
    """Return the version that the visitor's page was made from; 0 for nonsense."""
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else 0


def save_files(slug: str, version: int, changes: Mapping[str, bytes | None]) -> None:
    """Store files and save them in a draft.

    Raises
    ------
    RefusedError
        What ``drafts.save`` refuses.
    """
    here = backend()
    blobs = {
        name: None if content is None else here.store.put(content)
        for name, content in changes.items()
    }
    with here.database.write() as session:
        drafts.save(
            session,
            course_id=g.course.id,
            slug=slug,
            version=version,
            changes=blobs,
            actor_id=current_user.id,
        )


def _rearranged(text: str, base: str, wanted: str) -> str:
    """Take a component or a check away, or move it, if a button asked for it.

    Raises
    ------
    AssignmentError
        If the text is not TOML.
    RefusedError
        If there is no such table any more.
    """
    verb, _, place = wanted.partition(":")
    name, _, number = place.partition("-")
    if verb not in _VERBS or name not in ("check", "component"):
        return text
    known = tables(table_of(base), name)
    if not number.isascii() or not number.isdecimal() or int(number[:6]) >= len(known):
        raise RefusedError(f"There is no such {name} any more.", code="no-such-table")
    key = "id" if name == "check" else "name"
    marked = known[int(number)].get(key)
    now = [one.get(key) for one in tables(manuscript.read(text), name)]
    if marked not in now:
        raise RefusedError(f"There is no such {name} any more.", code="no-such-table")
    at = now.index(marked)
    if verb == "remove":
        return manuscript.without_table(text, name, at)
    return manuscript.with_table_moved(text, name, at, -1 if verb == "up" else 1)


def _page(
    read: Manuscript,
    *,
    theirs: Manuscript | None = None,
    problems: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    """Render the editor.

    Parameters
    ----------
    theirs
        What somebody else has saved meanwhile.
    typed
        What the form held, where it could not be applied.
    """
    difference = None
    if theirs is not None:
        difference = list(
            difflib.unified_diff(
                theirs.text.splitlines(), read.text.splitlines(), "theirs", "yours", n=2
            )
        )
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "draft": read.draft,
        "read": read,
        "groups": form.groups(read.text),
        "names": [one.get("name") for one in tables(read.table, "component")],
        "quantities": _quantities(read),
        "theirs": theirs,
        "difference": difference,
        "problems": problems or {},
        "typed": typed or {},
    }
    return render_template("editor/edit.html", **facts)


def _quantities(read: Manuscript) -> dict[str, str]:
    """Return the names that points may be given for, by the key of their group."""
    if read.loaded is None:
        return {}
    return {
        f"check-{index}": ", ".join(check.quantities(check.params, check.components))
        for index, check in enumerate(read.loaded.checks)
    }
