"""A course of many students and one shipped assignment, to submit to."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader import assignments
from grader.assignments import Assignment
from grader.cli.demo_course import ASSIGNMENT, COURSE
from grader.cli.trials import solution_sample
from grader.config import Settings
from grader.db import Database
from grader.intake import Prepared, prepare
from grader.models import CourseRole, Enrolment, User
from grader.services import assignments as published
from grader.services import courses, submissions
from grader.services.receipts import Receipt
from grader.storage import BlobStore

PATH = f"/courses/{COURSE}/assignments/{ASSIGNMENT}"


@dataclass(frozen=True)
class LoadedCourse:
    """Who may submit, to what, and with which right solution.

    Parameters
    ----------
    students
        Ids; they have no password, see ``visitors``.
    """

    database: Database
    store: BlobStore
    settings: Settings
    assignment: Assignment
    assignment_id: int
    snapshot_id: int
    students: tuple[int, ...]
    solution: dict[str, bytes]

    @property
    def entry(self) -> str:
        """Return the name of the file that is graded."""
        return self.assignment.spec.submission.entry

    def files(self, mark: str = "") -> dict[str, bytes]:
        """Return the solution; a mark makes its bytes, and so its blob, another.

        Parameters
        ----------
        mark
            One line, put before everything as a comment.
        """
        head = f"# {mark}\n".encode() if mark else b""
        return {name: head + data for name, data in self.solution.items()}

    def prepared(self, mark: str = "") -> Prepared:
        """Return what intake makes of ``files``, without parsing them again."""
        files = self.files(mark)
        return Prepared(files=files, entry=self.entry, notices=(), originals=files)

    def submit(self, student: int, prepared: Prepared) -> Receipt:
        """Hand in through the service, without the pages."""
        with self.database.write() as session:
            return submissions.submit(
                session,
                self.store,
                assignment_id=self.assignment_id,
                user_id=student,
                prepared=prepared,
                received_at=datetime.now(UTC),
                idempotency_key=uuid.uuid4().hex,
                secret_key=self.settings.secret_key,
            )


def settings_at(home: Path, url: str, **given: str) -> Settings:
    """Return settings with a prepared home of their own."""
    environment = {"GRADER_HOME": str(home), "GRADER_DATABASE_URL": url, **given}
    return Settings.from_environment(environment).prepare_home()


def create_course(settings: Settings, students: int) -> LoadedCourse:
    """Fill an empty database. The caller disposes of the course's ``database``."""
    database, store = Database(settings.database_url), BlobStore(settings.blob_dir)
    folder = assignments.shipped(ASSIGNMENT)
    loaded = assignments.load_folder(folder)
    solution = prepare(
        solution_sample(loaded, folder).files,
        entry=loaded.spec.submission.entry,
        max_bytes=settings.max_upload_bytes,
    )
    now = datetime.now(UTC)
    with database.write() as session:
        course_id = courses.create(session, slug=COURSE, title="Load")
        offered = published.publish(
            session,
            store,
            course_id=course_id,
            assignment=loaded,
            now=now,
            due_at=now + timedelta(days=14),
        )
        people = [
            User(email=f"student{number}@example.org", name=f"Student {number}")
            for number in range(students)
        ]
        session.add_all(people)
        session.flush()
        session.add_all(
            Enrolment(course_id=course_id, user_id=one.id, role=CourseRole.STUDENT)
            for one in people
        )
        ids = tuple(one.id for one in people)
    return LoadedCourse(
        database,
        store,
        settings,
        loaded,
        offered.assignment_id,
        offered.snapshot_id,
        ids,
        solution.files,
    )
