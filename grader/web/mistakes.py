"""The submissions of an assignment by mistake, and one answer to all with the same."""

import uuid
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import (
    assignments,
    comment_bank,
    comments,
    entered_text,
    mistakes,
    regrades,
    rubric_marks,
    rubrics,
)
from grader.services.assignments import AssignmentView
from grader.services.mistakes import Among, Group, Member
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.filters import plural
from grader.web.navigation import Place, Tab

blueprint = Blueprint("mistakes", __name__)
TABS = (Tab(Place.ASSIGNMENT, 25, "mistakes.page", "By mistake"),)
_HERE = "/courses/<course>/assignments/<assignment>/mistakes"
_DEEDS = ("comment", "item", "answer")
Answer = Response | tuple[str, int]


@blueprint.get(_HERE)
@requires(Access.TA)
def page(course: str, assignment: str) -> str:
    """Show how many students made which mistake, and failed which check."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = mistakes.overview(session, view.id, current_user.id, _among())
        written = comments.batches(session, view.id)
        given = rubric_marks.batches(session, view.id)
    return render_template(
        "mistakes/page.html",
        course=g.course,
        role=g.role,
        assignment=view,
        found=found,
        written=written,
        given=given,
    )


@blueprint.get(f"{_HERE}/<mistake>")
@requires(Access.TA)
def group(course: str, assignment: str, mistake: str) -> str:
    """Show the submissions with one mistake, and the forms to answer them at once."""
    return _group_page(course, assignment, mistake)


@blueprint.post(f"{_HERE}/<mistake>")
@requires(Access.TA)
def apply(course: str, assignment: str, mistake: str) -> str | Answer:
    """Show who would get what; with ``confirm``, give it to them."""
    chosen = set(request.form.getlist("submission"))
    if request.form.get("confirm") != "1":
        return _preview(course, assignment, mistake, chosen)
    try:
        with backend().database.write() as session:
            view = assignments.get(session, course, assignment)
            found = mistakes.group(session, view.id, current_user.id, _among(), mistake)
            members = [m for m in found.members if str(m.submission_id) in chosen]
            done = _apply(session, view, found, members)
    except RefusedError as refusal:
        return _group_page(course, assignment, mistake, refusal.message), 422
    flash(done, "success")
    return redirect(
        url_for(".page", course=course, assignment=assignment, among=_among()), 303
    )


@blueprint.post(f"{_HERE}/undo")
@requires(Access.TA)
def undo(course: str, assignment: str) -> Answer:
    """Take back what was given to a group at once."""
    batch = request.form.get("batch", "")
    is_item = request.form.get("kind") == "item"
    take_back = rubric_marks.take_back if is_item else comments.remove_batch
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        count = take_back(session, view.id, batch, current_user.id)
    flash(f"Taken back from {plural(count, 'submission')}.", "success")
    return redirect(url_for(".page", course=course, assignment=assignment), 303)


def _apply(
    session: Session, view: AssignmentView, found: Group, members: list[Member]
) -> str:
    """Do what was confirmed and say what was done."""
    me = current_user.id
    ids = [member.submission_id for member in members]
    text = request.form.get("text", "")
    deed = request.form.get("deed", "")
    if deed == "item":
        item = request.form.get("item", 0, type=int)
        _, count = rubric_marks.give_many(session, view.id, ids, item, me)
        return f"Item given to {plural(count, 'submission')}."
    if deed == "answer":
        count = regrades.reply_to_many(session, view.id, ids, me, text)
        return f"Answered {plural(count, 'regrade request')}."
    # The first check is one that the student sees, if there is any: what is said of a
    # hidden check waits with it.
    targets = {member.submission_id: member.checks[0] for member in members}
    comments.add_to_many(session, view.id, targets, me, text=text)
    return f"Comment written to {plural(len(ids), 'submission')}."


def _preview(
    course: str, assignment: str, mistake: str, chosen: set[str]
) -> str | Answer:
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = mistakes.group(session, view.id, current_user.id, _among(), mistake)
        members = [m for m in found.members if str(m.submission_id) in chosen]
        items = rubrics.items(session, view.id)
        asked = regrades.open_about(
            session, view.id, [member.submission_id for member in members]
        )
    deed = request.form.get("deed", "")
    item = next(
        (i for i in items if i.id == request.form.get("item", 0, type=int)), None
    )
    with_request = {one.submission_id for one in asked}
    if deed == "answer":
        members = [m for m in members if m.submission_id in with_request]
    try:
        text = _checked(deed, item, members)
    except RefusedError as refusal:
        return _group_page(course, assignment, mistake, refusal.message), 422
    return render_template(
        "mistakes/preview.html",
        course=g.course,
        role=g.role,
        assignment=view,
        group=found,
        members=members,
        among=_among(),
        deed=deed,
        item=item,
        text=text,
    )


def _checked(deed: str, item: Any, members: list[Member]) -> str:
    """Return the text that would be written; refuse what could not be done."""
    if deed not in _DEEDS:
        raise RefusedError("Choose what to give to these students.", code="no-deed")
    if deed == "item" and item is None:
        raise RefusedError("Choose an item of the rubric.", code="no-item")
    text = request.form.get("text", "")
    clean = "" if deed == "item" else entered_text.remark(text)
    if not members:
        who = "with an open regrade request " if deed == "answer" else ""
        raise RefusedError(f"No student {who}is chosen.", code="nobody-chosen")
    return clean


def _group_page(course: str, assignment: str, mistake: str, problem: str = "") -> str:
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        found = mistakes.group(session, view.id, current_user.id, _among(), mistake)
        ids = [member.submission_id for member in found.members]
        asked = regrades.open_about(session, view.id, ids)
        facts: dict[str, Any] = {
            "items": rubrics.items(session, view.id),
            "sentences": comment_bank.sentences(session, g.course.id, current_user.id),
        }
    typed = request.form.to_dict()
    wanted: set[str] = set(request.form.getlist("submission"))
    return render_template(
        "mistakes/group.html",
        **facts,
        course=g.course,
        role=g.role,
        assignment=view,
        group=found,
        among=_among(),
        asked={one.submission_id for one in asked},
        unticked=_ids(ids) - wanted if typed else set(),
        problem=problem,
        typed=typed,
    )


def _ids(ids: list[uuid.UUID]) -> set[str]:
    return {str(one) for one in ids}


def _among() -> Among:
    is_latest = request.values.get("among") == Among.LATEST
    return Among.LATEST if is_latest else Among.COUNTING
