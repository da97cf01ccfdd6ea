"""Sessions of browsers: begun at sign-in, looked up with each request, ended for good.

The cookie holds a random key and nothing that is worth anything without its row.
"""

from datetime import UTC, datetime
from typing import Any

import flask
from flask import Flask, g, request
from flask_login import user_logged_out
from flask_security.signals import password_changed, user_authenticated
from flask_security.utils import set_request_attr

from grader.db import Database
from grader.errors import StorageError
from grader.services import sessions
from grader.web import bearer
from grader.web.account_copy import Account, copy_of

_COOKIE_FIELD = "_user_id"
_FORM_TOKEN = "csrf_token"  # noqa: S105 - a name
# Flask-Security says so when it signs in again whoever has a new password.
_AFTER_CHANGE = ["change"]


def install(app: Flask, login_manager: Any, datastore: Any, database: Database) -> None:
    """Put the sessions of the database in place of the ones that a cookie carries."""

    def load(key: str) -> Account | None:
        return None if bearer.is_offered() else _account(database, key)

    def signed_in(
        _sender: Flask, user: Account, authn_via: list[str] | None = None, **_: Any
    ) -> None:
        if authn_via != _AFTER_CHANGE:
            _begin(database, user)

    def changed(_sender: Flask, user: Account, **_rest: Any) -> None:
        # First the password, which ends all sessions, then the one that goes on.
        user.must_change_password = False
        datastore.put(user)
        datastore.commit()
        _begin(database, user)

    def signed_out(_sender: Flask, user: Any, **_rest: Any) -> None:
        if isinstance(user, Account) and user.session_id:
            with database.write() as session:
                sessions.end(session, user.session_id, user.id, datetime.now(UTC))

    login_manager.user_loader(load)
    user_authenticated.connect(signed_in, app, weak=False)
    password_changed.connect(changed, app, weak=False)
    user_logged_out.connect(signed_out, app, weak=False)


def _account(database: Database, key: str) -> Account | None:
    now = datetime.now(UTC)
    with database.read() as session:
        found = sessions.find(session, key, now)
    if found is None:
        return None
    account = copy_of(found.user)
    account.session_key = key
    account.session_id = found.session_id
    if found.is_due:
        _note_use(database, found.session_id, now)
    # What Flask-Security's own pages ask before they let anybody in.
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", flask.session.get("fs_paa", 0))
    return account


def _note_use(database: Database, session_id: int, now: datetime) -> None:
    try:
        with database.write() as session:
            sessions.note_use(session, session_id, now, request.remote_addr or "")
    except StorageError:
        # A database that takes no writes may still be read.
        return


def _begin(database: Database, account: Account) -> None:
    """Give this browser a session of its own, with a key that nobody has seen."""
    with database.write() as session:
        account.session_key = sessions.start(
            session,
            user_id=account.id,
            mark=account.fs_uniquifier,
            now=datetime.now(UTC),
            address=request.remote_addr or "",
            browser=request.headers.get("User-Agent", ""),
        )
    flask.session[_COOKIE_FIELD] = account.session_key
    # Whoever planted the cookie of before knows its form token.
    flask.session.pop(_FORM_TOKEN, None)
    g.pop(_FORM_TOKEN, None)
