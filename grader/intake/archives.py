"""Zip archives: read into memory, member by member, believing nothing they declare."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from grader.errors import RefusedError
from grader.intake.names import (
    amount,
    clean_name,
    is_ignored,
    listed,
    megabytes,
    suffix_of,
)

Kept = TypeVar("Kept")
MAX_FILES = 200
MAX_MEMBERS = 5000
MAX_RATIO = 100
RATIO_FREE_BYTES = 256 << 10
MAX_DEPTH = 8
READ_BYTES = 64 << 10
_MEMBER_MARK = b"PK\x01\x02"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The Python files and notebooks of an archive, and what was left out.

    Parameters
    ----------
    files
        Path below the common top folder to bytes.
    """

    files: dict[str, bytes]
    notices: tuple[str, ...]


def unpack(name: str, data: bytes, max_bytes: int) -> Unpacked:
    """Return the graded files of a zip archive.

    Parameters
    ----------
    name
        For messages.
    max_bytes
        Most bytes that all kept members may have together, counted while reading.

    Raises
    ------
    RefusedError
        With code ``bad-archive``, ``unsafe-archive``, ``archive-too-large``,
        ``archive-case-duplicates`` or ``no-python-in-archive``.
    """
    return _opened(
        name, data, lambda archive: _read(name, archive, len(data), max_bytes)
    )


def unpack_all(name: str, data: bytes, max_bytes: int) -> dict[str, bytes]:
    """Return every file of a zip archive but those that tools leave behind.

    The limits are those of ``unpack``, and so are the refusals.
    """

    def read(archive: zipfile.ZipFile) -> dict[str, bytes]:
        kept, paths = _kept(name, archive)
        named = [(str(paths[id(m)]), m) for m in kept]
        files = _contents(name, archive, named, len(data), max_bytes)
        return _without_top_folder(files)

    return _opened(name, data, read)


