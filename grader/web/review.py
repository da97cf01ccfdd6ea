"""Looking at one submission with a person's eyes: code, points, rubric, comments."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import (
    assignments,
    comment_bank,
    comments,
    courses,
    feedback,
    overrides,
    reports,
    reviews,
    rubric_marks,
    rubrics,
    staff_rights,
    submissions,
)
from grader.web import undoing
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.handout import render_remark
from grader.web.highlighting import numbered
from grader.web.navigation import Place, Tab

blueprint = Blueprint("review", __name__)
blueprint.add_app_template_filter(render_remark, "remark")
TABS = (Tab(Place.ASSIGNMENT, 20, "review.begin", "Review"),)
_HERE = "/submissions/<submission>/review"
Answer = Response | tuple[str, int]
Change = Callable[[Session], int | None]


@dataclass(frozen=True, slots=True)
class Refused:
    """What was refused, for which form, and what had been typed."""

    form: str
    message: str
    typed: dict[str, str]


@blueprint.get("/courses/<course>/assignments/<assignment>/review")
@requires(Access.TA)
def begin(course: str, assignment: str) -> Response | str:
    """Lead to the first submission that nobody has reviewed."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        first = reviews.first_to_review(session, view.id, current_user.id)
    if first is not None:
        return redirect(url_for(".page", submission=first))
    return render_template(
        "review/nothing.html", course=g.course, role=g.role, assignment=view
    )


@blueprint.get(_HERE)
@requires(Access.SIGNED_IN)
def page(submission: str) -> str:
    """Show the code with its comments, and what gives points."""
    return _page(submission)


@blueprint.post(f"{_HERE}/comments")
@requires(Access.SIGNED_IN)
def add_comment(submission: str) -> Answer:
    """Write a comment, beside a line or about the whole submission."""
    file, line = _place(request.form)

    def change(session: Session) -> int:
        text, bank_id = _text_and_sentence(session, submission)
        return comments.add(
            session,
            submission,
            current_user.id,
            text=text,
            file=file,
            line=line,
            check=request.form.get("check", ""),
            bank_id=bank_id,
        )

    return _changed(submission, "comment", change, did="comment_added")


@blueprint.post(f"{_HERE}/comments/<int:comment>")
@requires(Access.SIGNED_IN)
def edit_comment(submission: str, comment: int) -> Answer:
    """Change one's own comment."""

    def change(session: Session) -> None:
        text = request.form.get("text", "")
        comments.edit(session, submission, comment, current_user.id, text)

    return _changed(submission, f"comment-{comment}", change)


@blueprint.post(f"{_HERE}/comments/<int:comment>/remove")
@requires(Access.SIGNED_IN)
def remove_comment(submission: str, comment: int) -> Answer:
    """Take a comment back."""

    def change(session: Session) -> int:
        comments.remove(session, submission, comment, current_user.id)
        return comment

    return _changed(submission, "comment", change, did="comment_removed")


@blueprint.post(f"{_HERE}/comments/<int:comment>/restore")
@requires(Access.SIGNED_IN)
def restore_comment(submission: str, comment: int) -> Answer:
    """Bring back a comment that was taken back."""
    return _changed(
        submission,
        "comment",
        lambda s: comments.restore(s, submission, comment, current_user.id),
    )


@blueprint.post(f"{_HERE}/rubric")
@requires(Access.SIGNED_IN)
def mark(submission: str) -> Answer:
    """Give an item of the rubric, or take it back."""
    item = _number(request.form.get("item", ""))
    on = request.form.get("on") == "1"

    def change(session: Session) -> int:
        rubric_marks.give(session, submission, item, current_user.id, on=on)
        return item

    return _changed(submission, "rubric", change, did="marked" if on else "unmarked")


@blueprint.post(f"{_HERE}/points")
@requires(Access.SIGNED_IN)
def set_points(submission: str) -> Answer:
    """Give a check other points than grading did."""
    check = request.form.get("check", "")

    def change(session: Session) -> int:
        return overrides.set_points(
            session,
            submission,
            current_user.id,
            check=check,
            points=request.form.get("points", ""),
            reason=request.form.get("reason", ""),
        )

    return _changed(submission, f"points-{check}", change, did="overridden")


