"""Personal tokens, with which programs act for a person."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from grader.errors import NotFoundError, RefusedError
from grader.models import ApiToken, TokenScope, User
from grader.services import audit

# Programs that look for secrets in repositories know tokens by their beginning.
PREFIX = "bpg_"
LONGEST_DAYS = 365
MOST_TOKENS = 20
LONGEST_NAME = 80
NOTE_USE_EVERY = timedelta(seconds=60)
_RANDOM_BYTES = 32
_SHOWN_CHARACTERS = 10
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as its owner sees it: by its first characters.

    Parameters
    ----------
    is_valid
        Whether it still opens anything.
    """

    id: int
    name: str
    start: str
    scope: TokenScope
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    is_valid: bool


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; the only place where it can be read."""

    text: str
    view: TokenView


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom a program acts, and what it may do.

    Parameters
    ----------
    is_due
        Whether the token's use is to be noted again; see ``note_use``.
    """

    user_id: int
    scope: TokenScope
    token_id: int
    is_due: bool


def create(
    session: Session,
    *,
    user_id: int,
    name: str,
    scope: str,
    days: int,
    now: datetime,
) -> NewToken:
    """Make a token for a person.

    Parameters
    ----------
    days
        How long it is valid, 1 to ``LONGEST_DAYS``.

    Raises
    ------
    RefusedError
        ``token-name``, ``token-scope``, ``token-days`` or ``too-many-tokens``.
    """
    chosen = _checked(name, scope, days)
    # The row of the person is what parallel requests wait for.
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    held = session.scalar(
        select(func.count())
        .select_from(ApiToken)
        .where(
            ApiToken.user_id == user_id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
        )
    )
    if (held or 0) >= MOST_TOKENS:
        raise RefusedError(
            f"You have {MOST_TOKENS} tokens. Revoke one that you no longer use first.",
            code="too-many-tokens",
        )
    text = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    row = ApiToken(
        user_id=user_id,
        name=name.strip(),
        start=text[:_SHOWN_CHARACTERS],
        digest=_digest(text),
        scope=chosen,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    audit.add(
        session,
        "token-created",
        actor_id=user_id,
        new={"token": row.id, "scope": chosen.value, "days": days},
    )
    return NewToken(text, _view(row, now))


def of(session: Session, user_id: int, now: datetime) -> list[TokenView]:
    """Return a person's tokens, the newest first, those that ended too."""
    rows = session.scalars(
        select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())
    )
    return [_view(row, now) for row in rows]


def revoke(session: Session, token_id: int, user_id: int, now: datetime) -> None:
    """Make a token of a person worthless at once; again changes nothing.

    Raises
    ------
    NotFoundError
        If this person has no such token.
    """
    row = session.get(ApiToken, token_id)
    if row is None or row.user_id != user_id:
        raise NotFoundError(f"user {user_id} has no token {token_id}")
    if row.revoked_at is None:
        row.revoked_at = now
        audit.add(session, "token-revoked", actor_id=user_id, new={"token": token_id})


def revoke_all(
    session: Session, user_id: int, now: datetime, *, actor_id: int | None
) -> int:
    """Make all tokens of a person worthless; return how many that were.

    Parameters
    ----------
    actor_id
        Who asked for it; ``None`` for an operator at the command line.
    """
    revoked = session.scalars(
        update(ApiToken)
        .where(
            ApiToken.user_id == user_id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
        )
        .values(revoked_at=now)
        .returning(ApiToken.id)
    ).all()
    if revoked:
        audit.add(
            session, "token-revoked", actor_id=actor_id, new={"tokens": sorted(revoked)}
        )
    return len(revoked)


def authenticate(session: Session, token: str, now: datetime) -> Caller | None:
    """Return for whom a token speaks, or ``None`` if it opens nothing (now).

    Reads only, so it may be asked in a read transaction.
    """
    if _FORM.fullmatch(token) is None:
        return None
    row = session.scalars(
        select(ApiToken)
        .join(User, User.id == ApiToken.user_id)
        .where(
            ApiToken.digest == _digest(token),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
            User.active,
        )
    ).one_or_none()
    if row is None:
        return None
    is_due = row.used_at is None or now - row.used_at >= NOTE_USE_EVERY
    return Caller(row.user_id, row.scope, row.id, is_due)


def note_use(session: Session, token_id: int, now: datetime) -> None:
    """Write down when a token was last used."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(used_at=now))


def _checked(name: str, scope: str, days: int) -> TokenScope:
    if not 1 <= len(name.strip()) <= LONGEST_NAME or "\0" in name:
        raise RefusedError(
            f"Give the token a name of at most {LONGEST_NAME} characters.",
            code="token-name",
        )
    if scope not in set(TokenScope):
        raise RefusedError("Choose what the token may do.", code="token-scope")
    if not 1 <= days <= LONGEST_DAYS:
        raise RefusedError(
            f"A token is valid for 1 to {LONGEST_DAYS} days.", code="token-days"
        )
    return TokenScope(scope)


def _view(row: ApiToken, now: datetime) -> TokenView:
    return TokenView(
        row.id,
        row.name,
        row.start,
        row.scope,
        row.created_at,
        row.expires_at,
        row.used_at,
        row.revoked_at,
        row.revoked_at is None and row.expires_at > now,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
