"""What teaching assistants open: every submission of an assignment."""

from typing import Any

from flask import Blueprint, g, render_template, request

from grader.services import assignments, submission_list
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.navigation import Place, Tab
from grader.web.queries import page_of, text_of
from grader.web.tables import Sorting

blueprint = Blueprint("ta", __name__)
TABS = (Tab(Place.ASSIGNMENT, 10, "ta.submissions", "Submissions"),)
_COLUMNS = {
    "name": "Student",
    "number": "Attempt",
    "received_at": "Received",
    "status": "Status",
    "score": "Score",
    "run_seconds": "Run time",
}


@blueprint.get("/courses/<course>/assignments/<assignment>/submissions")
@requires(Access.TA)
def submissions(course: str, assignment: str) -> str:
    """List all submissions, newest first, to be sorted and filtered."""
    sorting = Sorting.of(request.args, _COLUMNS, default="received_at", falling=True)
    wanted = submission_list.Wanted(
        name=text_of(request.args, "name"),
        blocked=request.args.get("blocked") == "1",
        sort=sorting.column,
        falling=sorting.falling,
        page=page_of(request.args),
    )
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = submission_list.listed(session, view.id, wanted)
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": view,
        "columns": _COLUMNS,
        "sorting": sorting,
        "wanted": wanted.name,
        "blocked": wanted.blocked,
        "with_blocked_calls": found.with_blocked_calls,
        "rows": found.rows,
        "total": found.total,
        "found": found.found,
        "page": found.page,
        "pages": found.pages,
    }
    return render_template("ta/submissions.html", **facts)
