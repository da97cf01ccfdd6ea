"""Regrade requests: the form to ask, and the thread that both sides read."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader.errors import ForbiddenError, RefusedError
from grader.models import RegradeState
from grader.services import (
    courses,
    entered_text,
    regrade_threads,
    regrades,
    reports,
    staff_rights,
)
from grader.web.access import Access, requires
from grader.web.backend import backend

blueprint = Blueprint("regrades", __name__)
Answer = Response | tuple[str, int]
_STATE_WORDS = {
    RegradeState.OPEN: "waiting for an answer",
    RegradeState.ACCEPTED: "accepted",
    RegradeState.DECLINED: "declined",
    RegradeState.WITHDRAWN: "taken back",
}


@blueprint.app_template_filter("regrade_word")
def regrade_word(state: RegradeState) -> str:
    """Name the state of a request for people."""
    return _STATE_WORDS[state]


@blueprint.get("/submissions/<submission>/regrade")
@requires(Access.SIGNED_IN)
def ask(submission: str) -> str:
    """Show the form for a question about one's own submission."""
    return _form(submission, request.args.get("check", ""))


@blueprint.post("/submissions/<submission>/regrade")
@requires(Access.SIGNED_IN)
def send(submission: str) -> Answer:
    """Open a request."""
    check = request.form.get("check", "")
    text = request.form.get("text", "")
    try:
        with backend().database.write() as session:
            opened = regrades.open_request(
                session, submission, current_user.id, text=text, check=check
            )
    except RefusedError as refusal:
        return _form(submission, check, refusal.message, text), 422
    flash("Sent. The staff of the course will answer here.", "success")
    return redirect(url_for(".thread", regrade=opened), 303)


@blueprint.get("/regrades/<regrade>")
@requires(Access.SIGNED_IN)
def thread(regrade: str) -> str:
    """Show a request with its answers."""
    return _thread(regrade)


@blueprint.post("/regrades/<regrade>/reply")
@requires(Access.SIGNED_IN)
def reply(regrade: str) -> Answer:
    """Write an answer."""
    return _changed(
        regrade,
        "Sent.",
        lambda s: regrades.reply(s, regrade, current_user.id, _text()),
    )


@blueprint.post("/regrades/<regrade>/withdraw")
@requires(Access.SIGNED_IN)
def withdraw(regrade: str) -> Answer:
    """Take one's own question back."""
    return _changed(
        regrade,
        "You took this request back. You can reopen it below.",
        lambda s: regrades.withdraw(s, regrade, current_user.id),
    )


@blueprint.post("/regrades/<regrade>/decide")
@requires(Access.SIGNED_IN)
def decide(regrade: str) -> Answer:
    """Accept a request, with other points for the check if given, or decline it."""

    def change(session: Session) -> None:
        if request.form.get("decision") == "accept":
            points = request.form.get("points", "")
            regrades.accept(session, regrade, current_user.id, _text(), points=points)
        else:
            regrades.decline(session, regrade, current_user.id, _text())

    return _changed(regrade, "Decided. The student sees it now.", change)


@blueprint.post("/regrades/<regrade>/reopen")
@requires(Access.SIGNED_IN)
def reopen(regrade: str) -> Answer:
    """Open a closed request again."""
    return _changed(
        regrade,
        "This request is open again.",
        lambda s: regrades.reopen(s, regrade, current_user.id, _text()),
    )


@blueprint.post("/regrades/<regrade>/assign")
@requires(Access.SIGNED_IN)
def assign(regrade: str) -> Answer:
    """Say who of the staff answers."""
    to = request.form.get("to", 0, type=int) or None
    return _changed(
        regrade,
        "Saved.",
        lambda s: regrades.assign(s, regrade, current_user.id, to),
    )


def _text() -> str:
    return request.form.get("text", "")


def _changed(regrade: str, words: str, change: Callable[[Session], None]) -> Answer:
    """Make a change and show the thread again, or show what was refused."""
    try:
        with backend().database.write() as session:
            change(session)
    except RefusedError as refusal:
        return _thread(regrade, refusal.message), 422
    flash(words, "success")
    return redirect(url_for(".thread", regrade=regrade), 303)


def _form(submission: str, check: str, problem: str = "", typed: str = "") -> str:
    with backend().database.read() as session:
        view = reports.for_viewer(
            session, submission_id=submission, viewer_id=current_user.id
        )
        course = courses.by_slug(session, view.course_slug)
    if not view.is_mine:
        raise ForbiddenError(f"submission {submission} is somebody else's")
    return render_template(
        "regrades/ask.html",
        report=view,
        course=course,
        check=check,
        problem=problem,
        typed=typed,
        most=entered_text.LONGEST_REMARK,
    )


def _thread(regrade: str, problem: str = "") -> str:
    with backend().database.read() as session:
        found = regrade_threads.thread(session, regrade, current_user.id)
        course = courses.by_slug(session, found.report.course_slug)
        staff = staff_rights.members(session, course.id)
    return render_template(
        "regrades/thread.html",
        thread=found,
        report=found.report,
        course=course,
        is_staff=found.role.is_staff,
        staff=staff,
        judged=next((c for c in found.report.checks if c.id == found.check), None),
        problem=problem,
        typed=request.form.to_dict(),
    )
