"""What the pages of an account share: the clock, the password asked for again."""

from datetime import UTC, datetime

from flask_login import current_user

from grader.errors import RefusedError
from grader.services import accounts
from grader.services.sealing import Sealer
from grader.web.backend import backend
from grader.web.guessing import doors, refuse_while_waiting, visitor_address


def now() -> datetime:
    """Return the time of this request."""
    return datetime.now(UTC)


def sealer() -> Sealer:
    """Return what opens and seals the secrets of the second step."""
    settings = backend().settings
    return Sealer(settings.secret_key, settings.old_keys)


def require_own_password(password: str) -> None:
    """Make sure that it is the owner who asks, and not somebody at their desk.

    Raises
    ------
    RefusedError
        ``wrong-password``.
    TooManyRequests
        If there were too many wrong ones.
    """
    if not password:
        raise RefusedError("Type your password.", code="wrong-password")
    tried = (doors().own_password, str(current_user.id), visitor_address())
    refuse_while_waiting(*tried)
    door, account, address = tried
    # A hash takes long, and so this is no part of what is written afterwards.
    with backend().database.read() as session:
        is_right = accounts.has_password(session, current_user.id, password)
    if not is_right:
        door.failed(account, address)
        raise RefusedError("This is not your password.", code="wrong-password")
    door.succeeded(account, address)
