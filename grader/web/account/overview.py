"""The account page: who one is here, and the way to everything about it."""

from flask import Blueprint, render_template
from flask_login import current_user

from grader.services import own_account
from grader.web.access import Access, requires
from grader.web.account.common import now
from grader.web.backend import backend

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@requires(Access.SIGNED_IN)
def overview() -> str:
    """Show one's name, address and courses, and how safe the account is."""
    with backend().database.read() as session:
        view = own_account.of(session, current_user.id, now())
    return render_template("account/overview.html", account=view)
