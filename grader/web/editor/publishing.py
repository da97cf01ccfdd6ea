"""Publishing a draft, and going back to what was published before."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.assignments.loader import AUTHOR_FOLDERS
from grader.errors import NotFoundError, RefusedError
from grader.services import assignments, draft_files, trials
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.editor.manuscripts import Manuscript, opened
from grader.web.navigation import Place, Tab

blueprint = Blueprint("publishing", __name__)
TABS = (Tab(Place.ASSIGNMENT, 75, "publishing.versions", "Versions"),)
_MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class Change:
    """How one file differs from the published one; no lines where it is no text."""

    name: str
    how: str
    lines: tuple[str, ...]


@blueprint.get("/courses/<course>/drafts/<draft>/publish")
@requires(Access.INSTRUCTOR)
def ask(course: str, draft: str) -> str:
    """Show what would change for students, what is known about it, and ask."""
    return _page(opened(draft))


@blueprint.post("/courses/<course>/drafts/<draft>/publish")
@requires(Access.INSTRUCTOR)
def publish(course: str, draft: str) -> Response | tuple[str, int]:
    """Publish exactly the version that was shown."""
    read = opened(draft)
    if read.loaded is None:
        return _page(read), 422
    if request.form.get("digest") != read.loaded.digest:
        words = "The draft has changed since you opened this page. Look at it again."
        return _page(read, RefusedError(words, code="changed-meanwhile")), 422
    here = backend()
    with here.database.read() as session:
        known = trials.summary(session, g.course.id, draft, read.loaded.digest)
    with here.database.write() as session:
        trials.require_instructor(session, g.course.id, current_user.id)
        done = assignments.publish(
            session,
            here.store,
            course_id=g.course.id,
            assignment=read.loaded,
            now=datetime.now(UTC),
            known=known or {"tried": False},
            actor_id=current_user.id,
        )
    words = "Published." if done.is_new else "This version was published already."
    flash(f"{words} Submissions from now on are graded by it.", "success")
    return redirect(url_for(".versions", course=course, assignment=draft), 303)


@blueprint.get("/courses/<course>/assignments/<assignment>/versions")
@requires(Access.INSTRUCTOR)
def versions(course: str, assignment: str) -> str:
    """List what was published and when."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = assignments.versions(session, view.id)
    return render_template(
        "editor/versions.html",
        course=g.course,
        role=g.role,
        assignment=view,
        versions=found,
    )


@blueprint.post("/courses/<course>/assignments/<assignment>/versions")
@requires(Access.INSTRUCTOR)
def publish_again(course: str, assignment: str) -> Response:
    """Make an earlier version the current one."""
    here = backend()
    typed = request.form.get("version", "")
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 12:
        raise NotFoundError("there is no such version")
    with here.database.write() as session:
        view = assignments.get(session, course, assignment)
        trials.require_instructor(session, g.course.id, current_user.id)
        assignments.publish_again(
            session,
            here.store,
            assignment_id=view.id,
            snapshot_id=int(typed),
            actor_id=current_user.id,
            now=datetime.now(UTC),
        )
    flash(
        "This version is published again. Nothing that was graded changes.", "success"
    )
    return redirect(url_for(".versions", course=course, assignment=assignment), 303)


def _page(read: Manuscript, refusal: RefusedError | None = None) -> str:
    here = backend()
    slug, loaded = read.draft.slug, read.loaded
    with here.database.read() as session:
        before = draft_files.published_files(session, here.store, g.course.id, slug)
        known = (
            None
            if loaded is None
            else trials.summary(session, g.course.id, slug, loaded.digest)
        )
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "draft": read.draft,
        "read": read,
        "is_published": bool(before),
        "changes": _changes(before, {} if loaded is None else loaded.files),
        "author_files": sum(
            name.partition("/")[0] in AUTHOR_FOLDERS for name in read.contents
        ),
        "known": known,
        "refusal": refusal,
    }
    return render_template("editor/publish.html", **facts)


def _changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Change]:
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        how = "added" if old is None else "taken away" if new is None else "changed"
        found.append(Change(name, how, _lines(old or b"", new or b"")))
    return found


def _lines(old: bytes, new: bytes) -> tuple[str, ...]:
    try:
        texts = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        return ()
    lines = difflib.unified_diff(*texts, n=2, lineterm="")
    return tuple(lines)[2 : 2 + _MOST_LINES]
