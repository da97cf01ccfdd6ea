"""What people see of their own account."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from grader.models import (
    AccountSession,
    ApiToken,
    Course,
    CourseRole,
    Enrolment,
    User,
)
from grader.services import sessions


@dataclass(frozen=True, slots=True)
class Membership:
    """A course that somebody is in."""

    slug: str
    title: str
    role: CourseRole


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One's own account in numbers.

    Parameters
    ----------
    has_two_factor, recovery_codes
        Whether signing in takes a second step, and how many codes are left for it.
    should_have_two_factor
        Whether this person can change other people's grades without having it.
    """

    name: str
    email: str
    created_at: datetime
    courses: list[Membership]
    sessions: int
    tokens: int
    has_two_factor: bool
    recovery_codes: int
    should_have_two_factor: bool


def of(session: Session, user_id: int, now: datetime) -> OwnAccount:
    """Return what a person's account page shows."""
    user = session.get_one(User, user_id)
    memberships = courses_of(session, user_id)
    teaches = user.is_admin or any(m.role.is_staff for m in memberships)
    return OwnAccount(
        name=user.name,
        email=user.email,
        created_at=user.created_at,
        courses=memberships,
        sessions=_count(
            session,
            AccountSession.user_id == user_id,
            *sessions.alive(now),
        ),
        tokens=_count(
            session,
            ApiToken.user_id == user_id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
        ),
        has_two_factor=user.totp_secret is not None,
        recovery_codes=len(user.recovery_codes),
        should_have_two_factor=teaches and user.totp_secret is None,
    )


def courses_of(session: Session, user_id: int) -> list[Membership]:
    """Return the courses that a person is in now, by title."""
    rows = session.execute(
        select(Course.slug, Course.title, Enrolment.role)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(Enrolment.user_id == user_id, Enrolment.dropped_at.is_(None))
        .order_by(Course.title, Course.slug)
    )
    return [Membership(*row) for row in rows]


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count()).where(*conditions)).one()
