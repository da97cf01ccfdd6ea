"""The file of a backup: a plain tar whose last member says what must be in it.

Members are read by names that we know, never unpacked to where they say.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from grader.errors import RefusedError, StorageError

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
_BLOBS = "blobs/"
_LARGEST_MANIFEST = 1 << 30
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Parameters
    ----------
    made_at
        By the database's clock, ISO 8601, UTC.
    grader, kind, server
        Versions: of this program, ``sqlite`` or ``postgresql``, of the database.
    revision
        Version of the schema.
    rows
        Table name to number of rows.
    database_sha256
        Of the member ``database``.
    blobs
        SHA-256 of each file to its bytes.
    damaged
        Files that rows name and that were missing or changed already, with what was
        wrong; they are not in the backup.
    """

    format: int
    made_at: str
    grader: str
    kind: str
    server: str
    revision: str
    rows: Mapping[str, int]
    database_sha256: str
    blobs: Mapping[str, int]
    damaged: Mapping[str, str]


class Writer:
    """Writes members one after the other."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add_database(self, dump: Path) -> str:
        """Add the dump; return its SHA-256."""
        with dump.open("rb") as file:
            digest = _digest(file)
            file.seek(0)
            self._tar.addfile(_member(DATABASE, dump.stat().st_size), file)
        return digest

    def add_blob(self, name: str, data: bytes) -> None:
        """Add the bytes with this hash."""
        self._tar.addfile(_member(_BLOBS + name, len(data)), io.BytesIO(data))

    def add_manifest(self, manifest: Manifest) -> None:
        """Add what must be there; without it a backup is not whole."""
        text = json.dumps(asdict(manifest), indent=1).encode()
        self._tar.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """Yield a writer; the file has its name only when everything is on disk.

    Raises
    ------
    RefusedError
        ``backup-exists`` if there is a file of this name.
    StorageError
        If the disk refused; nothing is left behind.
    """
    if target.exists():
        raise RefusedError(
            f"{target} is there already; a backup never replaces another.",
            code="backup-exists",
        )
    try:
        with (
            _appearing_whole(target) as file,
            tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            yield Writer(tar)
    except OSError as error:
        raise StorageError(
            f"backup: must be able to write {target}, got {error.strerror}"
        ) from error


@contextmanager
def _appearing_whole(target: Path) -> Iterator[IO[bytes]]:
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".backup-")
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Reader:
    """Reads members by name, and refuses those that are not what they should be."""

    def __init__(self, tar: tarfile.TarFile, source: Path) -> None:
        self._tar = tar
        self._source = source
        self._members = {member.name: member for member in tar if member.isfile()}
        self.manifest = self._read_manifest()

    def verify(self) -> Iterator[str]:
        """Hash every member, and yield its name when it is right.

        Raises
        ------
        RefusedError
            ``damaged-backup``, at the first member that is missing or changed.
        """
        wanted = {DATABASE: self.manifest.database_sha256}
        wanted |= {_BLOBS + name: name for name in self.manifest.blobs}
        for name, digest in wanted.items():
            if _digest(self._open(name)) != digest:
                raise self._refusal(f"{name} was changed")
            yield name

    def blob(self, name: str) -> bytes:
        """Return the bytes with this hash."""
        data = self._open(_BLOBS + name).read()
        if hashlib.sha256(data).hexdigest() != name:
            raise self._refusal(f"{_BLOBS}{name} was changed")
        return data

    def copy_database(self, target: Path) -> None:
        """Write the dump to a new file and see that it is on disk."""
        source = self._open(DATABASE)
        with target.open("xb") as file:
            while piece := source.read(_PIECE):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def _read_manifest(self) -> Manifest:
        if MANIFEST not in self._members:
            raise self._refusal("it has no list of what must be in it")
        if self._members[MANIFEST].size > _LARGEST_MANIFEST:
            raise self._refusal("its list of what must be in it is too long")
        try:
            stated = json.loads(self._open(MANIFEST).read())
            manifest = _manifest(stated)
        except (ValueError, TypeError, KeyError):
            raise self._refusal(
                "its list of what must be in it is no such list"
            ) from None
        if manifest.format != FORMAT:
            raise RefusedError(
                f"{self._source} has format {manifest.format}, and this program reads "
                f"format {FORMAT}. A newer version of the grader can restore it.",
                code="unknown-backup",
            )
        return manifest

    def _open(self, name: str) -> IO[bytes]:
        member = self._members.get(name)
        file = None if member is None else self._tar.extractfile(member)
        if file is None:
            raise self._refusal(f"{name} is missing")
        return file

    def _refusal(self, what: str) -> RefusedError:
        return _damaged(self._source, what)


@contextmanager
def reading(source: Path) -> Iterator[Reader]:
    """Yield a reader of a backup.

    Raises
    ------
    RefusedError
        ``no-backup`` or ``damaged-backup``.
    """
    try:
        with tarfile.open(source, mode="r:") as tar:
            yield Reader(tar, source)
    except FileNotFoundError:
        raise RefusedError(f"There is no file {source}.", code="no-backup") from None
    except tarfile.ReadError as error:
        raise _damaged(source, f"it is no tar file, or cut short: {error}") from error


def _damaged(source: Path, what: str) -> RefusedError:
    return RefusedError(
        f"{source} is not a whole backup: {what}. Nothing was changed; take another.",
        code="damaged-backup",
    )


def _digest(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while piece := file.read(_PIECE):
        found.update(piece)
    return found.hexdigest()


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _manifest(stated: dict[str, Any]) -> Manifest:
    """Return a manifest from JSON; fields of newer formats are left out."""
    given = {field.name: stated[field.name] for field in fields(Manifest)}
    for name in ("rows", "blobs", "damaged"):
        if not isinstance(given[name], dict):
            raise TypeError(f"{name}: must be an object, got {given[name]!r}")
    return Manifest(**given)
