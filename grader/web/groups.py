"""Where instructors say who hands in together."""

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import assignments, groups, roster_table
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.filters import plural

blueprint = Blueprint("groups", __name__)
_ADDRESS = "/courses/<course>/assignments/<assignment>/groups"
_LONGEST = 5000


@blueprint.get(_ADDRESS)
@requires(Access.INSTRUCTOR)
def show(course: str, assignment: str) -> str:
    """List the groups and the students without one."""
    return _page(course, assignment)


@blueprint.post(_ADDRESS)
@requires(Access.INSTRUCTOR)
def place(course: str, assignment: str) -> Response | tuple[str, int]:
    """Put students into a group, which is made if it is new."""
    try:
        with backend().database.write() as session:
            count = groups.place(
                session,
                assignments.get(session, course, assignment).id,
                name=request.form.get("name", ""),
                lines=request.form.get("students", "").splitlines(),
                actor_id=current_user.id,
            )
    except RefusedError as refusal:
        field = "name" if refusal.code == "no-name" else "students"
        return _page(course, assignment, {field: refusal.message}), 422
    flash(f"Saved for {plural(count, 'student')}.", "success")
    return _back(course, assignment)


@blueprint.post(f"{_ADDRESS}/table")
@requires(Access.INSTRUCTOR)
def upload(course: str, assignment: str) -> Response | tuple[str, int]:
    """Put students into groups as a table says; all of it or nothing."""
    part = request.files.get("file")
    content = part.read(roster_table.MOST_BYTES + 1) if part is not None else b""
    try:
        rows = roster_table.read_groups(roster_table.decoded(content))
        with backend().database.write() as session:
            count = groups.place_table(
                session,
                assignments.get(session, course, assignment).id,
                rows,
                actor_id=current_user.id,
            )
    except RefusedError as refusal:
        return _page(course, assignment, {"file": refusal.message}), 422
    flash(f"Saved for {plural(count, 'student')}.", "success")
    return _back(course, assignment)


@blueprint.post(f"{_ADDRESS}/<int:member>/take-out")
@requires(Access.INSTRUCTOR)
def take_out(course: str, assignment: str, member: int) -> Response:
    """Let one student hand in alone again."""
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        groups.take_out(session, view.id, member, actor_id=current_user.id)
    flash("Taken out of the group.", "success")
    return _back(course, assignment)


def _page(
    course: str, assignment: str, problems: Mapping[str, str] | None = None
) -> str:
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = groups.groups_of(session, view.id)
    return render_template(
        "groups/page.html",
        course=g.course,
        role=g.role,
        assignment=view,
        found=found,
        shown={name: text[:_LONGEST] for name, text in request.form.items()},
        problems=problems or {},
    )


def _back(course: str, assignment: str) -> Response:
    return redirect(url_for("groups.show", course=course, assignment=assignment), 303)
