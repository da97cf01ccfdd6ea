"""Assignments that are being written: saved by many, overwritten by nobody.

The list of what happened keeps the files of every save, so each can be fetched back,
also after its draft was deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.assignments.loader import SPEC_FILE
from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import AuditEntry, Draft, User
from grader.services import audit
from grader.services.draft_files import require_names, require_slug
from grader.services.trials import require_instructor
from grader.storage import BlobStore

SAVED, DELETED = "draft_saved", "draft_deleted"
_MOST_SAVES = 100


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as it was saved last.

    Parameters
    ----------
    manifest
        File name to SHA-256 in the blob store.
    """

    id: int
    course_id: int
    slug: str
    version: int
    manifest: Mapping[str, str]
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Save:
    """One save of a draft, as the list of what happened keeps it.

    Parameters
    ----------
    id
        Of the entry.
    changed
        Names of files that were added, changed or taken away.
    """

    id: int
    version: int
    by: str
    at: datetime
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deleted:
    """A draft that is gone, and can be fetched back."""

    id: int
    slug: str
    by: str
    at: datetime


def listed(session: Session, course_id: int, viewer_id: int) -> list[DraftView]:
    """Return the drafts of a course, by name.

    Raises
    ------
    NotFoundError
        If the viewer is not an instructor of the course.
    """
    require_instructor(session, course_id, viewer_id)
    rows = session.execute(
        select(Draft, User.name)
        .join(User, User.id == Draft.saved_by)
        .where(Draft.course_id == course_id)
        .order_by(Draft.slug)
    )
    return [_view(draft, name) for draft, name in rows]


def get(session: Session, course_id: int, slug: str, viewer_id: int) -> DraftView:
    """Return one draft.

    Raises
    ------
    NotFoundError
        If there is none, or the viewer is not an instructor of the course.
    """
    require_instructor(session, course_id, viewer_id)
    row = session.execute(
        select(Draft, User.name)
        .join(User, User.id == Draft.saved_by)
        .where(Draft.course_id == course_id, Draft.slug == slug)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"draft {slug} does not exist in this course")
    return _view(row[0], row[1])


def contents(store: BlobStore, draft: DraftView) -> dict[str, bytes]:
    """Return the files of a draft.

    Raises
    ------
    StorageError
        If one is missing or was changed on disk.
    """
    return {name: store.get(blob) for name, blob in draft.manifest.items()}


def create(
    session: Session,
    *,
    course_id: int,
    slug: str,
    manifest: Mapping[str, str],
    actor_id: int,
) -> None:
    """Begin a draft with files that are in the store already.

    Raises
    ------
    NotFoundError
        If the actor is not an instructor of the course.
    RefusedError
        ``bad-slug``, ``bad-name``, ``too-many-files``, or ``slug-taken``.
    """
    require_instructor(session, course_id, actor_id)
    require_slug(slug)
    require_names(manifest)
    taken = select(Draft.id).where(Draft.course_id == course_id, Draft.slug == slug)
    if session.scalars(taken).one_or_none() is not None:
        raise RefusedError(
            f"There is already a draft called {slug}.", code="slug-taken"
        )
    draft = Draft(
        course_id=course_id,
        slug=slug,
        manifest=dict(manifest),
        saved_by=actor_id,
        saved_at=database_now(session),
    )
    session.add(draft)
    session.flush()
    _note(session, draft, actor_id, sorted(manifest))


