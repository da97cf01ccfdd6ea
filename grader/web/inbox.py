"""What waits for the staff of a course, on one page."""

from flask import Blueprint, g, render_template
from flask_login import current_user

from grader.services import inbox as waiting
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.navigation import Place, Tab

blueprint = Blueprint("inbox", __name__)
TABS = (Tab(Place.COURSE, 20, "inbox.page", "Inbox"),)


@blueprint.get("/courses/<course>/inbox")
@requires(Access.TA)
def page(course: str) -> str:
    """Show regrade requests, reviews, failed runs and overrides that wait."""
    with backend().database.read() as session:
        found = waiting.of(session, g.course.id, current_user.id)
    return render_template("inbox/page.html", course=g.course, role=g.role, inbox=found)
