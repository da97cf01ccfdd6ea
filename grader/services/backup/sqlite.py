"""Dumps of SQLite: a whole copy of the file."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from grader.db import BUSY_SECONDS, Database
from grader.errors import RefusedError, StorageError

KIND = "sqlite"
_WITH_IT = ("", "-wal", "-shm")


@contextmanager
def dumped(database: Database, folder: Path) -> Iterator[tuple[Path, Session]]:
    """Yield a copy of the database and a session that reads that copy.

    Others may write meanwhile; the copy is of one moment.

    Raises
    ------
    StorageError
        If the database cannot be read, or the copy not be written.
    """
    copy = folder / "database.sqlite3"
    try:
        with closing(_connected(_path(database.engine.url))) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.Error as error:
        raise StorageError(f"database: {error}") from error
    reader = Database(f"sqlite:///{copy}", pooled=False)
    try:
        with reader.read() as session:
            yield copy, session
    finally:
        reader.dispose()


def server_version(_session: Session) -> str:
    """Return the version of the library."""
    return sqlite3.sqlite_version


def check_tools(_url: URL) -> None:
    """Do nothing: the library is part of Python."""


def load(url: URL, dump: Path, aside: str) -> str:
    """Put a copy in the place of the database; return where the old one was moved to.

    Raises
    ------
    RefusedError
        ``database-in-use`` if a process has the old one open.
    StorageError
        If the copy is damaged, or cannot be written.
    """
    path = _path(url)
    _refuse_damage(dump)
    _refuse_if_open(path)
    moved = path.with_name(f"{path.name}.{aside}")
    fresh = path.with_name(f".{path.name}.{aside}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(dump, fresh)
        for suffix in _WITH_IT:
            with suppress(FileNotFoundError):
                os.rename(f"{path}{suffix}", f"{moved}{suffix}")
        os.rename(fresh, path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise StorageError(
            f"restore: must be able to write {path}, got {error.strerror}"
        ) from error
    return str(moved) if moved.exists() else ""


def forget(_url: URL, aside: str) -> None:
    """Delete what was moved aside."""
    for suffix in _WITH_IT:
        Path(f"{aside}{suffix}").unlink(missing_ok=True)


def _path(url: URL) -> Path:
    return Path(url.database or "")


def _connected(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)


def _refuse_damage(dump: Path) -> None:
    try:
        with closing(_connected(dump)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        raise StorageError(f"restore: the database of the backup is damaged: {found}")


def _refuse_if_open(path: Path) -> None:
    """Refuse if somebody has the file open: closing last removes the log beside it."""
    if not path.exists():
        return
    with suppress(sqlite3.Error), closing(_connected(path)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if Path(f"{path}-wal").exists():
        raise RefusedError(
            f"Another process has {path} open. Stop the service, then restore.",
            code="database-in-use",
        )


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o600)
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
