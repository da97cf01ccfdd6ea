"""The second step of signing in: codes from an authenticator app (RFC 6238).

The secret and the number of the last code that was used are sealed into one column;
requests that use a code take turns at its row, so that none can be used twice.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from passlib.exc import TokenError
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import NotFoundError, RefusedError
from grader.models import User
from grader.services import accounts, audit
from grader.services.sealing import Sealer

ISSUER = "Backprop Grader"
RECOVERY_CODES = 10
# How many seconds the clock of a phone may be off, both ways.
WINDOW_SECONDS = 30
_CODE_LENGTH = 16
_NEVER = -1


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that is not in force yet.

    Parameters
    ----------
    key
        The secret in base 32, in groups of four, to type by hand.
    address
        The ``otpauth:`` address, to be shown as a QR code.
    sealed
        The secret for the next request; only this service can open it.
    """

    key: str
    address: str
    sealed: str


def offer(sealer: Sealer, email: str, sealed: str | None = None) -> Offer:
    """Return a new secret to put into an app, or the one that was offered before."""
    opened = None if sealed is None else sealer.open(sealed)
    if sealed is None or opened is None:
        totp = TOTP.new()
        sealed = sealer.seal(_packed(totp.base32_key, _NEVER))
    else:
        totp = TOTP(_unpacked(opened)[0])
    address = totp.to_uri(label=email.replace(":", " "), issuer=ISSUER)
    return Offer(totp.pretty_key(sep=" "), address, sealed)


def switch_on(
    session: Session,
    sealer: Sealer,
    *,
    user_id: int,
    sealed: str,
    code: str,
    now: datetime,
) -> list[str]:
    """Put an offered secret in force once a code shows that the app has it.

    Returns
    -------
    The recovery codes, readable only here.

    Raises
    ------
    RefusedError
        ``two-factor-on``, ``offer-ended`` or ``wrong-code``.
    """
    user = _user(session, user_id)
    if user.totp_secret is not None:
        raise RefusedError("It is switched on already.", code="two-factor-on")
    opened = sealer.open(sealed)
    if opened is None:
        raise RefusedError(
            "This set-up has ended. Scan the new code below.", code="offer-ended"
        )
    counter = _matching(opened, code, now)
    if counter is None:
        raise RefusedError(
            "This code is not right. Type the one that the app shows now, and look "
            "whether the clock of your phone is right.",
            code="wrong-code",
        )
    codes = _new_codes()
    user.totp_secret = sealer.seal(_packed(_unpacked(opened)[0], counter))
    user.recovery_codes = [_hashed(one) for one in codes]
    audit.add(session, "two-factor-on", actor_id=user_id)
    return codes


def verify(
    session: Session, sealer: Sealer, *, user_id: int, code: str, now: datetime
) -> bool:
    """Tell whether a code opens an account; one that did never does again.

    Parameters
    ----------
    code
        Six digits of the app, or a recovery code; spaces and hyphens do not matter.
    """
    user = _user(session, user_id)
    if user.totp_secret is None:
        return False
    plain = _plain(code)
    if len(plain) == _CODE_LENGTH:
        return _take_recovery_code(session, user, plain)
    opened = sealer.open(user.totp_secret)
    counter = None if opened is None else _matching(opened, plain, now)
    if opened is None or counter is None:
        return False
    user.totp_secret = sealer.seal(_packed(_unpacked(opened)[0], counter))
    session.flush()
    return True


def new_recovery_codes(session: Session, user_id: int) -> list[str]:
    """Replace all recovery codes and return the new ones, readable only here.

    Raises
    ------
    RefusedError
        ``two-factor-off``.
    """
    user = _user(session, user_id)
    if user.totp_secret is None:
        raise RefusedError("It is not switched on.", code="two-factor-off")
    codes = _new_codes()
    user.recovery_codes = [_hashed(one) for one in codes]
    audit.add(session, "recovery-codes-replaced", actor_id=user_id)
    return codes


def switch_off(session: Session, user_id: int, *, actor_id: int | None) -> bool:
    """Let a person sign in with the password alone; tell whether that is new.

    Parameters
    ----------
    actor_id
        Who asked for it; ``None`` for an operator at the command line.
    """
    user = _user(session, user_id)
    if user.totp_secret is None:
        return False
    user.totp_secret = None
    user.recovery_codes = []
    audit.add(session, "two-factor-off", actor_id=actor_id, new={"user": user_id})
    return True


def _take_recovery_code(session: Session, user: User, plain: str) -> bool:
    hashed = _hashed(plain)
    if hashed not in user.recovery_codes:
        return False
    user.recovery_codes = [one for one in user.recovery_codes if one != hashed]
    audit.add(session, "recovery-code-used", actor_id=user.id)
    session.flush()
    return True


def _matching(opened: str, code: str, now: datetime) -> int | None:
    """Return the number of the code's half minute, if it is right and unused."""
    key, last = _unpacked(opened)
    try:
        match = TOTP(key).match(
            _plain(code),
            now,
            window=WINDOW_SECONDS,
            last_counter=None if last == _NEVER else last,
        )
    except (TokenError, ValueError):
        return None
    return int(match.counter)


def _user(session: Session, user_id: int) -> User:
    user = session.scalars(
        # Two requests that use codes, or change them, take turns.
        select(User).where(User.id == user_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if user is None:
        raise NotFoundError(f"user {user_id} does not exist")
    return user


def _new_codes() -> list[str]:
    return [accounts.one_time_password() for _ in range(RECOVERY_CODES)]


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _hashed(code: str) -> str:
    # A slow hash protects what people choose; these are random.
    return hashlib.sha256(_plain(code).encode()).hexdigest()


def _packed(key: str, counter: int) -> str:
    return f"{counter}:{key}"


def _unpacked(text: str) -> tuple[str, int]:
    counter, _, key = text.partition(":")
    return key, int(counter)
