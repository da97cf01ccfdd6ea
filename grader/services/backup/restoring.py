"""Restoring a backup: everything is verified before anything is touched."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from grader.db import Database, known_revisions, migrate
from grader.errors import RefusedError, StorageError
from grader.models import GradingRun, RunStatus
from grader.services.backup import archive
from grader.services.backup.archive import Manifest, Reader
from grader.services.backup.making import DUMPS, Progress, ignore
from grader.services.backup.rows import has_content, row_counts
from grader.services.invariants import Finding, findings
from grader.storage import BlobStore

# Whoever waited when the backup was made has waited for long now; that is no fault.
_LATE = "nothing-is-stuck"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Parameters
    ----------
    moved_to
        Where the replaced database is now; empty if there was none.
    revision
        Version of the schema now.
    waiting
        Runs that will be graded once workers start.
    broken
        Promises that the restored content breaks.
    """

    manifest: Manifest
    moved_to: str
    revision: str
    waiting: int
    broken: tuple[Finding, ...]


def restore(
    source: Path,
    database_url: str,
    store: BlobStore,
    *,
    replace: bool = False,
    on_progress: Progress = ignore,
) -> Restored:
    """Put a backup in the place of a database, and its files into the store.

    Stop the service before. Every hash is compared first. An older schema is brought
    up to date. Files that the store already has stay.

    Parameters
    ----------
    replace
        Move a database aside that has content; it is kept.

    Raises
    ------
    RefusedError
        ``no-backup``, ``damaged-backup``, ``unknown-backup``, ``other-database``,
        ``not-empty``, ``database-in-use`` or ``no-program``; nothing was changed.
    StorageError
        If the database or the disk refused.
    """
    url = Database(database_url, pooled=False).engine.url
    with archive.reading(source) as reader:
        _refuse_unfit(reader.manifest, source, url)
        was_empty = _is_empty(url)
        if not was_empty and not replace:
            raise RefusedError(
                f"The database {url.render_as_string()} has content. --replace moves "
                "it aside and keeps it.",
                code="not-empty",
            )
        _verify(reader, on_progress)
        _add_blobs(reader, store, on_progress)
        moved_to = _load(reader, url, was_empty=was_empty)
    migrate(database_url)
    return _looked_over(reader.manifest, database_url, store, moved_to)


def _refuse_unfit(manifest: Manifest, source: Path, url: URL) -> None:
    kind = url.get_backend_name()
    if manifest.kind != kind:
        raise RefusedError(
            f"{source} is a backup of {manifest.kind}, and the database here is "
            f"{kind}: the two cannot be exchanged.",
            code="other-database",
        )
    if manifest.revision not in known_revisions():
        raise RefusedError(
            f"{source} was made by grader {manifest.grader}, whose tables (version "
            f"{manifest.revision}) this program does not know. Restore it with that "
            "version or a newer one.",
            code="unknown-backup",
        )
    DUMPS[kind].check_tools(url)


def _is_empty(url: URL) -> bool:
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return True
    database = Database(url.render_as_string(hide_password=False), pooled=False)
    try:
        with database.read() as session:
            return not has_content(session)
    finally:
        database.dispose()


def _verify(reader: Reader, on_progress: Progress) -> None:
    total = len(reader.manifest.blobs) + 1
    for at, _ in enumerate(reader.verify(), start=1):
        on_progress("verified", at, total)


def _add_blobs(reader: Reader, store: BlobStore, on_progress: Progress) -> None:
    total = len(reader.manifest.blobs)
    for at, name in enumerate(reader.manifest.blobs, start=1):
        store.put(reader.blob(name))
        on_progress("files", at, total)


def _load(reader: Reader, url: URL, *, was_empty: bool) -> str:
    """Load the dump and compare what came of it with the manifest."""
    dumps = DUMPS[url.get_backend_name()]
    aside = f"replaced-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    with tempfile.TemporaryDirectory(prefix="grader-restore-") as folder:
        dump = Path(folder) / "database"
        reader.copy_database(dump)
        moved_to: str = dumps.load(url, dump, aside)
    _compare(reader.manifest, url)
    if moved_to and was_empty:
        dumps.forget(url, moved_to)
        return ""
    return moved_to


def _compare(manifest: Manifest, url: URL) -> None:
    database = Database(url.render_as_string(hide_password=False), pooled=False)
    try:
        with database.read() as session:
            found = row_counts(session)
    finally:
        database.dispose()
    if found != dict(manifest.rows):
        names = sorted(set(found.items()) ^ set(manifest.rows.items()))
        raise StorageError(
            f"restore: tables must have the rows of the backup, got others in {names}"
        )


def _looked_over(
    manifest: Manifest, database_url: str, store: BlobStore, moved_to: str
) -> Restored:
    database = Database(database_url, pooled=False)
    try:
        with database.read() as session:
            found = findings(session, store)
            waiting = _waiting(session)
    finally:
        database.dispose()
    return Restored(
        manifest=manifest,
        moved_to=moved_to,
        revision=known_revisions()[0],
        waiting=waiting,
        broken=tuple(each for each in found if each.broken and each.id != _LATE),
    )


def _waiting(session: Session) -> int:
    pending = (RunStatus.QUEUED, RunStatus.RUNNING)
    counted = select(func.count()).where(GradingRun.status.in_(pending))
    return session.scalars(counted).one()
