"""``grader course`` and ``assignment``: what an operator sets up."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from sqlalchemy.orm import Session

from grader import assignments
from grader.assignments import Assignment
from grader.cli.proof import Proof, prove
from grader.cli.proof_tables import complaints_table
from grader.cli.trials import SOLUTION
from grader.config import Settings
from grader.db import Database, migrate
from grader.errors import NotFoundError, RefusedError
from grader.models import CourseRole
from grader.services import accounts, courses
from grader.services import assignments as published
from grader.services.courses import CourseView
from grader.storage import BlobStore
from worker.loop import jail_for

ROLES = [role.value for role in CourseRole]


@contextmanager
def writing(settings: Settings) -> Iterator[Session]:
    """Open one transaction on the settings' database, brought up to date first."""
    migrate(settings.database_url)
    database = Database(settings.database_url)
    try:
        with database.write() as session:
            yield session
    finally:
        database.dispose()


@click.group()
def course() -> None:
    """Add courses and people to them."""


@course.command("add")
@click.argument("slug")
@click.argument("title")
@click.option("--timezone", default="UTC", show_default=True, help="An IANA name.")
def add_course(slug: str, title: str, timezone: str) -> None:
    """Add a course; SLUG stands in addresses."""
    with writing(Settings.from_environment().prepare_home()) as session:
        courses.create(session, slug=slug, title=title, timezone=timezone)
    click.echo(f"course {slug} added")


@course.command("enrol")
@click.argument("slug")
@click.argument("roster", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def enrol(slug: str, roster: Path, dry_run: bool) -> None:
    """Enrol everybody in ROSTER, a CSV file with the columns email, name, role.

    All or nothing. People who are new get a one-time password, printed once.
    """
    rows = read_roster(roster)
    with writing(Settings.from_environment().prepare_home()) as session:
        course_id = _course(session, slug).id
        for email, name, role in rows:
            user_id, password = _find_or_create(session, email, name)
            accounts.enrol(session, course_id=course_id, user_id=user_id, role=role)
            click.echo(f"{email}\t{role.value}\t{'' if dry_run else password}")
        if dry_run:
            session.rollback()
    if dry_run:
        click.echo("nothing was changed")


def read_roster(path: Path) -> list[tuple[str, str, CourseRole]]:
    """Read a roster.

    Raises
    ------
    RefusedError
        Names the line and what is wrong with it.
    """
    found = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        wanted = {"email", "name", "role"}
        if not wanted <= set(reader.fieldnames or ()):
            raise RefusedError(
                f"{path.name} must have the columns email, name and role.",
                code="bad-roster",
            )
        for row in reader:
            values = {key: (row[key] or "").strip() for key in wanted}
            role = values["role"].lower() or CourseRole.STUDENT.value
            if "@" not in values["email"] or role not in ROLES:
                raise RefusedError(
                    f"{path.name}, line {reader.line_num}: there must be an address "
                    f"and one of the roles {', '.join(ROLES)}; got "
                    f"{values['email']!r} and {role!r}.",
                    code="bad-roster",
                )
            found.append((values["email"], values["name"], CourseRole(role)))
    return found


def _course(session: Session, slug: str) -> CourseView:
    """Return a course by its short name.

    Raises
    ------
    RefusedError
        If there is none; the message lists those that exist.
    """
    try:
        return courses.by_slug(session, slug)
    except NotFoundError:
        known = ", ".join(courses.slugs(session)) or "none"
        raise RefusedError(
            f"There is no course {slug!r}; there are: {known}. "
            "`grader course add` adds one.",
            code="unknown-course",
        ) from None


def _find_or_create(session: Session, email: str, name: str) -> tuple[int, str]:
    try:
        return accounts.user_by_email(session, email).id, ""
    except NotFoundError:
        new = accounts.create_user(session, email=email, name=name or email)
        return new.id, new.password


@click.group()
def assignment() -> None:
    """Publish assignments."""


@assignment.command("publish")
@click.argument("course_slug", metavar="COURSE")
@click.argument("name", metavar="ASSIGNMENT")
@click.option("--due", metavar="'YYYY-MM-DD HH:MM'", help="In the course's time zone.")
@click.option("--max-attempts", type=click.IntRange(1))
@click.option(
    "--unproven",
    is_flag=True,
    help="Publish without a proof that the assignment holds; the record will say so.",
)
def publish(
    course_slug: str,
    name: str,
    due: str | None,
    max_attempts: int | None,
    unproven: bool,
) -> None:
    """Publish ASSIGNMENT, a shipped name or a folder, in COURSE.

    Publishing again after a change makes a new snapshot for later submissions. Before
    that its solution and samples are graded: an assignment that contradicts what it
    states is not published, and the command exits with 1.
    """
    settings = Settings.from_environment().prepare_home()
    path = assignments.find(name)
    loaded = assignments.load_folder(path)
    due_at, is_changed = _wanted(settings, course_slug, loaded, due)
    proof = None
    if is_changed and not unproven:
        proof = _prove(settings, path, loaded)
    with writing(settings) as session:
        done = published.publish(
            session,
            BlobStore(settings.blob_dir),
            course_id=_course(session, course_slug).id,
            assignment=loaded,
            now=datetime.now(UTC),
            due_at=due_at,
            max_attempts=max_attempts,
            known={"proof": None if proof is None else proof.summary()},
        )
    state = "published" if done.is_new else "already published, unchanged"
    how = " without a proof" if done.is_new and proof is None else ""
    click.echo(f"{loaded.spec.slug} {state}{how}: {loaded.digest[:12]}")


def _wanted(
    settings: Settings, course_slug: str, loaded: Assignment, due: str | None
) -> tuple[datetime | None, bool]:
    """Return when it is due, and whether this version is not yet published.

    Raises
    ------
    RefusedError
        If there is no such course, better said before the proof, which takes a while;
        or if the time is none.
    """
    with writing(settings) as session:
        zone = _course(session, course_slug).timezone
        try:
            newest = published.get(session, course_slug, loaded.spec.slug).digest
        except NotFoundError:
            newest = ""
    return None if due is None else local_time(due, zone), newest != loaded.digest


def _prove(settings: Settings, path: Path, loaded: Assignment) -> Proof:
    """Return the proof of an assignment that holds; end the command otherwise.

    Raises
    ------
    RefusedError
        ``no-solution`` if there is nothing to prove it with.
    """
    if not (path / SOLUTION).is_dir():
        raise RefusedError(
            f"{path} has no folder {SOLUTION}/, so nobody knows whether right code "
            f"scores everything. Add your own solution there, or publish with "
            "--unproven.",
            code="no-solution",
        )
    console = Console(stderr=True)
    proof = prove(loaded, path, jail_for(settings), console)
    if proof.holds:
        return proof
    console.print(complaints_table(proof.contradictions))
    click.echo(
        f"grader: {loaded.spec.slug} contradicts what it states; nothing was "
        f"published. `grader validate {path}` shows everything; --unproven publishes "
        "nevertheless.",
        err=True,
    )
    raise SystemExit(1)


def local_time(text: str, timezone: str) -> datetime:
    """Read a time in a course's zone.

    Raises
    ------
    RefusedError
        If it is no time.
    """
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))
    except ValueError:
        raise RefusedError(
            f"The time must look like 2027-03-01 23:59, got {text!r}.", code="bad-time"
        ) from None
