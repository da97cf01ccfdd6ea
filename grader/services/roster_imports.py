"""Brings a roster up to date with a table: first what would happen, then it happens."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.models import CourseRole, Enrolment, User
from grader.services import accounts, audit, instructors, roster
from grader.services.roster import Member
from grader.services.roster_table import Row

# A password takes long to hash, on purpose; a request should not take half a minute.
NEW_ACCOUNTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Update:
    """Somebody who is in the course and of whom the table says something new."""

    member: Member
    row: Row
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a table would change.

    Parameters
    ----------
    new
        People without an account.
    enrolled
        People with an account who are not in the course yet.
    missing
        Students of the course whom the table does not name.
    """

    new: list[Row]
    enrolled: list[Row]
    updates: list[Update]
    unchanged: int
    missing: list[Member]


@dataclass(frozen=True, slots=True)
class Password:
    """A one-time password; the only place where it can be read."""

    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed; ``left`` new people are still without an account."""

    passwords: list[Password]
    enrolled: int
    updated: int
    dropped: int
    left: int


def plan(session: Session, course_id: int, rows: Iterable[Row]) -> Plan:
    """Return what a table would change; changes nothing."""
    table = {row.email: row for row in rows}
    there = {
        member.email.lower(): member for member in roster.members(session, course_id)
    }
    known = set(session.scalars(select(User.email)))
    updates = [
        Update(there[email], row, "; ".join(words))
        for email, row in table.items()
        if email in there and (words := _differences(there[email], row))
    ]
    strangers = [row for email, row in table.items() if email not in there]
    return Plan(
        new=[row for row in strangers if row.email not in known],
        enrolled=[row for row in strangers if row.email in known],
        updates=updates,
        unchanged=len(table) - len(strangers) - len(updates),
        missing=[
            member
            for email, member in there.items()
            if email not in table
            and member.role is CourseRole.STUDENT
            and member.dropped_at is None
        ],
    )


def prepare_passwords(wanted: Plan) -> dict[str, tuple[str, str]]:
    """Make up a one-time password for new people and hash it, by e-mail address.

    Slow, so it is done outside of any transaction; for some people at once only.
    """
    emails = [row.email for row in wanted.new[:NEW_ACCOUNTS_AT_ONCE]]
    passwords = [accounts.one_time_password() for _ in emails]
    with ThreadPoolExecutor(4) as pool:
        hashes = list(pool.map(accounts.hashed, passwords))
    return dict(zip(emails, zip(passwords, hashes, strict=True), strict=True))


def apply(
    session: Session,
    course_id: int,
    rows: Iterable[Row],
    *,
    passwords: Mapping[str, tuple[str, str]],
    drop_missing: bool,
    actor_id: int,
) -> Done:
    """Make the roster what a table says. Nobody is ever deleted.

    Parameters
    ----------
    passwords
        For new people; those without one are left for the next time.
    drop_missing
        Whether students whom the table does not name have left the course.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor is no instructor of the course.
    RefusedError
        ``last-instructor``.
    """
    instructors.require(session, course_id, actor_id)
    wanted = plan(session, course_id, rows)
    made = [
        _new_account(session, row, passwords[row.email])
        for row in wanted.new
        if row.email in passwords
    ]
    session.flush()
    for row in (
        *(row for row in wanted.new if row.email in passwords),
        *wanted.enrolled,
    ):
        _enrol(session, course_id, row, actor_id)
    for update in wanted.updates:
        _update(session, course_id, update, actor_id)
    if drop_missing:
        for member in wanted.missing:
            roster.drop(session, course_id, member.user_id, actor_id=actor_id)
    session.flush()
    return Done(
        passwords=made,
        enrolled=len(wanted.enrolled),
        updated=len(wanted.updates),
        dropped=len(wanted.missing) if drop_missing else 0,
        left=len(wanted.new) - len(made),
    )


def _differences(member: Member, row: Row) -> list[str]:
    words = []
    if member.dropped_at is not None:
        words.append("comes back")
    if row.role is not None and row.role is not member.role:
        words.append(f"{member.role.value} becomes {row.role.value}")
    if row.section is not None and row.section != member.section:
        words.append(f"section {row.section or 'none'}")
    if row.student_number and row.student_number != member.student_number:
        words.append(f"number {row.student_number}")
    return words


def _new_account(session: Session, row: Row, secret: tuple[str, str]) -> Password:
    name = row.name or row.email
    session.add(
        User(email=row.email, name=name, password=secret[1], must_change_password=True)
    )
    return Password(name, row.email, secret[0])


def _enrol(session: Session, course_id: int, row: Row, actor_id: int) -> None:
    user = session.scalars(select(User).where(User.email == row.email)).one()
    enrolment = Enrolment(
        course_id=course_id,
        user_id=user.id,
        role=row.role or CourseRole.STUDENT,
        section=row.section or "",
        student_number=row.student_number or "",
    )
    session.add(enrolment)
    roster.note(
        session, "enrolled", enrolment, actor_id, new={"role": enrolment.role.value}
    )


def _update(session: Session, course_id: int, update: Update, actor_id: int) -> None:
    row, user_id = update.row, update.member.user_id
    enrolment = session.get_one(Enrolment, (course_id, user_id))
    roster.restore(session, course_id, user_id, actor_id=actor_id)
    if row.role is not None:
        roster.change_role(session, course_id, user_id, row.role, actor_id=actor_id)
    if row.student_number:
        enrolment.student_number = row.student_number
    if row.section is not None:
        enrolment.section = row.section
    audit.add(
        session,
        "roster-changed",
        actor_id=actor_id,
        new={"course": course_id, "user": user_id, "words": update.words},
    )
