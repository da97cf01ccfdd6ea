"""What a class gets right and wrong."""

from flask import Blueprint, g, render_template
from flask_login import current_user

from grader.services import analytics as numbers
from grader.services import assignments
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.filters import zone
from grader.web.navigation import Place, Tab

blueprint = Blueprint("analytics", __name__)
TABS = (Tab(Place.ASSIGNMENT, 50, "analytics.assignment", "Analytics"),)


@blueprint.get("/courses/<course>/assignments/<assignment>/analytics")
@requires(Access.TA)
def assignment(course: str, assignment: str) -> str:
    """Show pass rates, common mistakes, attempts and times of day."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = numbers.analytics(
            session, view.id, current_user.id, zone(g.course.timezone)
        )
    attempts = [str(at) for at in range(1, numbers.MOST_ATTEMPTS)]
    return render_template(
        "analytics/assignment.html",
        course=g.course,
        role=g.role,
        assignment=view,
        numbers=found,
        attempts=[*attempts, f"{numbers.MOST_ATTEMPTS}+"],
        hours=[f"{hour:02}" for hour in range(numbers.HOURS)],
    )
