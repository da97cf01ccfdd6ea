"""A course in the middle of its term, served by the real service.

``python -m tests.browser.stage HOME`` serves it until it is interrupted.
"""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader import assignments as shipped
from grader.cli.serve import ready_service
from grader.config import Settings
from grader.db import Database
from grader.intake import prepare
from grader.models import CourseRole, GradingRun, RunStatus
from grader.services import accounts, assignments, courses, submissions
from grader.storage import BlobStore
from tests.waiting import until

COURSE = "backprop"
SLUG = "modular-mlp"
PASSWORD = "a long sentence for the stage"
STUDENT, TA, INSTRUCTOR = "sam", "tara", "ines"
PEOPLE = {
    STUDENT: ("Sam Student", CourseRole.STUDENT),
    "greta": ("Greta Lund", CourseRole.STUDENT),
    TA: ("Tara Assistant", CourseRole.TA),
    INSTRUCTOR: ("Ines Structor", CourseRole.INSTRUCTOR),
}
# Who has handed in what before the curtain rises: name, sample.
FELLOWS = (
    ("Ada Lovelace", "wrong-bias-not-summed"),
    ("Bo Lindqvist", "wrong-bias-not-summed"),
    ("Chidi Okafor", "right-plain"),
    ("Dana Novak", "wrong-relu-mask"),
    ("Emil Sørensen", "wrong-momentum-sign"),
    ("Fatima Zahra", "wrong-bias-not-summed"),
)


@dataclass(frozen=True)
class Stage:
    """Where the service is, and the words that go into its addresses."""

    url: str
    course: str = COURSE
    slug: str = SLUG

    @property
    def course_path(self) -> str:
        return f"/courses/{self.course}"

    @property
    def assignment_path(self) -> str:
        return f"{self.course_path}/assignments/{self.slug}"


def sample(name: str) -> dict[str, bytes]:
    """Return the files of one of the assignment's own samples."""
    folder = shipped.shipped(SLUG) / "samples" / name
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.name != "expected.toml"
    }


@contextmanager
def running(home: Path, port: int = 0) -> Iterator[Stage]:
    """Serve the course from an empty home; everything handed in has been graded."""
    settings = Settings.from_environment({"GRADER_HOME": str(home)}).prepare_home()
    with ready_service(settings, port=port) as url:
        _people_and_work(settings, FELLOWS)
        _until_graded(settings)
        yield Stage(url)


def _until_graded(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        until(lambda: _unfinished(database) == 0, "for the fellows' reports", 90.0)
    finally:
        database.dispose()


def _unfinished(database: Database) -> int:
    with database.read() as session:
        pending = select(func.count()).where(
            GradingRun.status.in_([RunStatus.QUEUED, RunStatus.RUNNING])
        )
        return session.scalar(pending) or 0


def _people_and_work(settings: Settings, fellows: Sequence[tuple[str, str]]) -> None:
    database = Database(settings.database_url)
    store = BlobStore(settings.blob_dir)
    try:
        with database.write() as session:
            course_id = courses.create(
                session,
                slug=COURSE,
                title="Backpropagation from scratch",
                timezone="Europe/Vienna",
            )
            ids = _people(session, course_id, [name for name, _ in fellows])
            assignment_id = _publish(session, store, course_id)
        for name, work in fellows:
            with database.write() as session:
                submissions.submit(
                    session,
                    store,
                    assignment_id=assignment_id,
                    user_id=ids[name],
                    prepared=prepare(sample(work), entry="mlp.py"),
                    received_at=datetime.now(UTC),
                    idempotency_key=f"{name} {work}",
                    secret_key=settings.secret_key,
                )
    finally:
        database.dispose()


def _people(session: Session, course_id: int, fellows: list[str]) -> dict[str, int]:
    """Enrol everybody; an address begins with the key, or with the first name."""
    wanted = [(key, *who) for key, who in PEOPLE.items()] + [
        (name.split()[0].lower(), name, CourseRole.STUDENT) for name in fellows
    ]
    ids = {}
    for key, name, role in wanted:
        ids[name] = accounts.create_user(
            session, email=f"{key}@example.org", name=name, password=PASSWORD
        ).id
        accounts.enrol(session, course_id=course_id, user_id=ids[name], role=role)
    return ids


def _publish(session: Session, store: BlobStore, course_id: int) -> int:
    now = datetime.now(UTC)
    published = assignments.publish(
        session,
        store,
        course_id=course_id,
        assignment=shipped.load_folder(shipped.shipped(SLUG)),
        now=now,
        due_at=now.replace(minute=0, second=0, microsecond=0) + timedelta(days=12),
    )
    return published.assignment_id


def main() -> None:
    """Serve until interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(Path(sys.argv[1]), port=8180) as stage:
        sys.stdout.write(f"{stage.url}\n")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
