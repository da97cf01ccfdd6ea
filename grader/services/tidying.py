"""Finding and deleting files that no row needs any more.

A file may be needed by a row that is being written just now. Whoever stores bytes sets
the time of their file first and writes the row after; so a file whose time is days ago
is needed by rows that everybody sees, or by none.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from grader.errors import StorageError
from grader.services.invariants.submissions import manifests
from grader.storage import UNFINISHED, BlobStore

DAY_SECONDS = 86_400.0
_GOING = ".going-"


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file that no row needs.

    Parameters
    ----------
    is_unfinished
        Left by a process that died while it wrote; otherwise a whole file.
    """

    path: Path
    bytes: int
    is_unfinished: bool


def leftovers(session: Session, store: BlobStore, *, days: float) -> list[Leftover]:
    """Return what may be deleted: unfinished files of yesterday, old files without row.

    Parameters
    ----------
    days
        How old a whole file must be.

    Raises
    ------
    StorageError
        If the store or the database cannot be read.
    """
    # The files first: rows that come meanwhile only add to what is needed.
    with _said_as_ours():
        _bring_back(store)
        old = list(_old_files(store, days))
    needed = {blob for _, files in manifests(session) for blob in files.values()}
    return [each for each in old if each.is_unfinished or each.path.name not in needed]


def delete(found: list[Leftover], *, days: float) -> list[Leftover]:
    """Delete leftovers; return those that were still old when their turn came.

    Raises
    ------
    StorageError
        If the disk refused.
    """
    with _said_as_ours():
        return [each for each in found if _delete(each, days)]


def _delete(leftover: Leftover, days: float) -> bool:
    """Delete one file, unless somebody has just stored the same bytes again."""
    path = leftover.path
    limit = DAY_SECONDS * (1 if leftover.is_unfinished else days)
    try:
        if _age_seconds(path) < limit:
            return False
        if leftover.is_unfinished:
            path.unlink()
            return True
        # Whoever stores these bytes from now on finds no file and writes a new one;
        # whoever found this one before has set its time.
        going = path.with_name(_GOING + path.name)
        path.rename(going)
        if _age_seconds(going) < limit:
            going.rename(path)
            return False
        going.unlink()
    except FileNotFoundError:
        return False
    return True


def _bring_back(store: BlobStore) -> None:
    """Give files their names again whose deletion was cut short."""
    for path in store.directory.glob(f"*/{_GOING}*"):
        path.replace(path.with_name(path.name.removeprefix(_GOING)))


def _old_files(store: BlobStore, days: float) -> Iterator[Leftover]:
    for path in sorted(store.directory.glob("*/*")):
        is_unfinished = path.name.startswith(UNFINISHED)
        limit = DAY_SECONDS * (1 if is_unfinished else days)
        if path.is_file() and _age_seconds(path) >= limit:
            yield Leftover(path, path.stat().st_size, is_unfinished)


def _age_seconds(path: Path) -> float:
    return time.time() - path.stat().st_mtime


@contextmanager
def _said_as_ours() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"blob store: must be tidied, got {error}") from error
