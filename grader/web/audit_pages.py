"""The list of what happened in a course, for its instructors."""

from flask import Blueprint, g, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.services import audit_list
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.downloads import attachment
from grader.web.filters import zone
from grader.web.navigation import Place, Tab
from grader.web.queries import day_of, text_of

blueprint = Blueprint("audit_pages", __name__)
TABS = (Tab(Place.COURSE, 90, "audit_pages.listed", "History"),)
_FIELDS = ("person", "student", "action", "since", "until")


@blueprint.get("/courses/<course>/audit")
@requires(Access.INSTRUCTOR)
def listed(course: str) -> str:
    """Show what happened, newest first."""
    with backend().database.read() as session:
        page = audit_list.listed(session, g.course.id, current_user.id, _wanted())
    kept = {name: text_of(request.args, name) for name in _FIELDS}
    return render_template(
        "audit/list.html",
        course=g.course,
        role=g.role,
        page=page,
        actions=audit_list.actions(),
        kept={name: value for name, value in kept.items() if value},
        is_first="before" not in request.args,
    )


@blueprint.get("/courses/<course>/audit.csv")
@requires(Access.INSTRUCTOR)
def listed_csv(course: str) -> Response:
    """Send what happened as a table, filtered like the page."""
    most = audit_list.MOST_EXPORTED
    with backend().database.read() as session:
        page = audit_list.listed(
            session, g.course.id, current_user.id, _wanted(), limit=most
        )
    content = b"\xef\xbb\xbf" + audit_list.as_csv(page.entries).encode()
    return attachment(content, f"{course}-history.csv", "text/csv")


def _wanted() -> audit_list.Wanted:
    arguments, timezone = request.args, zone(g.course.timezone)
    before = arguments.get("before", "")
    is_number = before.isascii() and before.isdecimal() and len(before) < 19
    return audit_list.Wanted(
        person=text_of(arguments, "person"),
        student=text_of(arguments, "student"),
        action=text_of(arguments, "action"),
        since=day_of(arguments, "since", timezone),
        until=day_of(arguments, "until", timezone, after=True),
        before=int(before) if is_number else None,
    )
