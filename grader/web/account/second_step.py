"""The second step of signing in: the page that asks for a code."""

import time
from typing import TypedDict, cast

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_security.proxies import _security
from flask_security.utils import login_user
from werkzeug.wrappers import Response

from grader.services import two_factor
from grader.web.access import Access, requires
from grader.web.account.common import now, sealer
from grader.web.account_copy import Account
from grader.web.backend import backend
from grader.web.guessing import doors, refuse_while_waiting
from grader.web.returning import own_page

blueprint = Blueprint("second_step", __name__)
# How long a right password waits for its code.
_SECONDS = 300
_KEY = "second_step"


class _Pending(TypedDict):
    """Who gave the right password; ``mark`` changes when the password does."""

    mark: str
    at: float
    next: str


def begin(account: Account, target: str | None) -> Response:
    """Remember who gave the right password, and ask for the code."""
    session[_KEY] = _Pending(
        mark=account.fs_uniquifier, at=time.time(), next=own_page(target)
    )
    return redirect(url_for("second_step.ask"))


@blueprint.get("/sign-in/code")
@requires(Access.PUBLIC)
def ask() -> str | Response:
    """Ask for the code, if the password was right a moment ago."""
    if _recognized() is None:
        return _again()
    return render_template("account/second_step.html", error="")


@blueprint.post("/sign-in/code")
@requires(Access.PUBLIC)
def check() -> Response | tuple[str, int]:
    """Sign in whoever types the right code; each code works once."""
    account = _recognized()
    if account is None:
        return _again()
    # The address does not matter: only who has the password gets here.
    refuse_while_waiting(doors().second_step, account.email, "")
    with backend().database.write() as opened:
        is_right = two_factor.verify(
            opened,
            sealer(),
            user_id=account.id,
            code=request.form.get("code", ""),
            now=now(),
        )
    if not is_right:
        doors().second_step.failed(account.email, "")
        words = "This code is not right, or it was used already. Type the next one."
        return render_template("account/second_step.html", error=words), 422
    doors().second_step.succeeded(account.email, "")
    target = cast(_Pending, session.pop(_KEY))["next"]
    login_user(account, authn_via=["password", "authenticator"])
    return redirect(target, 303)


def _recognized() -> Account | None:
    pending = session.get(_KEY)
    if pending is None or time.time() - pending["at"] > _SECONDS:
        session.pop(_KEY, None)
        return None
    account = _security.datastore.find_user(fs_uniquifier=pending["mark"])
    return account if isinstance(account, Account) and account.active else None


def _again() -> Response:
    flash("Please sign in with your password first.", "info")
    return redirect(url_for("security.login"), 303)
