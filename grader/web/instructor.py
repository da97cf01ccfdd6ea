"""What instructors open: settings and the checks."""

from typing import Any

from flask import Blueprint, g, render_template

from grader.services import assignments
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.navigation import Place, Tab
from grader.web.outline import grouped

blueprint = Blueprint("instructor", __name__)
TABS = (Tab(Place.ASSIGNMENT, 80, "instructor.settings", "Settings"),)


@blueprint.get("/courses/<course>/assignments/<assignment>/settings")
@requires(Access.INSTRUCTOR)
def settings(course: str, assignment: str) -> str:
    """Show what is frozen in the published snapshot."""
    return _settings_page(course, assignment)


def _settings_page(course: str, assignment: str) -> str:
    here = backend()
    with here.database.read() as session:
        view = assignments.get(session, course, assignment)
        loaded = assignments.load(session, here.store, view.snapshot_id)
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": view,
        "components": grouped(loaded),
        "spec": loaded.spec,
    }
    return render_template("instructor/settings.html", **facts)
