"""Publishing assignments to courses, and reading them back."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader import assignments as files
from grader.errors import NotFoundError, RefusedError
from grader.models import Assignment, AssignmentSnapshot, Course
from grader.services import audit, standings
from grader.services import hints as hidden
from grader.storage import BlobStore


class Unchanged(Enum):
    """Marks a setting that stays as it is, where ``None`` means "no limit"."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing made; ``is_new`` is false when nothing had changed."""

    assignment_id: int
    snapshot_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """An assignment of a course and its newest snapshot."""

    id: int
    course_id: int
    slug: str
    title: str
    due_at: datetime | None
    max_attempts: int | None
    snapshot_id: int
    digest: str
    published_at: datetime
    max_score: float


def publish(
    session: Session,
    store: BlobStore,
    *,
    course_id: int,
    assignment: files.Assignment,
    now: datetime,
    due_at: datetime | None = None,
    max_attempts: int | None = None,
    known: Mapping[str, Any] | None = None,
    actor_id: int | None = None,
) -> Published:
    """Offer an assignment in a course, or a new version of it.

    A version is a frozen snapshot; publishing the same files again makes none. Dates
    and limits given here replace those of an assignment that is already there.

    Parameters
    ----------
    known
        JSON values: what was found out about the assignment before. They are noted with
        a new version in the list of what happened to grades; without them nothing is.
    actor_id
        Who publishes, for that list; ``None`` for the command line.

    Raises
    ------
    NotFoundError
        If there is no such course.
    StorageError
        If the files cannot be stored.
    """
    manifest = {name: store.put(data) for name, data in assignment.files.items()}
    if session.get(Course, course_id) is None:
        raise NotFoundError(f"course {course_id} does not exist")
    row = session.scalars(
        select(Assignment).where(
            Assignment.course_id == course_id, Assignment.slug == assignment.spec.slug
        )
    ).one_or_none()
    if row is None:
        row = Assignment(course_id=course_id, slug=assignment.spec.slug, created_at=now)
        session.add(row)
    row.title = assignment.spec.title
    row.max_attempts = max_attempts if max_attempts is not None else row.max_attempts
    session.flush()
    if due_at is not None:
        _set_due(session, row, due_at)
    newest = _newest(session, row.id)
    if newest is not None and newest.digest == assignment.digest:
        return Published(row.id, newest.id, is_new=False)
    snapshot = AssignmentSnapshot(
        assignment_id=row.id,
        digest=assignment.digest,
        manifest=manifest,
        outline=_outline(assignment),
        max_score=assignment.max_score,
        published_at=now,
    )
    session.add(snapshot)
    session.flush()
    if known is not None:
        version = {
            "assignment": row.slug,
            "course": course_id,
            "digest": snapshot.digest,
        }
        audit.add(session, "published", actor_id=actor_id, new={**version, **known})
    return Published(row.id, snapshot.id, is_new=True)


@dataclass(frozen=True, slots=True)
class Version:
    """One snapshot of an assignment."""

    id: int
    digest: str
    max_score: float
    published_at: datetime


def versions(session: Session, assignment_id: int) -> list[Version]:
    """Return what was published of an assignment, the newest first."""
    rows = session.scalars(
        select(AssignmentSnapshot)
        .where(AssignmentSnapshot.assignment_id == assignment_id)
        .order_by(AssignmentSnapshot.id.desc())
    )
    return [Version(r.id, r.digest, r.max_score, r.published_at) for r in rows]


def manifest(session: Session, snapshot_id: int) -> dict[str, str]:
    """Return the names of a snapshot's files with the hashes of their bytes.

    Raises
    ------
    NotFoundError
        If there is no such snapshot.
    """
    snapshot = session.get(AssignmentSnapshot, snapshot_id)
    if snapshot is None:
        raise NotFoundError(f"assignment snapshot {snapshot_id} does not exist")
    return dict(snapshot.manifest)


