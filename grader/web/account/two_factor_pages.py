"""Switching the second step of signing in on and off."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.services import own_account, two_factor
from grader.web.access import Access, requires
from grader.web.account.common import now, require_own_password, sealer
from grader.web.backend import backend

blueprint = Blueprint("two_factor", __name__)
# The sealed secret that the page offers, so that showing it again is the same one.
_OFFER = "two_factor_offer"
_PIXELS_PER_MODULE = 5


@blueprint.get("/account/two-factor")
@requires(Access.SIGNED_IN)
def show() -> str:
    """Show how to switch it on, or what is left of the recovery codes."""
    return _page()


@blueprint.post("/account/two-factor")
@requires(Access.SIGNED_IN)
def switch_on() -> tuple[str, int] | str:
    """Switch it on once the app shows the right code; show the recovery codes once."""
    try:
        with backend().database.write() as opened:
            codes = two_factor.switch_on(
                opened,
                sealer(),
                user_id=current_user.id,
                sealed=session.get(_OFFER, ""),
                code=request.form.get("code", ""),
                now=now(),
            )
    except RefusedError as refused:
        return _page(code_error=refused.message), 422
    session.pop(_OFFER, None)
    return render_template("account/recovery_codes.html", codes=codes, is_new=True)


@blueprint.post("/account/two-factor/codes")
@requires(Access.SIGNED_IN)
def replace_codes() -> tuple[str, int] | str:
    """Replace the recovery codes and show the new ones once."""
    try:
        require_own_password(request.form.get("password", ""))
        with backend().database.write() as opened:
            codes = two_factor.new_recovery_codes(opened, current_user.id)
    except RefusedError as refused:
        return _page(codes_error=refused.message), 422
    return render_template("account/recovery_codes.html", codes=codes, is_new=False)


@blueprint.post("/account/two-factor/off")
@requires(Access.SIGNED_IN)
def switch_off() -> tuple[str, int] | Response:
    """Switch it off for whoever knows the password."""
    try:
        require_own_password(request.form.get("password", ""))
    except RefusedError as refused:
        return _page(off_error=refused.message), 422
    with backend().database.write() as opened:
        two_factor.switch_off(opened, current_user.id, actor_id=current_user.id)
    flash("You sign in with your password alone now.", "success")
    return redirect(url_for("two_factor.show"), 303)


def _page(*, code_error: str = "", codes_error: str = "", off_error: str = "") -> str:
    with backend().database.read() as opened:
        view = own_account.of(opened, current_user.id, now())
    offer, picture = None, ""
    if not view.has_two_factor:
        offer = two_factor.offer(sealer(), view.email, session.get(_OFFER))
        session[_OFFER] = offer.sealed
        code = segno.make(offer.address, error="m")
        # A picture in an attribute: nothing of it runs, and the policy allows it.
        picture = code.svg_data_uri(
            scale=_PIXELS_PER_MODULE, border=4, dark="#000", light="#fff"
        )
    return render_template(
        "account/two_factor.html",
        account=view,
        offer=offer,
        picture=picture,
        code_error=code_error,
        codes_error=codes_error,
        off_error=off_error,
    )
