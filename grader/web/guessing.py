"""What somebody meets who guesses passwords, codes or tokens: growing pauses."""

import ipaddress
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask, current_app, request
from flask_login import current_user
from flask_security.signals import user_authenticated
from werkzeug.exceptions import TooManyRequests

from grader.web.throttle import SignInThrottle

_KEY = "doors"
# Who has an IPv6 address usually has 2**64 of them.
_IPV6_NETWORK = 64


@dataclass(frozen=True)
class Doors:
    """What can be guessed at, each counted by itself."""

    sign_in: SignInThrottle = field(default_factory=SignInThrottle)
    second_step: SignInThrottle = field(default_factory=SignInThrottle)
    own_password: SignInThrottle = field(default_factory=SignInThrottle)
    tokens: SignInThrottle = field(default_factory=SignInThrottle)


def doors() -> Doors:
    """Return the doors of this application."""
    return cast(Doors, current_app.extensions[_KEY])


def visitor_address() -> str:
    """Return from where this request comes; of IPv6 the network."""
    text = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if address.version == 4:
        return text
    return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))


def refuse_while_waiting(door: SignInThrottle, account: str, address: str) -> None:
    """Refuse a try that comes before the pause has passed.

    Raises
    ------
    TooManyRequests
        Says how long to wait.
    """
    seconds = door.wait_seconds(account, address)
    if seconds > 0:
        raise TooManyRequests(retry_after=int(seconds) + 1)


def install(app: Flask) -> None:
    """Count failures of the forms for signing in and for changing the password."""
    app.extensions[_KEY] = Doors()

    @app.before_request
    def refuse() -> None:
        if tried := _tried_password():
            refuse_while_waiting(*tried)

    @app.after_request
    def count(response: Any) -> Any:
        # These forms answer 200 when they are shown again.
        if response.status_code == 200 and (tried := _tried_password()):
            door, account, address = tried
            door.failed(account, address)
        return response

    def succeeded(_sender: Flask, user: Any, **_rest: Any) -> None:
        doors().sign_in.succeeded(user.email, visitor_address())

    user_authenticated.connect(succeeded, app, weak=False)


def _tried_password() -> tuple[SignInThrottle, str, str] | None:
    """Return the door, the account and from where, if this request tries a password."""
    if request.method != "POST":
        return None
    if request.endpoint == "security.login":
        account = request.form.get("email", "").strip()
        return doors().sign_in, account, visitor_address()
    if request.endpoint == "security.change_password" and current_user.is_authenticated:
        return doors().own_password, str(current_user.id), visitor_address()
    return None
