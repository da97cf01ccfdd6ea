"""The page of an assignment's rubric: items in place, and how often each was given."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import assignments, rubrics
from grader.services.rubrics import Wording
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.filters import plural
from grader.web.navigation import Place, Tab

blueprint = Blueprint("rubric", __name__)
TABS = (Tab(Place.ASSIGNMENT, 30, "rubric.page", "Rubric"),)
_HERE = "/courses/<course>/assignments/<assignment>/rubric"
Answer = Response | tuple[str, int]


@blueprint.get(_HERE)
@requires(Access.TA)
def page(course: str, assignment: str) -> str:
    """Show the items with their use."""
    return _page(course, assignment)


@blueprint.post(_HERE)
@requires(Access.TA)
def add(course: str, assignment: str) -> Answer:
    """Add an item."""
    try:
        with backend().database.write() as session:
            view = assignments.get(session, course, assignment)
            rubrics.add_item(session, view.id, current_user.id, _typed())
    except RefusedError as refusal:
        return _page(course, assignment, 0, refusal.message), 422
    flash("Item added.", "success")
    return _back(course, assignment)


@blueprint.post(f"{_HERE}/<int:item>")
@requires(Access.TA)
def edit(course: str, assignment: str, item: int) -> Answer:
    """Change an item in place; everybody who has it is scored anew."""
    place = request.form.get("place", type=int)
    try:
        with backend().database.write() as session:
            view = assignments.get(session, course, assignment)
            changed = rubrics.edit_item(
                session, view.id, item, current_user.id, _typed()
            )
            if place is not None:
                rubrics.move_item(session, view.id, item, current_user.id, place)
    except RefusedError as refusal:
        return _page(course, assignment, item, refusal.message), 422
    flash(f"Saved. {_scored(changed)}", "success")
    return _back(course, assignment)


@blueprint.post(f"{_HERE}/<int:item>/remove")
@requires(Access.TA)
def remove(course: str, assignment: str, item: int) -> Answer:
    """Take an item out; it can be brought back on the same page."""
    return _removed(course, assignment, item, undo=False)


@blueprint.post(f"{_HERE}/<int:item>/restore")
@requires(Access.TA)
def restore(course: str, assignment: str, item: int) -> Answer:
    """Bring an item back, with every mark that was given."""
    return _removed(course, assignment, item, undo=True)


def _removed(course: str, assignment: str, item: int, *, undo: bool) -> Answer:
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        changed = rubrics.remove_item(
            session, view.id, item, current_user.id, undo=undo
        )
    done = "Item brought back." if undo else "Item taken out; it is kept below."
    flash(f"{done} {_scored(changed)}", "success")
    return _back(course, assignment)


def _scored(changed: int) -> str:
    if not changed:
        return "No score changed."
    return f"{plural(changed, 'submission')} scored anew."


def _typed() -> Wording:
    form = request.form
    return Wording(
        form.get("text", ""), form.get("points", ""), form.get("mistake", "")
    )


def _back(course: str, assignment: str) -> Response:
    return redirect(url_for(".page", course=course, assignment=assignment), 303)


def _page(course: str, assignment: str, at: int = 0, problem: str = "") -> str:
    """Show the rubric; a problem stands at the item it is about, 0 for a new one."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = rubrics.uses(session, view.id, current_user.id)
    return render_template(
        "review/rubric.html",
        course=g.course,
        role=g.role,
        assignment=view,
        uses=[one for one in found if not one.item.is_removed],
        removed=[one for one in found if one.item.is_removed],
        at=at,
        problem=problem,
        typed=_typed(),
    )
