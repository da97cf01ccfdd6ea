"""A folder of files named by the SHA-256 of their bytes: what was stored is safe."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.errors import BlobDamagedError, StorageError

UNFINISHED = ".new-"


class BlobStore:
    """Keeps bytes under their own hash; never changes one.

    Parameters
    ----------
    directory
        Made when first needed. Must be on one file system.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        # Folders whose own names survive a power cut, as far as this object knows.
        self._safe: set[Path] = set()

    def put(self, data: bytes) -> str:
        """Store bytes and return their hash once they are safe on disk.

        Bytes that are there already are read again, so that a damaged file becomes
        whole when somebody hands in the same once more.

        Raises
        ------
        StorageError
            If the disk refused; nothing is left behind.
        """
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        with _refusing(len(data)):
            # First: whoever clears away what nobody needs looks at this time.
            with suppress(FileNotFoundError):
                os.utime(path)
            if self.trouble(name):
                self._write(path, data)
            # Also where somebody else wrote the file: its name may not be safe yet.
            _sync_folder(path.parent)
            if path.parent not in self._safe:
                _sync_folder(self.directory)
                self._safe.add(path.parent)
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes with this hash.

        Raises
        ------
        BlobDamagedError
            If they are missing or changed on disk.
        StorageError
            If they are unreadable.
        """
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise BlobDamagedError(
                f"blob store: must hold {name}, got {error.strerror}"
            ) from error
        except OSError as error:
            raise StorageError(
                f"blob store: must hold {name}, got {error.strerror}"
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != name:
            raise BlobDamagedError(
                f"blob store: {name} must be unchanged, got bytes of {found}"
            )
        return data

    def trouble(self, name: str, *, reads: bool = True) -> str:
        """Say what is wrong with a blob; empty if nothing is.

        Parameters
        ----------
        reads
            Hash its bytes; otherwise it only has to be there.
        """
        try:
            path = self._path(name)
        except StorageError:
            return "has a name that is no SHA-256"
        try:
            return _trouble_of_content(path, name) if reads else _absence(path)
        except OSError as error:
            return f"cannot be read: {error.strerror}"

    def _path(self, name: str) -> Path:
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise StorageError(f"blob store: name must be a SHA-256, got {name!r}")
        return self.directory / name[:2] / name

    def _write(self, path: Path, data: bytes) -> None:
        _make_folder(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
        try:
            with open(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it; each new name survives a power cut."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


@contextmanager
def _refusing(size: int) -> Iterator[None]:
    """Turn a disk that refuses so many bytes into our own exception."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"blob store: must be able to write {size} bytes, got {error.strerror}"
        ) from error


def _absence(path: Path) -> str:
    return "" if path.is_file() else "is missing"


def _trouble_of_content(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "is missing"
    return "" if found == name else "was changed on disk"


def _sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