@blueprint.post(f"{_HERE}/points/<int:override>/undo")
@requires(Access.SIGNED_IN)
def undo_points(submission: str, override: int) -> Answer:
    """Give a check again what grading gave."""
    return _changed(
        submission,
        "points",
        lambda s: overrides.undo(s, submission, override, current_user.id),
    )


@blueprint.post(f"{_HERE}/points/<int:override>/keep")
@requires(Access.SIGNED_IN)
def keep_points(submission: str, override: int) -> Answer:
    """Confirm points that were set before a rerun."""

    def change(session: Session) -> None:
        overrides.keep(session, submission, override, current_user.id)

    return _changed(submission, "points", change)


@blueprint.post(f"{_HERE}/assign")
@requires(Access.SIGNED_IN)
def assign(submission: str) -> Answer:
    """Say who looks at it."""
    to = _number(request.form.get("to", "")) or None
    return _changed(
        submission,
        "assign",
        lambda s: reviews.assign(s, submission, current_user.id, to),
    )


@blueprint.post(f"{_HERE}/done")
@requires(Access.SIGNED_IN)
def finish(submission: str) -> Answer:
    """Say that it has been looked at, and go on to the next one if that is wanted."""
    done = request.form.get("done") == "1"
    with backend().database.write() as session:
        reviews.finish(session, submission, current_user.id, done=done)
    if request.form.get("then") == "next":
        with backend().database.read() as session:
            state = reviews.state(session, submission, current_user.id)
        if state.next_id is not None:
            return redirect(url_for(".page", submission=state.next_id), 303)
    return redirect(url_for(".page", submission=submission), 303)


def _changed(submission: str, form: str, change: Change, *, did: str = "") -> Answer:
    """Make a change and show the page again, or show what was refused."""
    try:
        with backend().database.write() as session:
            on = change(session)
    except RefusedError as refusal:
        refused = Refused(form, refusal.message, request.form.to_dict())
        return _page(submission, refused), 422
    asked: dict[str, Any] = {"did": did, "on": on} if did else {}
    return redirect(
        url_for(".page", submission=submission, **asked, _anchor="work"), 303
    )


def _page(submission: str, refused: Refused | None = None) -> str:
    here = backend()
    with here.database.read() as session:
        # First, for it says who may be here at all.
        state = reviews.state(session, submission, current_user.id)
        view = reports.for_viewer(
            session, submission_id=submission, viewer_id=current_user.id
        )
        course = courses.by_slug(session, view.course_slug)
        graded = submissions.files_of(session, here.store, submission)
        said = feedback.of_report(session, view, current_user.id)
        facts: dict[str, Any] = {
            "items": rubrics.items(session, view.assignment_id),
            "sentences": comment_bank.sentences(session, course.id, current_user.id),
            "staff": staff_rights.members(session, course.id),
        }
    given = {item.id for item in said.marks}
    file, line = _place(refused.typed if refused else request.args)
    return render_template(
        "review/page.html",
        **facts,
        report=view,
        course=course,
        assignment={"slug": view.assignment_slug, "title": view.assignment_title},
        role=view.my_role,
        state=state,
        files=numbered(graded),
        said=said,
        given=given,
        held={one.check: one for one in said.overrides},
        checks=view.checks,
        chosen={"file": file, "line": line},
        refused=refused,
        undo=undoing.offered(request.args, submission),
    )


def _text_and_sentence(session: Session, submission: str) -> tuple[str, int | None]:
    """Return what to write, and the sentence of the bank that it comes from.

    A chosen sentence stands for itself where nothing was typed; what is typed can be
    kept in the bank.
    """
    text = request.form.get("text", "")
    bank_id = _number(request.form.get("bank", "")) or None
    row = staff_rights.on_submission(session, submission, current_user.id)
    course_id = row.assignment.course_id
    if bank_id is not None and not text.strip():
        known = comment_bank.sentences(session, course_id, current_user.id)
        text = next((one.text for one in known if one.id == bank_id), "")
    if request.form.get("keep") == "1" and bank_id is None:
        bank_id = comment_bank.add(session, course_id, current_user.id, text)
    return text, bank_id


def _place(given: Any) -> tuple[str, int]:
    """Read a line of a file from a form or an address; 0 for no line."""
    return given.get("file", ""), _number(given.get("line", ""))


def _number(text: str) -> int:
    """Read a small whole number; 0 for everything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
