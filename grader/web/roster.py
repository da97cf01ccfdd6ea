"""Where instructors look after who is in a course."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.models import CourseRole
from grader.services import join_codes, people, roster
from grader.services.roster import Member
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.fields import Fields
from grader.web.filters import zone
from grader.web.navigation import Place, Tab
from grader.web.tables import page_of

blueprint = Blueprint("roster", __name__)
TABS = (Tab(Place.COURSE, 60, "roster.show", "Roster"),)
ROLE_WORDS = {
    CourseRole.STUDENT: "student",
    CourseRole.TA: "teaching assistant",
    CourseRole.INSTRUCTOR: "instructor",
}
_STATES = ("here", "left")
_ADDRESS = "/courses/<course>/roster"
_LONGEST_SEARCH = 100


@blueprint.get(_ADDRESS)
@requires(Access.INSTRUCTOR)
def show(course: str) -> str:
    """List who is in the course, to be searched and narrowed down."""
    wanted = {
        name: request.args.get(name, "")[:_LONGEST_SEARCH].strip()
        for name in ("search", "section", "role", "state")
    }
    with backend().database.read() as session:
        everybody = roster.members(session, g.course.id)
        code = join_codes.code_of(session, g.course.id, actor_id=current_user.id)
        sections = people.sections(session, g.course.id)
    found = [member for member in everybody if _matches(member, wanted)]
    page, pages = page_of(found, request.args.get("page"))
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "rows": page.rows,
        "page": page.number,
        "pages": pages,
        "total": len(everybody),
        "found": len(found),
        "wanted": wanted,
        "code": code,
        "section_options": [("", "every section"), *((one, one) for one in sections)],
        "role_words": ROLE_WORDS,
    }
    return render_template("roster/page.html", **facts)


@blueprint.get(f"{_ADDRESS}/<int:member>")
@requires(Access.INSTRUCTOR)
def person(course: str, member: int) -> str:
    """Show one person and what can be changed."""
    return _person_page(member)


@blueprint.post(f"{_ADDRESS}/<int:member>/role")
@requires(Access.INSTRUCTOR)
def role(course: str, member: int) -> Response | tuple[str, int]:
    """Give somebody another role; it holds at once."""
    stated = request.form.get("role", "")
    if stated not in set(CourseRole):
        return _person_page(member, {"role": "Choose one of the roles."}), 422
    try:
        with backend().database.write() as session:
            roster.change_role(
                session,
                g.course.id,
                member,
                CourseRole(stated),
                actor_id=current_user.id,
            )
    except RefusedError as refusal:
        return _person_page(member, {"role": refusal.message}), 422
    flash("The role is changed. It holds at once.", "success")
    return redirect(url_for("roster.show", course=course), 303)


@blueprint.post(f"{_ADDRESS}/<int:member>/details")
@requires(Access.INSTRUCTOR)
def details(course: str, member: int) -> Response | tuple[str, int]:
    """Change section and extra time."""
    fields = Fields(request.form, zone(g.course.timezone))
    minutes = fields.whole("extra_minutes", 0, roster.MOST_EXTRA_MINUTES)
    if fields.problems:
        return _person_page(member, fields.problems), 422
    try:
        with backend().database.write() as session:
            roster.change_details(
                session,
                g.course.id,
                member,
                section=fields.text("section"),
                extra_minutes=minutes or 0,
                actor_id=current_user.id,
            )
    except RefusedError as refusal:
        return _person_page(member, {"section": refusal.message}), 422
    flash("Saved.", "success")
    return redirect(url_for("roster.person", course=course, member=member), 303)


@blueprint.post(f"{_ADDRESS}/<int:member>/drop")
@requires(Access.INSTRUCTOR)
def drop(course: str, member: int) -> Response | tuple[str, int]:
    """Take somebody out of the course; the page offers the way back."""
    try:
        with backend().database.write() as session:
            roster.drop(session, g.course.id, member, actor_id=current_user.id)
    except RefusedError as refusal:
        return _person_page(member, {"drop": refusal.message}), 422
    flash("Taken out of the course. Everything handed in stays.", "success")
    return redirect(url_for("roster.person", course=course, member=member), 303)


@blueprint.post(f"{_ADDRESS}/<int:member>/restore")
@requires(Access.INSTRUCTOR)
def restore(course: str, member: int) -> Response:
    """Let somebody back into the course."""
    with backend().database.write() as session:
        roster.restore(session, g.course.id, member, actor_id=current_user.id)
    flash("Back in the course.", "success")
    return redirect(url_for("roster.person", course=course, member=member), 303)


@blueprint.post(f"{_ADDRESS}/join-code")
@requires(Access.INSTRUCTOR)
def renew_code(course: str) -> Response:
    """Make a join code, in place of the one before."""
    with backend().database.write() as session:
        join_codes.renew(session, g.course.id, actor_id=current_user.id)
    flash("There is a new join code.", "success")
    return redirect(url_for("roster.show", course=course), 303)


@blueprint.post(f"{_ADDRESS}/join-code/stop")
@requires(Access.INSTRUCTOR)
def stop_code(course: str) -> Response:
    """Let nobody join any more."""
    with backend().database.write() as session:
        join_codes.stop(session, g.course.id, actor_id=current_user.id)
    flash("Nobody can join by a code now.", "success")
    return redirect(url_for("roster.show", course=course), 303)


def _person_page(member: int, problems: Mapping[str, str] | None = None) -> str:
    with backend().database.read() as session:
        found = roster.member(session, g.course.id, member)
    shown = {"section": found.section, "extra_minutes": found.extra_minutes}
    typed = {name: request.form[name][:200] for name in shown if name in request.form}
    return render_template(
        "roster/person.html",
        course=g.course,
        role=g.role,
        member=found,
        shown={**shown, **typed},
        problems=problems or {},
        role_words=ROLE_WORDS,
    )


def _matches(member: Member, wanted: Mapping[str, str]) -> bool:
    if wanted["section"] and member.section != wanted["section"]:
        return False
    if wanted["role"] and member.role != wanted["role"]:
        return False
    if wanted["state"] in _STATES and (wanted["state"] == "left") != bool(
        member.dropped_at
    ):
        return False
    text = f"{member.name} {member.email} {member.student_number}".casefold()
    return all(part in text for part in wanted["search"].casefold().split())
