"""Personal tokens: making, listing and revoking them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import tokens
from grader.services.tokens import NewToken
from grader.web.access import Access, requires
from grader.web.account.common import now
from grader.web.backend import backend

blueprint = Blueprint("tokens", __name__)
_DEFAULTS = {"name": "", "scope": "submit", "days": "90"}
_SCOPES = {
    "read": "Read: courses, assignments and results",
    "submit": "Submit: all of that, and hand in",
    "manage": "Manage: everything that you may do",
}


@blueprint.get("/account/tokens")
@requires(Access.SIGNED_IN)
def show() -> str:
    """List one's tokens by their first characters."""
    return _page(_DEFAULTS)


@blueprint.post("/account/tokens")
@requires(Access.SIGNED_IN)
def create() -> tuple[str, int] | str:
    """Make a token and show it, this once."""
    typed = {name: request.form.get(name, "") for name in _DEFAULTS}
    try:
        with backend().database.write() as session:
            new = tokens.create(
                session,
                user_id=current_user.id,
                name=typed["name"],
                scope=typed["scope"],
                days=_whole(typed["days"]),
                now=now(),
            )
    except RefusedError as refused:
        return _page(typed, error=refused), 422
    return _page(_DEFAULTS, new=new)


@blueprint.post("/account/tokens/<int:token_id>/revoke")
@requires(Access.SIGNED_IN)
def revoke(token_id: int) -> Response:
    """Make a token worthless at once."""
    with backend().database.write() as session:
        tokens.revoke(session, token_id, current_user.id, now())
    flash("The token is revoked. Programs that use it are refused now.", "success")
    return redirect(url_for("tokens.show"), 303)


def _page(
    typed: dict[str, str],
    *,
    new: NewToken | None = None,
    error: RefusedError | None = None,
) -> str:
    moment = now()
    with backend().database.read() as session:
        rows = tokens.of(session, current_user.id, moment)
    return render_template(
        "account/tokens.html",
        rows=rows,
        typed=typed,
        new=new,
        error=error,
        scopes=_SCOPES,
        most_days=tokens.LONGEST_DAYS,
        now=moment,
    )


def _whole(text: str) -> int:
    """Return a whole number, 0 for anything else; the service refuses that."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() else 0
