"""Rows 5 and 6: archives are read in memory, to the end of a budget and no further."""

import io
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from grader.db import Database
from grader.errors import RefusedError
from grader.intake import archives
from tests.security.addresses import state
from tests.security.furnished import Furnished
from tests.web.conftest import ASSIGNMENT, upload

Visit = Callable[[str], FlaskClient]
MEGABYTE = 1 << 20
PATHS = (
    *("../evil.py", "../../evil.py", "a/../../evil.py", "/evil.py", "//evil.py"),
    *("/etc/cron.d/evil.py", "C:/evil.py", "C:evil.py", "c:\\evil.py", "..\\evil.py"),
    *("a\\..\\..\\evil.py", "\\\\host\\share\\evil.py", "a/b/../../../evil.py"),
    *("mlp.py/../../evil.py", "./../evil.py", "a/./../../evil.py", "evil.py\0.txt"),
    *("a\0b/evil.py", "/".join("abcdefghijk") + "/evil.py", "../" * 50 + "evil.py"),
)
MODES = (0o120777, 0o020666, 0o060666, 0o010666, 0o140666, 0o040755)


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], how: int = 8) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def special(mode: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("mlp.py")
    member.create_system = 3
    member.external_attr = mode << 16
    return member


def lying(claimed: int, content: bytes) -> bytes:
    """Return an archive whose member states another size than it has."""
    honest = zipped(("mlp.py", content))
    return honest.replace(struct.pack("<I", len(content)), struct.pack("<I", claimed))


def overlapping(copies: int, content: bytes) -> bytes:
    """Return an archive whose directory names one member many times."""
    honest = zipped(("mlp.py", content))
    start = honest.index(b"PK\x01\x02")
    end = honest.index(b"PK\x05\x06")
    entry = honest[start:end]
    tail = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, copies, copies, len(entry) * copies, start, 0
    )
    return honest[:start] + entry * copies + tail


def tarred(compression: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{compression}") as archive:  # type: ignore[call-overload]
        member = tarfile.TarInfo("../evil.py")
        member.type = tarfile.SYMTYPE
        member.linkname = "/etc/passwd"
        archive.addfile(member)
    return buffer.getvalue()


def crafted() -> Iterator[bytes]:
    good = zipped(("mlp.py", b"x = 1\n"), ("more.py", b"y = 2\n"))
    yield from (zipped((path, b"x = 1\n"), ("mlp.py", b"x\n")) for path in PATHS)
    yield from (zipped((special(mode), b"/etc/passwd")) for mode in MODES)
    yield from (good[:cut] for cut in range(4, len(good), len(good) // 14))
    yield from (
        good.replace(b"mlp.py", bad, 1) for bad in (b"\xff\xfe\x00abc", b"../ab.")
    )
    yield from map(tarred, ("", "gz", "bz2", "xz"))
    yield from (zipped(("mlp.py", b"x\n"), how=how) for how in (12, 14))
    yield from (lying(size, b"x" * 999) for size in (0, 1, 0xFFFFFFFE, 0x7FFFFFFF))
    yield zipped(("mlp.py", b"x\n"), ("MLP.PY", b"y\n"))
    yield zipped(("nested.zip", good), ("nested2.zip", zipped(("nested.zip", good))))
    yield zipped(*((f"m{k}.py", b"x\n") for k in range(400)))
    yield b"PK\x05\x06" + b"\0" * 18
    yield b"PK\x05\x06" + b"\xff" * 18
    yield b"#!/usr/bin/env python\n" + good[30:]
    yield overlapping(60, b"x = 1\n" * 999)


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "blobs" not in path.parts}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_crafted_archive_writes_a_file_breaks_a_page_or_costs_an_attempt(
    objects: Furnished, visit: Visit, database: Database
) -> None:
    client = visit("ben")
    around = objects.world.settings.home.parent
    there, before = files(around), state(database)
    hostile = [*crafted()]
    answers = [
        upload(client, {"work.zip": one}, path=f"{ASSIGNMENT}/look") for one in hostile
    ]
    refused = [answer.status_code for answer in answers]
    assert len(set(hostile)) >= 55
    assert set(refused) <= {200, 422}
    assert refused.count(422) > 45
    assert files(around) == there
    assert state(database) == before


@pytest.mark.parametrize(
    "bomb",
    [
        zipped(("mlp.py", b"\0" * (100 * MEGABYTE))),
        zipped(*((f"m{k}.py", b"\0" * MEGABYTE) for k in range(100))),
        zipped(("a.zip", zipped(("mlp.py", b"\0" * (60 * MEGABYTE)))), ("b.py", b"x")),
        overlapping(150, b"\0" * (8 * MEGABYTE)),
        lying(10, b"\0" * (60 * MEGABYTE)),
    ],
    ids=["flat", "many", "nested", "overlapping", "lying"],
)
def test_a_bomb_is_refused_or_left_packed_in_little_memory(bomb: bytes) -> None:
    tracemalloc.start()
    kept: dict[str, bytes] = {}
    with suppress(RefusedError):
        kept = archives.unpack("bomb.zip", bomb, 8 * MEGABYTE).files
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(map(len, kept.values())) <= 8 * MEGABYTE
    assert peak < 50 * MEGABYTE