def save(
    session: Session,
    *,
    course_id: int,
    slug: str,
    version: int,
    changes: Mapping[str, str | None],
    actor_id: int,
) -> int:
    """Change files of a draft and return its new version.

    Parameters
    ----------
    version
        That the changes were made on; another one has been saved since if it differs.
    changes
        File name to the SHA-256 of its new bytes, which are in the store already, or
        ``None`` to take the file away.

    Raises
    ------
    NotFoundError
        If there is no such draft, or the actor is not an instructor of the course.
    RefusedError
        ``changed-meanwhile``; nothing was saved. Else ``bad-name``, ``too-many-files``
        or ``spec-needed``.
    """
    draft = _row(session, course_id, slug, actor_id)
    manifest = _with(draft.manifest, changes)
    changed = sorted(
        name
        for name in {*manifest, *draft.manifest}
        if manifest.get(name) != draft.manifest.get(name)
    )
    if not changed and version == draft.version:
        return draft.version
    # One statement decides between two people who save at the same moment.
    new = session.execute(
        update(Draft)
        .where(Draft.id == draft.id, Draft.version == version)
        .values(
            manifest=manifest,
            version=version + 1,
            saved_by=actor_id,
            saved_at=database_now(session),
        )
        .returning(Draft.version)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if new is None:
        raise RefusedError(
            "Somebody else has saved this draft since you opened it. Nothing of yours "
            "was saved yet.",
            code="changed-meanwhile",
        )
    session.refresh(draft)
    _note(session, draft, actor_id, changed)
    return new


def delete(session: Session, course_id: int, slug: str, actor_id: int) -> None:
    """Delete a draft; ``fetch_back`` makes it again.

    Raises
    ------
    NotFoundError
        If there is no such draft, or the actor is not an instructor of the course.
    """
    draft = _row(session, course_id, slug, actor_id)
    audit.add(
        session,
        DELETED,
        actor_id=actor_id,
        old={"course": course_id, "draft": slug, "files": dict(draft.manifest)},
    )
    session.delete(draft)
    session.flush()


def history(session: Session, course_id: int, slug: str, viewer_id: int) -> list[Save]:
    """Return the saves of a draft, the newest first.

    Raises
    ------
    NotFoundError
        If the viewer is not an instructor of the course.
    """
    require_instructor(session, course_id, viewer_id)
    rows = session.execute(
        select(AuditEntry, User.name)
        .join(User, User.id == AuditEntry.actor_id)
        .where(
            AuditEntry.action == SAVED,
            AuditEntry.new["course"].as_integer() == course_id,
            AuditEntry.new["draft"].as_string() == slug,
        )
        .order_by(AuditEntry.id.desc())
        .limit(_MOST_SAVES)
    )
    return [
        Save(
            entry.id, entry.new["version"], name, entry.at, tuple(entry.new["changed"])
        )
        for entry, name in rows
    ]


def deleted(session: Session, course_id: int, viewer_id: int) -> list[Deleted]:
    """Return the drafts that were deleted and have not come back, the last first.

    Raises
    ------
    NotFoundError
        If the viewer is not an instructor of the course.
    """
    require_instructor(session, course_id, viewer_id)
    there = set(session.scalars(select(Draft.slug).where(Draft.course_id == course_id)))
    rows = session.execute(
        select(AuditEntry, User.name)
        .join(User, User.id == AuditEntry.actor_id)
        .where(
            AuditEntry.action == DELETED,
            AuditEntry.old["course"].as_integer() == course_id,
        )
        .order_by(AuditEntry.id.desc())
        .limit(_MOST_SAVES)
    )
    found: dict[str, Deleted] = {}
    for entry, name in rows:
        slug = entry.old["draft"]
        if slug not in there:
            found.setdefault(slug, Deleted(entry.id, slug, name, entry.at))
    return list(found.values())


def fetch_back(
    session: Session, store: BlobStore, course_id: int, entry_id: int, actor_id: int
) -> str:
    """Make a draft what it was at a save, or before it was deleted; return its slug.

    Raises
    ------
    NotFoundError
        If the course has no such save, or the actor is not its instructor.
    RefusedError
        ``files-gone`` if its files were tidied away since.
    """
    require_instructor(session, course_id, actor_id)
    entry = session.get(AuditEntry, entry_id)
    stated = None
    if entry is not None and entry.action in (SAVED, DELETED):
        stated = entry.new if entry.action == SAVED else entry.old
    if not stated or stated["course"] != course_id:
        raise NotFoundError(f"save {entry_id} does not exist in this course")
    slug, manifest = stated["draft"], stated["files"]
    if any(store.trouble(blob, reads=False) for blob in manifest.values()):
        raise RefusedError(
            "The files of this version have been tidied away since.", code="files-gone"
        )
    row = select(Draft).where(Draft.course_id == course_id, Draft.slug == slug)
    draft = session.scalars(row).one_or_none()
    if draft is None:
        create(
            session,
            course_id=course_id,
            slug=slug,
            manifest=manifest,
            actor_id=actor_id,
        )
        return slug
    gone = {name: None for name in draft.manifest if name not in manifest}
    save(
        session,
        course_id=course_id,
        slug=slug,
        version=draft.version,
        changes={**manifest, **gone},
        actor_id=actor_id,
    )
    return slug


def _with(
    manifest: Mapping[str, str], changes: Mapping[str, str | None]
) -> dict[str, str]:
    """Return the files after a change, as far as an assignment can have them."""
    found = dict(manifest)
    for name, blob in changes.items():
        if blob is None:
            found.pop(name, None)
        else:
            found[name] = blob
    if SPEC_FILE not in found:
        raise RefusedError(
            f"{SPEC_FILE} is what makes it an assignment; it cannot be taken away.",
            code="spec-needed",
        )
    require_names(found)
    return found


def _row(session: Session, course_id: int, slug: str, actor_id: int) -> Draft:
    require_instructor(session, course_id, actor_id)
    draft = session.scalars(
        select(Draft).where(Draft.course_id == course_id, Draft.slug == slug)
    ).one_or_none()
    if draft is None:
        raise NotFoundError(f"draft {slug} does not exist in this course")
    return draft


def _note(session: Session, draft: Draft, actor_id: int, changed: list[str]) -> None:
    audit.add(
        session,
        SAVED,
        actor_id=actor_id,
        new={
            "course": draft.course_id,
            "draft": draft.slug,
            "version": draft.version,
            "changed": changed,
            "files": dict(draft.manifest),
        },
    )


def _view(draft: Draft, name: str) -> DraftView:
    return DraftView(
        id=draft.id,
        course_id=draft.course_id,
        slug=draft.slug,
        version=draft.version,
        manifest=dict(draft.manifest),
        saved_by=name,
        saved_at=draft.saved_at,
    )
