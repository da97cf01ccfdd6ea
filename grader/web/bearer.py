"""Programs that act for a person: ``Authorization: Bearer`` under ``/api/``."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request, Response, abort, g, request
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from grader.db import Database
from grader.errors import StorageError
from grader.models import TokenScope, User
from grader.services import tokens
from grader.web.account_copy import Account, copy_of
from grader.web.guessing import doors, visitor_address

_SCHEME = "bearer"
_ROOT = "/api/"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_RANK = {scope: rank for rank, scope in enumerate(TokenScope)}


def is_offered() -> bool:
    """Tell whether this request shows a token; then no cookie of it counts.

    So a token's request needs no form token, and a page that makes a browser send one
    gains nothing from the cookies that come along.
    """
    given = request.authorization
    return (
        request.path.startswith(_ROOT) and given is not None and given.type == _SCHEME
    )


def allows(needed: TokenScope) -> bool:
    """Tell whether this request may do what needs a scope; one by cookie may."""
    caller: tokens.Caller | None = g.get("caller")
    return caller is None or _RANK[caller.scope] >= _RANK[needed]


def install(app: Flask, login_manager: Any, database: Database) -> None:
    """Let tokens open what is under ``/api/``, and nothing else."""

    def load(_request: Request) -> Account | None:
        return _account(database) if is_offered() else None

    @app.before_request
    def enforce() -> None:
        if not is_offered():
            return
        if not current_user.is_authenticated:
            _count_bad_token()
            abort(401)
        if request.method not in _SAFE_METHODS and not allows(TokenScope.SUBMIT):
            abort(403)

    @app.after_request
    def name_the_scheme(response: Response) -> Response:
        if response.status_code == 401 and request.path.startswith(_ROOT):
            response.headers.setdefault("WWW-Authenticate", "Bearer")
        return response

    login_manager.request_loader(load)


def _account(database: Database) -> Account | None:
    given = request.authorization
    now = datetime.now(UTC)
    with database.read() as session:
        caller = tokens.authenticate(session, (given and given.token) or "", now)
        if caller is None:
            return None
        account = copy_of(session.get_one(User, caller.user_id))
    g.caller = caller
    if caller.is_due:
        _note_use(database, caller.token_id, now)
    return account


def _note_use(database: Database, token_id: int, now: datetime) -> None:
    try:
        with database.write() as session:
            tokens.note_use(session, token_id, now)
    except StorageError:
        # A database that takes no writes may still be read.
        return


def _count_bad_token() -> None:
    """Slow down whoever tries many tokens; those that are right always pass."""
    address = visitor_address()
    seconds = doors().tokens.wait_seconds("", address)
    doors().tokens.failed("", address)
    if seconds > 0:
        raise TooManyRequests(retry_after=int(seconds) + 1)
