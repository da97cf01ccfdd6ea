"""The list of a course's drafts: begin one, delete it, fetch it back."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.assignments.loader import SHIPPED, SPEC_FILE
from grader.errors import NotFoundError, RefusedError
from grader.services import draft_files, drafts
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.navigation import Place, Tab

blueprint = Blueprint("drafts", __name__)
TABS = (Tab(Place.COURSE, 60, "drafts.listing", "Drafts"),)
_LONGEST_TITLE = 200


@blueprint.get("/courses/<course>/drafts")
@requires(Access.INSTRUCTOR)
def listing(course: str) -> str:
    """Show the drafts, what could become one, and what was deleted."""
    return _page()


@blueprint.post("/courses/<course>/drafts")
@requires(Access.INSTRUCTOR)
def create(course: str) -> Response | tuple[str, int]:
    """Begin a draft from a template, an upload, a shipped or a published assignment."""
    here = backend()
    slug = request.form.get("slug", "").strip()[:80]
    try:
        draft_files.require_slug(slug)
        files = draft_files.renamed(_files(slug), slug)
        draft_files.require_names(dict.fromkeys(files, ""))
        manifest = {name: here.store.put(content) for name, content in files.items()}
        with here.database.write() as session:
            drafts.create(
                session,
                course_id=g.course.id,
                slug=slug,
                manifest=manifest,
                actor_id=current_user.id,
            )
    except RefusedError as refusal:
        return _page(refusal), 422
    flash("The draft was made. Students see nothing of it.", "success")
    return redirect(url_for("editor.edit", course=course, draft=slug), 303)


@blueprint.get("/courses/<course>/drafts/<draft>/delete")
@requires(Access.INSTRUCTOR)
def ask_delete(course: str, draft: str) -> str:
    """Ask once whether a draft shall go."""
    with backend().database.read() as session:
        view = drafts.get(session, g.course.id, draft, current_user.id)
    return render_template(
        "editor/delete.html", course=g.course, role=g.role, draft=view
    )


@blueprint.post("/courses/<course>/drafts/<draft>/delete")
@requires(Access.INSTRUCTOR)
def delete(course: str, draft: str) -> Response:
    """Delete a draft; what is published stays."""
    if request.form.get("really") != "yes":
        raise RefusedError("Nothing was deleted.", code="not-asked")
    with backend().database.write() as session:
        drafts.delete(session, g.course.id, draft, current_user.id)
    flash("The draft was deleted. It can be fetched back below.", "success")
    return redirect(url_for(".listing", course=course), 303)


@blueprint.post("/courses/<course>/drafts/fetch-back")
@requires(Access.INSTRUCTOR)
def fetch_back(course: str) -> Response:
    """Make a draft what it was at an earlier save."""
    here = backend()
    typed = request.form.get("save", "")
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 12:
        raise NotFoundError("there is no such save")
    with here.database.write() as session:
        slug = drafts.fetch_back(
            session, here.store, g.course.id, int(typed), current_user.id
        )
    flash("The draft is again what it was then.", "success")
    return redirect(url_for("editor.edit", course=course, draft=slug), 303)


@blueprint.get("/courses/<course>/drafts/<draft>/history")
@requires(Access.INSTRUCTOR)
def history(course: str, draft: str) -> str:
    """List who saved what and when."""
    with backend().database.read() as session:
        view = drafts.get(session, g.course.id, draft, current_user.id)
        saves = drafts.history(session, g.course.id, draft, current_user.id)
    return render_template(
        "editor/history.html", course=g.course, role=g.role, draft=view, saves=saves
    )


def _files(slug: str) -> dict[str, bytes]:
    """Return what the new draft begins with.

    Raises
    ------
    RefusedError
        ``nothing-chosen``, or what is wrong with it.
    """
    here = backend()
    source = request.form.get("source", "")
    if source == "template":
        title = request.form.get("title", "").strip()[:_LONGEST_TITLE]
        return draft_files.template_files(slug, title or slug)
    if source == "shipped":
        return draft_files.shipped_files(request.form.get("shipped", ""))
    if source == "published":
        with here.database.read() as session:
            found = draft_files.published_files(
                session, here.store, g.course.id, request.form.get("published", "")
            )
        if found:
            return found
    upload = request.files.get("zip")
    if source == "upload" and upload is not None and upload.filename:
        most = here.settings.max_upload_bytes
        return draft_files.unpacked(upload.filename, upload.read(), most)
    raise RefusedError(
        "Choose what the draft begins with, and for an upload a zip.",
        code="nothing-chosen",
    )


def _page(refusal: RefusedError | None = None) -> str:
    with backend().database.read() as session:
        found = drafts.listed(session, g.course.id, current_user.id)
        deleted = drafts.deleted(session, g.course.id, current_user.id)
        published = draft_files.published(session, g.course.id)
    typed = {
        name: request.form.get(name, "")[:_LONGEST_TITLE]
        for name in ("slug", "title", "source", "shipped", "published")
    }
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "drafts": found,
        "deleted": deleted,
        "published": published,
        "shipped": sorted(p.parent.name for p in SHIPPED.glob(f"*/{SPEC_FILE}")),
        "typed": typed,
        "refusal": refusal,
    }
    return render_template("editor/list.html", **facts)
