"""The course that the demo shows: three people and one assignment, nothing invented."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from grader import assignments
from grader.assignments import Assignment
from grader.config import Settings
from grader.db import Database
from grader.models import CourseRole
from grader.services import accounts, courses
from grader.services import assignments as published
from grader.storage import BlobStore

COURSE = "backprop"
ASSIGNMENT = "modular-mlp"
PEOPLE = (
    ("student@example.org", "Sam Student", CourseRole.STUDENT),
    ("ta@example.org", "Tara Assistant", CourseRole.TA),
    ("instructor@example.org", "Ines Structor", CourseRole.INSTRUCTOR),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can sign in."""

    email: str
    password: str
    role: CourseRole


@dataclass(frozen=True, slots=True)
class DemoCourse:
    """What was created."""

    people: tuple[Person, ...]
    assignment: Assignment

    @property
    def student(self) -> Person:
        """Return who hands in the samples."""
        return next(p for p in self.people if p.role is CourseRole.STUDENT)

    @property
    def path(self) -> str:
        """Return the address of the assignment's page."""
        return f"/courses/{COURSE}/assignments/{ASSIGNMENT}"


def create_demo_course(settings: Settings) -> DemoCourse:
    """Create the course in an empty database; due in two weeks, no attempt limit."""
    database = Database(settings.database_url)
    loaded = assignments.load_folder(assignments.shipped(ASSIGNMENT))
    now = datetime.now(UTC)
    people = []
    try:
        with database.write() as session:
            course_id = courses.create(
                session, slug=COURSE, title="Backpropagation from scratch"
            )
            for email, name, role in PEOPLE:
                new = accounts.create_user(session, email=email, name=name)
                accounts.enrol(session, course_id=course_id, user_id=new.id, role=role)
                people.append(Person(new.email, new.password, role))
            published.publish(
                session,
                BlobStore(settings.blob_dir),
                course_id=course_id,
                assignment=loaded,
                now=now,
                due_at=now + timedelta(days=14),
            )
    finally:
        database.dispose()
    return DemoCourse(tuple(people), loaded)
