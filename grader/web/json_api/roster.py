"""Who is in a course, and who has more time or attempts."""

from datetime import UTC, datetime

from flask import g
from pydantic import AwareDatetime, Field

from grader.models import CourseRole, TokenScope
from grader.services import (
    assignments,
    extensions,
    roster,
    roster_imports,
    roster_table,
)
from grader.services.roster_imports import Plan
from grader.web.access import Access
from grader.web.backend import backend
from grader.web.json_api.operations import Area, person
from grader.web.json_api.shapes import Answer, Asked, Done, Text, Word

area = Area("roster", "Roster and extensions")
blueprint = area.blueprint
_ROSTER = "/courses/<course>/roster"
_EXTENSIONS = "/courses/<course>/assignments/<assignment>/extensions"
_MANAGE = TokenScope.MANAGE


class MemberBody(Answer):
    """Somebody who is in the course, or was until ``dropped_at``."""

    user_id: int
    name: str
    email: str
    student_number: str
    section: str
    role: CourseRole
    extra_minutes: int
    dropped_at: datetime | None


class Roster(Answer):
    """Everybody, by name."""

    members: list[MemberBody]


class RosterTable(Asked):
    """The text of a table with commas, semicolons or tabs and a line of headings."""

    table: str = Field(max_length=roster_table.MOST_BYTES)


class RosterChange(RosterTable):
    """A table and what becomes of those whom it does not name."""

    drop_missing: bool = False


class PersonLine(Answer):
    """One person of a table."""

    line: int
    email: str
    name: str


class PlanBody(Answer):
    """What a table would change; ``problems`` are lines that say nothing usable."""

    new: list[PersonLine]
    enrolled: list[PersonLine]
    updates: list[str]
    unchanged: int
    missing: list[str]
    problems: list[str]


class PasswordLine(Answer):
    """The first password of somebody new; it is shown this once."""

    name: str
    email: str
    password: str


class AppliedBody(Answer):
    """What a table changed."""

    passwords: list[PasswordLine]
    enrolled: int
    updated: int
    dropped: int
    left: int


class ExtensionBody(Answer):
    """More time or attempts of one student."""

    user_id: int
    name: str
    email: str
    section: str
    due_at: datetime | None
    own_due_at: datetime | None
    extra_attempts: int
    reason: str
    granted_by: str
    granted_at: datetime


class Extensions(Answer):
    """The extensions of an assignment by the students' names."""

    extensions: list[ExtensionBody]


class NewExtension(Asked):
    """More time or attempts for students by e-mail, number or name, or a section."""

    students: list[Word] = Field(default=[], max_length=5000)
    section: Word = ""
    due_at: AwareDatetime | None = Field(default=None, description="With its offset.")
    extra_attempts: int = Field(default=0, ge=0, le=extensions.MOST_EXTRA_ATTEMPTS)
    reason: Text = ""


@area.get(_ROSTER, access=Access.INSTRUCTOR, answer=Roster)
def listed(course: str) -> Roster:
    """List everybody who is or was in the course."""
    with backend().database.read() as session:
        return Roster.of({"members": roster.members(session, g.course.id)})


@area.post(
    f"{_ROSTER}/plan",
    access=Access.INSTRUCTOR,
    scope=TokenScope.SUBMIT,
    takes=RosterTable,
    answer=PlanBody,
)
def plan(course: str, body: RosterTable) -> PlanBody:
    """Say what a table would change; nothing is changed."""
    table = roster_table.read(body.table)
    with backend().database.read() as session:
        found = roster_imports.plan(session, g.course.id, table.rows)
    return PlanBody(
        new=[PersonLine.of(row) for row in found.new],
        enrolled=[PersonLine.of(row) for row in found.enrolled],
        updates=[f"{one.member.name}: {one.words}" for one in found.updates],
        unchanged=found.unchanged,
        missing=[member.email for member in found.missing],
        problems=table.problems,
    )


@area.post(
    f"{_ROSTER}/apply",
    access=Access.INSTRUCTOR,
    scope=_MANAGE,
    takes=RosterChange,
    answer=AppliedBody,
)
def apply(course: str, body: RosterChange) -> AppliedBody:
    """Make the roster what a table says, and show new passwords this once."""
    here = backend()
    rows = roster_table.read(body.table).rows
    with here.database.read() as session:
        found: Plan = roster_imports.plan(session, g.course.id, rows)
    # Hashing is slow on purpose, so it is done before the write transaction.
    secrets = roster_imports.prepare_passwords(found)
    with here.database.write() as session:
        done = roster_imports.apply(
            session,
            g.course.id,
            rows,
            passwords=secrets,
            drop_missing=body.drop_missing,
            actor_id=person(),
        )
    return AppliedBody.of(done)


@area.get(_EXTENSIONS, access=Access.INSTRUCTOR, answer=Extensions)
def granted(course: str, assignment: str) -> Extensions:
    """List the extensions of an assignment."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        return Extensions.of({"extensions": extensions.granted(session, view.id)})


@area.post(
    _EXTENSIONS,
    access=Access.INSTRUCTOR,
    scope=_MANAGE,
    takes=NewExtension,
    answer=Done,
)
def grant(course: str, assignment: str, body: NewExtension) -> Done:
    """Give students more time or attempts, in place of what they had."""
    due_at = None if body.due_at is None else body.due_at.astimezone(UTC)
    with backend().database.write() as session:
        count = extensions.grant(
            session,
            assignments.get(session, course, assignment).id,
            lines=body.students,
            section=body.section,
            due_at=due_at,
            extra_attempts=body.extra_attempts,
            reason=body.reason,
            actor_id=person(),
        )
    return Done(count=count)


@area.post(
    f"{_EXTENSIONS}/<int:member>/remove",
    access=Access.INSTRUCTOR,
    scope=_MANAGE,
    answer=Done,
)
def remove(course: str, assignment: str, member: int) -> Done:
    """Take an extension away; it can be put back on the page."""
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        extensions.remove(session, view.id, member, actor_id=person())
    return Done(id=str(member))
