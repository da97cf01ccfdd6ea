"""What teaching assistants open: every submission of an assignment."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, g, render_template, request

from grader.services import assignments, reports
from grader.services.reports import SubmissionRow
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.navigation import Place, Tab
from grader.web.tables import Sorting, page_of

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
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        rows = reports.submissions(session, assignment_id=view.id)
    wanted = request.args.get("name", "").strip()
    sorting = Sorting.of(request.args, _COLUMNS, default="received_at", falling=True)
    blocked = request.args.get("blocked") == "1"
    found = sorting.sorted([row for row in rows if _matches(row, wanted, blocked)])
    page, pages = page_of(found, request.args.get("page"))
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": view,
        "columns": _COLUMNS,
        "sorting": sorting,
        "wanted": wanted,
        "blocked": blocked,
        "with_blocked_calls": sum(bool(row.blocked_calls) for row in rows),
        "rows": page.rows,
        "total": len(rows),
        "found": len(found),
        "page": page.number,
        "pages": pages,
    }
    return render_template("ta/submissions.html", **facts)


def _matches(row: SubmissionRow, wanted: str, blocked: bool) -> bool:
    if blocked and not row.blocked_calls:
        return False
    person = asdict(row)
    text = f"{person['name']} {person['email']}".casefold()
    return all(part in text for part in wanted.casefold().split())