def publish_again(
    session: Session,
    store: BlobStore,
    *,
    assignment_id: int,
    snapshot_id: int,
    actor_id: int,
    now: datetime,
) -> Published:
    """Go back to an earlier version; it becomes the newest one.

    Raises
    ------
    NotFoundError
        If the assignment has no such snapshot.
    """
    snapshot = session.get(AssignmentSnapshot, snapshot_id)
    row = session.get(Assignment, assignment_id)
    if row is None or snapshot is None or snapshot.assignment_id != row.id:
        raise NotFoundError(f"assignment {assignment_id} has no snapshot {snapshot_id}")
    return publish(
        session,
        store,
        course_id=row.course_id,
        assignment=load(session, store, snapshot_id),
        now=now,
        known={"again": snapshot_id},
        actor_id=actor_id,
    )


def _outline(assignment: files.Assignment) -> list[dict[str, Any]]:
    """Return what pages need of each check; when hints are shown, if not at once."""
    hints = assignment.spec.hints
    extra = {} if hints.show == "at_once" else {hidden.KEY: hints.model_dump()}
    return [{**asdict(check), **extra} for check in assignment.check_list]


def get(session: Session, course_slug: str, assignment_slug: str) -> AssignmentView:
    """Return an assignment by the short names in its address.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    row = session.scalars(
        select(Assignment)
        .join(Course)
        .where(Course.slug == course_slug, Assignment.slug == assignment_slug)
    ).one_or_none()
    snapshot = None if row is None else _newest(session, row.id)
    if row is None or snapshot is None:
        raise NotFoundError(
            f"assignment {assignment_slug} does not exist in course {course_slug}"
        )
    return AssignmentView(
        id=row.id,
        course_id=row.course_id,
        slug=row.slug,
        title=row.title,
        due_at=row.due_at,
        max_attempts=row.max_attempts,
        snapshot_id=snapshot.id,
        digest=snapshot.digest,
        published_at=snapshot.published_at,
        max_score=snapshot.max_score,
    )


def load(session: Session, store: BlobStore, snapshot_id: int) -> files.Assignment:
    """Return the assignment that a snapshot froze.

    Raises
    ------
    NotFoundError
        If there is no such snapshot.
    StorageError
        If one of its files is missing or changed.
    AssignmentError
        If this version of the grader cannot read it any more.
    """
    snapshot = session.get(AssignmentSnapshot, snapshot_id)
    if snapshot is None:
        raise NotFoundError(f"assignment snapshot {snapshot_id} does not exist")
    return _loaded.get(store, snapshot.digest, snapshot.manifest)


def update_settings(
    session: Session,
    assignment_id: int,
    *,
    due_at: datetime | Unchanged | None = UNCHANGED,
    max_attempts: int | Unchanged | None = UNCHANGED,
) -> None:
    """Change dates and limits; ``None`` takes a limit away.

    Raises
    ------
    NotFoundError
        If there is no such assignment.
    RefusedError
        ``bad-attempts`` if the limit is not at least 1.
    """
    row = session.get(Assignment, assignment_id)
    if row is None:
        raise NotFoundError(f"assignment {assignment_id} does not exist")
    if not isinstance(due_at, Unchanged):
        _set_due(session, row, due_at)
    if not isinstance(max_attempts, Unchanged):
        if max_attempts is not None and max_attempts < 1:
            raise RefusedError(
                "The number of attempts must be at least 1; leave it empty for no "
                "limit.",
                code="bad-attempts",
            )
        row.max_attempts = max_attempts
    session.flush()


def _set_due(session: Session, row: Assignment, due_at: datetime | None) -> None:
    if row.due_at != due_at:
        row.due_at = due_at
        session.flush()
        standings.settle_assignment(session, row.id)


def _newest(session: Session, assignment_id: int) -> AssignmentSnapshot | None:
    return session.scalars(
        select(AssignmentSnapshot)
        .where(AssignmentSnapshot.assignment_id == assignment_id)
        .order_by(AssignmentSnapshot.id.desc())
        .limit(1)
    ).one_or_none()


class _Loaded:
    """The assignments that were read last, by digest; they never change."""

    def __init__(self, most: int = 16) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, files.Assignment] = OrderedDict()

    def get(
        self, store: BlobStore, digest: str, manifest: dict[str, str]
    ) -> files.Assignment:
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
                return self._kept[digest]
        read = {name: store.get(blob) for name, blob in manifest.items()}
        assignment = files.load_files(read)
        with self._lock:
            self._kept[digest] = assignment
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return assignment


_loaded = _Loaded()
