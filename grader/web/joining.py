"""Where people with a join code enrol themselves."""

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import join_codes
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.throttle import SignInThrottle

blueprint = Blueprint("joining", __name__)
_KEY = "join throttle"


@blueprint.get("/join")
@requires(Access.SIGNED_IN)
def form() -> str:
    """Ask for the code."""
    return render_template("roster/join.html", problem="", code="")


@blueprint.post("/join")
@requires(Access.SIGNED_IN)
def join() -> Response | tuple[str, int]:
    """Enrol the visitor, or say that the code is not right.

    Wrong codes ask for growing pauses, as wrong passwords do.
    """
    throttle = _throttle()
    visitor = str(current_user.id), request.remote_addr or ""
    if (seconds := throttle.wait_seconds(*visitor)) > 0:
        raise TooManyRequests(retry_after=int(seconds) + 1)
    code = request.form.get("code", "")[:80]
    try:
        with backend().database.write() as session:
            course = join_codes.join(session, code, user_id=current_user.id)
    except RefusedError as refusal:
        throttle.failed(*visitor)
        page = render_template("roster/join.html", problem=refusal.message, code=code)
        return page, 422
    throttle.succeeded(*visitor)
    flash("Welcome to the course.", "success")
    return redirect(url_for("student.course", course=course), 303)


def _throttle() -> SignInThrottle:
    throttle: SignInThrottle = current_app.extensions.setdefault(_KEY, SignInThrottle())
    return throttle