def _opened(name: str, data: bytes, read: Callable[[zipfile.ZipFile], Kept]) -> Kept:
    """Read an archive; one that is damaged is refused in words."""
    # The mark is counted before zipfile builds one object for each member.
    if data.count(_MEMBER_MARK) > MAX_MEMBERS:
        raise _too_many(name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return read(archive)
    except _DAMAGE as error:
        raise RefusedError(
            f"{name} is not a zip archive that can be read; please make it again.",
            code="bad-archive",
        ) from error


def _kept(
    name: str, archive: zipfile.ZipFile
) -> tuple[list[zipfile.ZipInfo], dict[int, PurePosixPath]]:
    """Return the members that somebody wrote, and the path of every member."""
    members = [m for m in archive.infolist() if not m.is_dir()]
    paths = {id(m): _safe_path(name, m) for m in members}
    kept = [m for m in members if not is_ignored(paths[id(m)])]
    for member in kept:
        _refuse_unsafe(name, member)
    return kept, paths


def _contents(
    name: str,
    archive: zipfile.ZipFile,
    named: list[tuple[str, zipfile.ZipInfo]],
    packed: int,
    max_bytes: int,
) -> dict[str, bytes]:
    """Read members, within the number and the bytes that are accepted."""
    if len(named) > MAX_FILES:
        raise _too_many(name)
    _refuse_duplicates(name, [path for path, _ in named])
    budget = min(max_bytes, max(MAX_RATIO * packed, RATIO_FREE_BYTES))
    files: dict[str, bytes] = {}
    for path, member in named:
        files[path] = _content(name, archive, member, budget)
        budget -= len(files[path])
    return files


def _read(name: str, archive: zipfile.ZipFile, packed: int, max_bytes: int) -> Unpacked:
    kept, paths = _kept(name, archive)
    graded = [m for m in kept if suffix_of(m.filename) in {".py", ".ipynb"}]
    if not graded:
        raise RefusedError(
            f"{name} holds no Python file and no notebook.",
            code="no-python-in-archive",
        )
    named = [(str(paths[id(m)]), m) for m in graded]
    files = _contents(name, archive, named, packed, max_bytes)
    tools = sum(is_ignored(path) for path in paths.values())
    others = [str(paths[id(m)]) for m in kept if m not in graded]
    return Unpacked(_without_top_folder(files), _notices(name, tools, others))


def _safe_path(name: str, member: zipfile.ZipInfo) -> PurePosixPath:
    # orig_filename: zipfile itself cuts at NUL, and on Windows turns backslashes.
    raw = member.orig_filename
    parts = raw.split("/")
    climbs = ".." in parts or raw.startswith("/") or re.match(r"[A-Za-z]:", raw)
    if climbs or "\\" in raw or "\0" in raw:
        raise RefusedError(
            f"{name} holds a file whose path would lead outside the archive; "
            "please zip your files again.",
            code="unsafe-archive",
            detail=clean_name(raw),
        )
    cleaned = [part if part.startswith(".") else clean_name(part) for part in parts]
    path = PurePosixPath(*[part for part in cleaned if part not in {"", "."}])
    if len(path.parts) > MAX_DEPTH:
        raise RefusedError(
            f"{name} has folders nested more than {MAX_DEPTH} deep; "
            "please zip only the files of this assignment.",
            code="unsafe-archive",
        )
    return path


def _refuse_unsafe(name: str, member: zipfile.ZipInfo) -> None:
    shown = clean_name(member.filename)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        what = "a link" if kind == stat.S_IFLNK else "a device"
        raise RefusedError(
            f"{shown} in {name} is {what}, not a file; please zip the file itself.",
            code="unsafe-archive",
        )
    if member.flag_bits & 0x1:
        raise RefusedError(
            f"{name} is protected by a password; please zip it without one.",
            code="unsafe-archive",
        )
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise RefusedError(
            f"{name} uses an unusual compression; please make an ordinary zip.",
            code="bad-archive",
        )


def _refuse_duplicates(name: str, paths: list[str]) -> None:
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.get(path.casefold())
        seen[path.casefold()] = path
        if other is not None:
            raise RefusedError(
                f"{name} holds both {other} and {path}, which are the same file on "
                "some computers; please keep one of them.",
                code="archive-case-duplicates",
            )


def _content(
    name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: int
) -> bytes:
    """Read one member in pieces; the declared size may be a lie."""
    pieces: list[bytes] = []
    size = 0
    with archive.open(member) as stream:
        while piece := stream.read(READ_BYTES):
            size += len(piece)
            if size > budget:
                raise RefusedError(
                    f"{name} unpacks to more than is accepted; please zip only the "
                    "files of this assignment.",
                    code="archive-too-large",
                    detail=f"stopped in {clean_name(member.filename)} "
                    f"after {megabytes(size)}",
                )
            pieces.append(piece)
    return b"".join(pieces)


def _without_top_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """Strip the folders that all files share."""
    while files and all("/" in path for path in files):
        tops = {path.split("/", 1)[0] for path in files}
        if len(tops) > 1:
            break
        files = {path.split("/", 1)[1]: data for path, data in files.items()}
    return files


def _notices(name: str, tools: int, others: list[str]) -> tuple[str, ...]:
    notices: list[str] = []
    if tools:
        verb = "was" if tools == 1 else "were"
        notices.append(
            f"{amount(tools, 'file')} in {name} {verb} ignored: hidden files, caches "
            "and installed packages are not part of a submission."
        )
    if others:
        verb = "was" if len(others) == 1 else "were"
        notices.append(
            f"{listed(others)} in {name} {verb} ignored: only .py files and notebooks "
            "are used."
        )
    return tuple(notices)


def _too_many(name: str) -> RefusedError:
    return RefusedError(
        f"{name} holds more than {MAX_FILES} files; please zip only the files "
        "of this assignment.",
        code="archive-too-large",
    )
