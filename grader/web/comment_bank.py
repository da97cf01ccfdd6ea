"""The page of the sentences that a course's staff use again and again."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import comment_bank
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.navigation import Place, Tab

blueprint = Blueprint("comment_bank", __name__)
TABS = (Tab(Place.COURSE, 30, "comment_bank.page", "Comment bank"),)
Answer = Response | tuple[str, int]


@blueprint.get("/courses/<course>/comment-bank")
@requires(Access.TA)
def page(course: str) -> str:
    """List the sentences, what is used most first."""
    return _page()


@blueprint.post("/courses/<course>/comment-bank")
@requires(Access.TA)
def add(course: str) -> Answer:
    """Keep a new sentence."""
    text = request.form.get("text", "")
    try:
        with backend().database.write() as session:
            comment_bank.add(session, g.course.id, current_user.id, text)
    except RefusedError as refusal:
        return _page(0, refusal.message, text), 422
    flash("Added to the comment bank.", "success")
    return redirect(url_for(".page", course=course), 303)


@blueprint.post("/courses/<course>/comment-bank/<int:sentence>")
@requires(Access.TA)
def edit(course: str, sentence: int) -> Answer:
    """Change a sentence."""
    text = request.form.get("text", "")
    try:
        with backend().database.write() as session:
            comment_bank.edit(session, g.course.id, sentence, current_user.id, text)
    except RefusedError as refusal:
        return _page(sentence, refusal.message, text), 422
    flash("Saved. Comments that began with it stay as they are.", "success")
    return redirect(url_for(".page", course=course), 303)


@blueprint.post("/courses/<course>/comment-bank/<int:sentence>/remove")
@requires(Access.TA)
def remove(course: str, sentence: int) -> Answer:
    """Take a sentence out of the bank."""
    with backend().database.write() as session:
        comment_bank.remove(session, g.course.id, sentence, current_user.id)
    return redirect(url_for(".page", course=course, removed=sentence), 303)


@blueprint.post("/courses/<course>/comment-bank/<int:sentence>/restore")
@requires(Access.TA)
def restore(course: str, sentence: int) -> Answer:
    """Bring back a sentence that was taken out."""
    with backend().database.write() as session:
        comment_bank.remove(session, g.course.id, sentence, current_user.id, undo=True)
    return redirect(url_for(".page", course=course), 303)


def _page(at: int = 0, problem: str = "", typed: str = "") -> str:
    """Show the bank; a problem stands at the sentence it is about, 0 for a new one."""
    with backend().database.read() as session:
        known = comment_bank.sentences(session, g.course.id, current_user.id)
    return render_template(
        "inbox/bank.html",
        course=g.course,
        role=g.role,
        sentences=known,
        at=at,
        problem=problem,
        typed=typed,
        removed=request.args.get("removed", type=int),
    )
