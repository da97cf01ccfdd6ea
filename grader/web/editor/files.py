"""The other files of a draft: handout, starter, samples, solution, binding."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.assignments.loader import HANDOUT_FILE, SPEC_FILE
from grader.errors import NotFoundError, RefusedError
from grader.services import draft_files
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.downloads import attachment, zipped
from grader.web.editor.editing import save_files, version_of
from grader.web.editor.manuscripts import Manuscript, opened
from grader.web.handout import render

blueprint = Blueprint("draft_files", __name__)
# What a person can sensibly change in a field of a page.
_MOST_TEXT = 200_000


@blueprint.get("/courses/<course>/drafts/<draft>/files")
@requires(Access.INSTRUCTOR)
def listing(course: str, draft: str) -> str:
    """List the files, what each is for, and what can be done with it."""
    return _page(opened(draft))


@blueprint.post("/courses/<course>/drafts/<draft>/files")
@requires(Access.INSTRUCTOR)
def change(course: str, draft: str) -> Response | tuple[str, int]:
    """Add or replace files, or take one away."""
    read = opened(draft)
    try:
        changes = _taken_away(read) or _uploaded(read)
        save_files(draft, version_of(read), changes)
    except RefusedError as refusal:
        return _page(read, refusal), 422
    flash("Saved. Every earlier version is in the history.", "success")
    return redirect(url_for(".listing", course=course, draft=draft), 303)


@blueprint.get("/courses/<course>/drafts/<draft>/files/text")
@requires(Access.INSTRUCTOR)
def text(course: str, draft: str) -> str:
    """Show one file in a field; a handout with what comes of it."""
    read = opened(draft)
    name = request.args.get("name", HANDOUT_FILE)
    content = read.contents.get(name)
    if content is None and name != HANDOUT_FILE:
        raise NotFoundError(f"draft {draft} has no file {name!r}")
    return _text_page(read, name, _readable(content or b"", name))


@blueprint.post("/courses/<course>/drafts/<draft>/files/text")
@requires(Access.INSTRUCTOR)
def save_text(course: str, draft: str) -> Response | tuple[str, int]:
    """Save what was typed, or show a handout as it would look."""
    read = opened(draft)
    name = request.form.get("name", "").strip()
    typed = request.form.get("text", "").replace("\r\n", "\n")
    if request.form.get("do") == "look":
        return _text_page(read, name, typed), 200
    try:
        draft_files.require_name(name)
        save_files(draft, version_of(read), {name: typed.encode()})
    except RefusedError as refusal:
        return _text_page(read, name, typed, refusal), 422
    flash("Saved.", "success")
    return redirect(url_for(".text", course=course, draft=draft, name=name), 303)


@blueprint.get("/courses/<course>/drafts/<draft>/files/download")
@requires(Access.INSTRUCTOR)
def download(course: str, draft: str) -> Response:
    """Send one file, or all of them as a zip that can be uploaded again."""
    read = opened(draft)
    name = request.args.get("name", "")
    if not name:
        return attachment(zipped(read.contents), f"{draft}.zip")
    if name not in read.contents:
        raise NotFoundError(f"draft {draft} has no file {name!r}")
    return attachment(read.contents[name], PurePosixPath(name).name)


def _taken_away(read: Manuscript) -> dict[str, bytes | None]:
    name = request.form.get("remove", "")
    return {name: None} if name in read.contents else {}


def _uploaded(read: Manuscript) -> dict[str, bytes | None]:
    """Return the uploaded files under the chosen folder.

    Raises
    ------
    RefusedError
        ``no-file``, ``bad-name`` or ``too-large``.
    """
    folder = request.form.get("folder", "").strip().strip("/")
    found: dict[str, bytes | None] = {}
    for part in request.files.getlist("files"):
        if part.filename:
            last = part.filename.replace("\\", "/").rpartition("/")[2]
            name = f"{folder}/{last}" if folder else last
            draft_files.require_name(name)
            found[name] = part.read()
    if not found:
        raise RefusedError("Choose at least one file.", code="no-file")
    most = backend().settings.max_upload_bytes
    together: Mapping[str, bytes | None] = {**read.contents, **found}
    if sum(len(content or b"") for content in together.values()) > most:
        raise RefusedError(
            "With these the assignment is larger than what is accepted.",
            code="too-large",
        )
    return found


def _readable(content: bytes, name: str) -> str:
    """Return a file as text.

    Raises
    ------
    RefusedError
        ``no-text`` if it is none, or too large for a page.
    """
    try:
        found = content.decode()
    except UnicodeDecodeError:
        found = "\0"
    if "\0" in found or len(content) > _MOST_TEXT:
        raise RefusedError(
            f"{name} cannot be changed on a page: it is no text, or too long. Download "
            "it, change it and upload it again.",
            code="no-text",
        )
    return found


def _page(read: Manuscript, refusal: RefusedError | None = None) -> str:
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "draft": read.draft,
        "read": read,
        "spec_file": SPEC_FILE,
        "files": [(name, len(read.contents[name])) for name in sorted(read.contents)],
        "folder": request.form.get("folder", ""),
        "refusal": refusal,
    }
    return render_template("editor/files.html", **facts)


def _text_page(
    read: Manuscript, name: str, typed: str, refusal: RefusedError | None = None
) -> str:
    title = read.table.get("title")
    shown = render(typed, str(title or "")) if name == HANDOUT_FILE else None
    return render_template(
        "editor/text.html",
        course=g.course,
        role=g.role,
        draft=read.draft,
        version=request.form.get("version", read.draft.version),
        name=name,
        text=typed,
        shown=shown,
        refusal=refusal,
    )
