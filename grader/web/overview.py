"""The first page of a course for its staff."""

from datetime import UTC, datetime

from flask import Blueprint, g, render_template
from flask_login import current_user

from grader.services import overview as standing
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.navigation import Place, Tab

blueprint = Blueprint("overview", __name__)
TABS = (Tab(Place.COURSE, 10, "overview.course", "Overview"),)


@blueprint.get("/courses/<course>/overview")
@requires(Access.TA)
def course(course: str) -> str:
    """Show how each assignment stands, what waits, and what needs somebody."""
    with backend().database.read() as session:
        found = standing.overview(session, g.course.id, current_user.id)
    tenths = [f"{10 * at}\u2013{10 * at + 10}" for at in range(standing.BINS)]
    return render_template(
        "overview/course.html",
        course=g.course,
        role=g.role,
        overview=found,
        tenths=tenths,
        now=datetime.now(UTC),
    )
