"""Making a backup while the service runs."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

from sqlalchemy.orm import Session

from grader.db import Database, database_now, revision
from grader.errors import StorageError
from grader.services.backup import archive, postgres, sqlite
from grader.services.backup.archive import FORMAT, Manifest, Writer
from grader.services.backup.rows import row_counts
from grader.services.invariants.submissions import manifests
from grader.storage import BlobStore

DUMPS: Mapping[str, ModuleType] = {each.KIND: each for each in (sqlite, postgres)}

Progress = Callable[[str, int, int], None]
"""Told what is done now, how much of it is done, and how much there is."""


def ignore(_what: str, _done: int, _total: int) -> None:
    """Take no notice of progress."""


def make(
    database: Database,
    store: BlobStore,
    target: Path,
    *,
    version: str,
    on_progress: Progress = ignore,
) -> Manifest:
    """Write everything that is kept, as it is at one moment, into one file.

    The file has its name only once it is whole and on disk. Secrets of the settings are
    not in it; passwords are, as hashes.

    Parameters
    ----------
    version
        Of this program.

    Raises
    ------
    RefusedError
        ``backup-exists``, ``no-program`` or ``old-program``.
    StorageError
        If the database is away or the disk full; no file is left.
    """
    dumps = DUMPS[database.engine.dialect.name]
    with (
        archive.writing(target) as writer,
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder,
        dumps.dumped(database, Path(folder)) as (dump, session),
    ):
        on_progress("database", 0, 1)
        digest = writer.add_database(dump)
        on_progress("database", 1, 1)
        blobs, damaged = _add_blobs(writer, session, store, on_progress)
        manifest = Manifest(
            format=FORMAT,
            made_at=database_now(session).isoformat(),
            grader=version,
            kind=dumps.KIND,
            server=dumps.server_version(session),
            revision=revision(session),
            rows=row_counts(session),
            database_sha256=digest,
            blobs=blobs,
            damaged=damaged,
        )
        writer.add_manifest(manifest)
    return manifest


def _add_blobs(
    writer: Writer, session: Session, store: BlobStore, on_progress: Progress
) -> tuple[dict[str, int], dict[str, str]]:
    """Add each file that a row names; return their sizes, and what is wrong."""
    named = sorted({blob for _, files in manifests(session) for blob in files.values()})
    sizes: dict[str, int] = {}
    damaged: dict[str, str] = {}
    for at, name in enumerate(named, start=1):
        try:
            data = store.get(name)
        except StorageError:
            # A backup without one file is better than none; it says which.
            damaged[name] = store.trouble(name) or "could not be read"
        else:
            writer.add_blob(name, data)
            sizes[name] = len(data)
        on_progress("files", at, len(named))
    return sizes, damaged
