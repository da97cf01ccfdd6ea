"""Where one is signed in, and ending it elsewhere."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.services import sessions
from grader.web.access import Access, requires
from grader.web.account.browser_names import browser_name
from grader.web.account.common import now
from grader.web.backend import backend

blueprint = Blueprint("browsers", __name__)


@blueprint.get("/account/sessions")
@requires(Access.SIGNED_IN)
def show() -> str:
    """List every browser that is signed in, this one marked."""
    moment = now()
    with backend().database.read() as session:
        rows = sessions.of(session, current_user.id, moment)
    return render_template(
        "account/sessions.html",
        rows=[(row, browser_name(row.browser)) for row in rows],
        current=current_user.session_id,
        now=moment,
        idle_days=sessions.IDLE.days,
        most_days=sessions.ABSOLUTE.days,
    )


@blueprint.post("/account/sessions/<int:session_id>/end")
@requires(Access.SIGNED_IN)
def end(session_id: int) -> Response:
    """Sign one browser out; its cookie is worth nothing from then on."""
    with backend().database.write() as session:
        sessions.end(session, session_id, current_user.id, now())
    flash("That browser is signed out.", "success")
    return redirect(url_for("browsers.show"), 303)


@blueprint.post("/account/sessions/end-others")
@requires(Access.SIGNED_IN)
def end_others() -> Response:
    """Sign out everywhere but here."""
    with backend().database.write() as session:
        sessions.end_all(session, current_user.id, now(), but=current_user.session_id)
    flash("You are signed out everywhere else.", "success")
    return redirect(url_for("browsers.show"), 303)
