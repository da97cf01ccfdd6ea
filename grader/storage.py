"""A folder of files named by the SHA-256 of their bytes: what was stored is safe."""

import hashlib
import os
import tempfile
from pathlib import Path

from grader.errors import StorageError


class BlobStore:
    """Keeps bytes under their own hash; never changes or deletes one.

    Parameters
    ----------
    directory
        Made when first needed. Must be on one file system.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def put(self, data: bytes) -> str:
        """Store bytes and return their hash once they are safe on disk.

        Raises
        ------
        StorageError
            If the disk refused; nothing is left behind.
        """
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        try:
            if not path.exists():
                self._write(path, data)
        except OSError as error:
            raise StorageError(
                f"blob store: must be able to write {len(data)} bytes, "
                f"got {error.strerror}"
            ) from error
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes with this hash.

        Raises
        ------
        StorageError
            If they are missing, unreadable or changed on disk.
        """
        try:
            data = self._path(name).read_bytes()
        except OSError as error:
            raise StorageError(
                f"blob store: must hold {name}, got {error.strerror}"
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != name:
            raise StorageError(
                f"blob store: {name} must be unchanged, got bytes of {found}"
            )
        return data

    def _path(self, name: str) -> Path:
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise StorageError(f"blob store: name must be a SHA-256, got {name!r}")
        return self.directory / name[:2] / name

    def _write(self, path: Path, data: bytes) -> None:
        folder = path.parent
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(self.directory)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
        try:
            with open(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
