"""Where instructors give students more time or more attempts."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import assignments, extensions, people
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.fields import Fields
from grader.web.filters import plural, zone

blueprint = Blueprint("extensions", __name__)
_ADDRESS = "/courses/<course>/assignments/<assignment>/extensions"
_FIELD_OF = {
    "unknown-student": "students",
    "nobody-meant": "students",
    "nothing-granted": "due_at",
    "earlier-date": "due_at",
    "out-of-bounds": "extra_attempts",
}


@blueprint.get(_ADDRESS)
@requires(Access.INSTRUCTOR)
def show(course: str, assignment: str) -> str:
    """List the extensions, and offer to grant one."""
    return _page(course, assignment)


@blueprint.post(_ADDRESS)
@requires(Access.INSTRUCTOR)
def grant(course: str, assignment: str) -> Response | tuple[str, int]:
    """Grant one to the students that are named, or say what is wrong."""
    fields = Fields(request.form, zone(g.course.timezone))
    due_at = fields.moment("due_at")
    attempts = fields.whole("extra_attempts", 0, extensions.MOST_EXTRA_ATTEMPTS) or 0
    if fields.problems:
        return _page(course, assignment, fields.problems), 422
    try:
        with backend().database.write() as session:
            count = extensions.grant(
                session,
                assignments.get(session, course, assignment).id,
                lines=fields.text("students").splitlines(),
                section=fields.text("section"),
                due_at=due_at,
                extra_attempts=attempts,
                reason=fields.text("reason"),
                actor_id=current_user.id,
            )
    except RefusedError as refusal:
        wrong = {_FIELD_OF.get(refusal.code, "students"): refusal.message}
        return _page(course, assignment, wrong), 422
    flash(f"Granted to {plural(count, 'student')}.", "success")
    return _back(course, assignment)


@blueprint.post(f"{_ADDRESS}/<int:member>/remove")
@requires(Access.INSTRUCTOR)
def remove(course: str, assignment: str, member: int) -> Response:
    """Take one away; the page offers to put it back."""
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        extensions.remove(session, view.id, member, actor_id=current_user.id)
    flash("The extension is taken away. You can put it back below.", "success")
    return _back(course, assignment)


@blueprint.post(f"{_ADDRESS}/<int:member>/put-back")
@requires(Access.INSTRUCTOR)
def put_back(course: str, assignment: str, member: int) -> Response:
    """Grant again what was taken away last."""
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        extensions.put_back(session, view.id, member, actor_id=current_user.id)
    flash("The extension is back.", "success")
    return _back(course, assignment)


def _page(
    course: str, assignment: str, problems: Mapping[str, str] | None = None
) -> str:
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        facts: dict[str, Any] = {
            "rows": extensions.granted(session, view.id),
            "removed": extensions.removed(session, view.id),
        }
        sections = people.sections(session, view.course_id)
    return render_template(
        "extensions/page.html",
        course=g.course,
        role=g.role,
        assignment=view,
        shown={name: text[:5000] for name, text in request.form.items()},
        problems=problems or {},
        section_options=[(name, name) for name in sections],
        **facts,
    )


def _back(course: str, assignment: str) -> Response:
    return redirect(
        url_for("extensions.show", course=course, assignment=assignment), 303
    )
