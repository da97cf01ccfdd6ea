"""What the pages know of who is signed in."""

from dataclasses import dataclass, fields
from typing import Any

from flask_security import UserMixin

from grader.models import User


@dataclass(eq=False, slots=False)
class Account(UserMixin):
    """What Flask-Security and the pages know of a user; a copy, not a row.

    A row would hold a session, and so a transaction, open through the whole request.

    Attributes
    ----------
    session_key, session_id
        Of the browser's session; empty and 0 before one has begun, and for a program
        that shows a token.
    """

    id: Any = None
    email: str = ""
    name: str = ""
    password: str | None = None
    active: bool = True
    is_admin: bool = False
    must_change_password: bool = False
    fs_uniquifier: str = ""
    totp_secret: str | None = None

    session_key = ""
    session_id = 0

    @property
    def has_two_factor(self) -> bool:
        """Tell whether signing in takes a second step."""
        return self.totp_secret is not None

    def get_id(self) -> str:
        """Return what the cookie holds: the key of this session, not of the person."""
        return self.session_key


def copy_of(user: User) -> Account:
    """Return a copy of a row that outlives its transaction."""
    return Account(**{f.name: getattr(user, f.name) for f in fields(Account)})
