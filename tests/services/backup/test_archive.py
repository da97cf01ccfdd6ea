"""The file of a backup: there and whole, or not there at all."""

import errno
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from grader.errors import RefusedError, StorageError
from grader.services.backup import archive
from grader.services.backup.archive import FORMAT, Manifest

DUMP = b"content of a database"


def manifest(**changes: object) -> Manifest:
    facts: dict[str, object] = {
        "format": FORMAT,
        "made_at": "2026-03-01T12:00:00+00:00",
        "grader": "1.0",
        "kind": "sqlite",
        "server": "3",
        "revision": "0001",
        "rows": {},
        "database_sha256": "0" * 64,
        "blobs": {},
        "damaged": {},
    }
    return Manifest(**{**facts, **changes})  # type: ignore[arg-type]


def write(target: Path, **changes: object) -> None:
    dump = target.with_name("dump")
    dump.write_bytes(DUMP)
    with archive.writing(target) as writer:
        digest = writer.add_database(dump)
        writer.add_manifest(manifest(database_sha256=digest, **changes))
    dump.unlink()


def refusal(source: Path) -> RefusedError:
    with pytest.raises(RefusedError) as refused, archive.reading(source) as reader:
        list(reader.verify())
    assert refused.value.message.endswith(".")
    return refused.value


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write(tmp_path / "b.tar", rows={"course": 2})

    with archive.reading(tmp_path / "b.tar") as reader:
        assert list(reader.verify()) == ["database"]
        assert reader.manifest.rows == {"course": 2}
        reader.copy_database(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == DUMP


def test_nobody_else_may_read_a_backup(tmp_path: Path) -> None:
    write(tmp_path / "b.tar")

    assert (tmp_path / "b.tar").stat().st_mode & 0o077 == 0


def test_a_backup_never_replaces_a_file(tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"precious")

    with pytest.raises(RefusedError, match="is there already"):
        write(tmp_path / "b.tar")

    assert (tmp_path / "b.tar").read_bytes() == b"precious"


def test_a_backup_that_is_stopped_midway_leaves_nothing(tmp_path: Path) -> None:
    def stop() -> None:
        with archive.writing(tmp_path / "b.tar") as writer:
            writer.add_blob("0" * 64, b"x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()

    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(StorageError, match="No space left"),
        archive.writing(tmp_path / "b.tar") as writer,
    ):
        writer.add_manifest(manifest())

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match="No such file or directory"),
        archive.writing(tmp_path / "none" / "b.tar"),
    ):
        pass


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"\0" * 10_240])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(content)

    assert refusal(tmp_path / "b.tar").code == "damaged-backup"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "b.tar").code == "no-backup"


def test_a_backup_cut_anywhere_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "b.tar")
    whole = (tmp_path / "b.tar").read_bytes()
    # Behind the last member there are only zeros that say that nothing follows.
    end = whole.rindex(b"}") + 1

    for length in range(0, end, 97):
        (tmp_path / "cut.tar").write_bytes(whole[:length])
        assert refusal(tmp_path / "cut.tar").code == "damaged-backup"


@pytest.mark.parametrize(
    "stated", [b"[]", b"{", b'{"format": 1}', b"\xff", b'{"format": {}}']
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, stated: bytes) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        member = tarfile.TarInfo(archive.MANIFEST)
        member.size = len(stated)
        tar.addfile(member, io.BytesIO(stated))

    assert refusal(tmp_path / "b.tar").code == "damaged-backup"


def test_a_newer_format_is_told_from_a_damaged_file(tmp_path: Path) -> None:
    write(tmp_path / "b.tar", format=FORMAT + 1)

    assert refusal(tmp_path / "b.tar").code == "unknown-backup"


def test_a_link_in_place_of_the_database_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(DUMP)
    text = json.dumps(dict.fromkeys(manifest().__slots__, "") | {"format": 1})
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        link = tarfile.TarInfo(archive.DATABASE)
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        tar.addfile(link)
        stated = text.replace('"rows": ""', '"rows": {}').replace(
            '"blobs": ""', '"blobs": {}'
        )
        stated = stated.replace('"damaged": ""', '"damaged": {}')
        member = tarfile.TarInfo(archive.MANIFEST)
        member.size = len(stated)
        tar.addfile(member, io.BytesIO(stated.encode()))

    assert "database is missing" in refusal(tmp_path / "b.tar").message
