"""Where people are signed in: each browser is a row, and ending the row ends it."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from grader.errors import NotFoundError, RefusedError
from grader.models import AccountSession, User

IDLE = timedelta(days=14)
ABSOLUTE = timedelta(days=30)
# Reading a page does not write; only the first page of each minute does.
NOTE_USE_EVERY = timedelta(seconds=60)
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who holds a key, read together with the session in one query.

    Parameters
    ----------
    is_due
        Whether its use is to be noted again; see ``note_use``.
    """

    session_id: int
    user: User
    is_due: bool


@dataclass(frozen=True, slots=True)
class SessionView:
    """One browser that is signed in, as its owner sees it."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    browser: str


def start(
    session: Session,
    *,
    user_id: int,
    mark: str,
    now: datetime,
    address: str = "",
    browser: str = "",
) -> str:
    """Sign a browser in and return its key, which is kept nowhere.

    The key ends with the account's mark: a new mark, for whatever reason, makes all
    keys of before worthless.

    Parameters
    ----------
    mark
        The account's ``fs_uniquifier`` as it was when the person was recognized. A
        password that changed meanwhile changed it too.

    Raises
    ------
    RefusedError
        ``sign-in-again`` if the account is no longer as it was recognized.
    """
    # Waits for a change of the password, which then either ends this session too or is
    # seen here.
    held = session.scalars(
        select(User.fs_uniquifier)
        .where(User.id == user_id, User.active)
        .with_for_update(read=True)
    ).one_or_none()
    if held != mark:
        raise RefusedError("Please sign in again.", code="sign-in-again")
    # Nothing is told any more by those that are over for good.
    session.execute(
        delete(AccountSession).where(
            AccountSession.user_id == user_id,
            AccountSession.created_at <= now - ABSOLUTE,
        )
    )
    key = f"{secrets.token_urlsafe(_KEY_BYTES)}.{mark}"
    session.add(
        AccountSession(
            digest=_digest(key),
            user_id=user_id,
            created_at=now,
            seen_at=now,
            address=address[:64],
            browser=browser[:255],
        )
    )
    session.flush()
    return key


def find(session: Session, key: str, now: datetime) -> SignedIn | None:
    """Return who holds a key, or ``None`` if it has ended, is too old or never was."""
    row = session.execute(
        select(AccountSession.id, AccountSession.seen_at, User)
        .join(User, User.id == AccountSession.user_id)
        .where(AccountSession.digest == _digest(key), User.active, *alive(now))
    ).one_or_none()
    if row is None:
        return None
    session_id, seen_at, user = row
    if not key.endswith(f".{user.fs_uniquifier}"):
        return None
    return SignedIn(session_id, user, now - seen_at >= NOTE_USE_EVERY)


def note_use(session: Session, session_id: int, now: datetime, address: str) -> None:
    """Write down when, and from where, a session was last used."""
    session.execute(
        update(AccountSession)
        .where(AccountSession.id == session_id, AccountSession.ended_at.is_(None))
        .values(seen_at=now, address=address[:64])
    )


def of(session: Session, user_id: int, now: datetime) -> list[SessionView]:
    """Return where a person is signed in, the last used first."""
    rows = session.scalars(
        select(AccountSession)
        .where(AccountSession.user_id == user_id, *alive(now))
        .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
    )
    return [
        SessionView(row.id, row.created_at, row.seen_at, row.address, row.browser)
        for row in rows
    ]


def alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of the rows of sessions that have not ended."""
    return (
        AccountSession.ended_at.is_(None),
        AccountSession.created_at > now - ABSOLUTE,
        AccountSession.seen_at > now - IDLE,
    )


def end(session: Session, session_id: int, user_id: int, now: datetime) -> None:
    """End one session of a person; again changes nothing.

    Raises
    ------
    NotFoundError
        If this person has no such session.
    """
    row = session.get(AccountSession, session_id)
    if row is None or row.user_id != user_id:
        raise NotFoundError(f"user {user_id} has no session {session_id}")
    row.ended_at = row.ended_at or now


def end_all(
    session: Session, user_id: int, now: datetime, *, but: int | None = None
) -> int:
    """End the sessions of a person and return how many there were.

    Parameters
    ----------
    but
        The one that stays; ``None`` ends all.
    """
    kept = () if but is None else (AccountSession.id != but,)
    ended = session.scalars(
        update(AccountSession)
        .where(
            AccountSession.user_id == user_id, AccountSession.ended_at.is_(None), *kept
        )
        .values(ended_at=now)
        .returning(AccountSession.id)
    )
    return len(ended.all())


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
