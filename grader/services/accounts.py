"""People, their passwords, and their roles in courses."""

import secrets
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import Course, CourseRole, Enrolment, User
from grader.services import audit, sessions

# Without letters and digits that look alike on paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_RANK = {role: rank for rank, role in enumerate(CourseRole)}


@dataclass(frozen=True, slots=True)
class NewUser:
    """A new account; the only place where its password can be read."""

    id: int
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class UserView:
    """What may be shown of a person."""

    id: int
    email: str
    name: str
    is_admin: bool


def create_user(
    session: Session,
    *,
    email: str,
    name: str,
    password: str | None = None,
    is_admin: bool = False,
) -> NewUser:
    """Add a person who can sign in.

    Parameters
    ----------
    password
        If ``None``, a one-time password is made up, to be changed at first sign-in.

    Raises
    ------
    RefusedError
        ``email-invalid`` or ``email-taken``.
    """
    address = email.strip().lower()
    if address.count("@") != 1 or not all(address.split("@")) or " " in address:
        raise RefusedError(
            f"{email!r} does not look like an e-mail address.", code="email-invalid"
        )
    if _by_email(session, address) is not None:
        raise RefusedError(
            f"There is already an account for {address}.", code="email-taken"
        )
    chosen = one_time_password() if password is None else password
    user = User(
        email=address,
        name=name.strip() or address,
        password=hashed(chosen),
        is_admin=is_admin,
        must_change_password=password is None,
    )
    session.add(user)
    session.flush()
    return NewUser(user.id, address, chosen)


def one_time_password() -> str:
    """Return a password of about 79 bits that can be read aloud."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def hashed(password: str) -> str:
    """Return the argon2 hash, in the normal form that sign-in compares."""
    return PasswordHasher().hash(unicodedata.normalize("NFKD", password))


def has_password(session: Session, user_id: int, password: str) -> bool:
    """Tell whether this is a person's password. Takes a while: hold no lock."""
    stored = session.scalars(select(User.password).where(User.id == user_id)).first()
    try:
        normal = unicodedata.normalize("NFKD", password)
        return PasswordHasher().verify(stored or "", normal)
    except (Argon2Error, InvalidHashError):
        return False


def replace_password(session: Session, user_id: int, now: datetime) -> str:
    """Give a person who lost it a one-time password, and return it.

    Ends every session of theirs.
    """
    user = session.get_one(User, user_id)
    password = one_time_password()
    user.password = hashed(password)
    user.must_change_password = True
    user.fs_uniquifier = uuid.uuid4().hex
    sessions.end_all(session, user_id, now)
    audit.add(session, "password-replaced", new={"user": user_id})
    return password


def user_by_email(session: Session, email: str) -> UserView:
    """Return a person by address, whatever its case.

    Raises
    ------
    NotFoundError
        If nobody has it.
    """
    user = _by_email(session, email.strip().lower())
    if user is None:
        raise NotFoundError(f"there is no account for {email}")
    return UserView(user.id, user.email, user.name, user.is_admin)


def enrol(session: Session, *, course_id: int, user_id: int, role: CourseRole) -> None:
    """Give a person a role in a course, in place of the one they had.

    Who may do less than before has to sign in again everywhere.

    Raises
    ------
    NotFoundError
        If there is no such person or course.
    """
    if session.get(Course, course_id) is None:
        raise NotFoundError(f"course {course_id} does not exist")
    if session.get(User, user_id) is None:
        raise NotFoundError(f"user {user_id} does not exist")
    enrolment = session.get(Enrolment, (course_id, user_id))
    if enrolment is None:
        session.add(Enrolment(course_id=course_id, user_id=user_id, role=role))
    else:
        may_less = _RANK[role] < _RANK[enrolment.role]
        enrolment.role = role
        if may_less:
            sessions.end_all(session, user_id, database_now(session))
    session.flush()


def role_in(session: Session, user_id: int, course_id: int) -> CourseRole | None:
    """Return a person's role in a course, ``None`` if they have none, or none now.

    Site administrators act as instructors everywhere.
    """
    enrolment = session.get(Enrolment, (course_id, user_id))
    if enrolment is not None and enrolment.dropped_at is None:
        return enrolment.role
    user = session.get(User, user_id)
    is_admin = user is not None and user.is_admin and user.active
    return CourseRole.INSTRUCTOR if is_admin else None


def _by_email(session: Session, address: str) -> User | None:
    return session.scalars(
        select(User).where(func.lower(User.email) == address)
    ).one_or_none()
