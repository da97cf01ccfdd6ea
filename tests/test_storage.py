"""The store of files: what was put is there, whole, or an error says why not."""

import errno
import hashlib
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.errors import StorageError
from grader.storage import BlobStore
from tests.requirements import require


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "not" / "there" / "yet")


def files(store: BlobStore) -> list[Path]:
    return [path for path in store.directory.rglob("*") if path.is_file()]


def test_what_was_put_comes_back_under_its_hash(blobs: BlobStore) -> None:
    name = blobs.put(b"some bytes")
    assert name == hashlib.sha256(b"some bytes").hexdigest()
    assert blobs.get(name) == b"some bytes"


def test_equal_bytes_are_stored_once(blobs: BlobStore) -> None:
    assert blobs.put(b"") == blobs.put(b"")
    assert len(files(blobs)) == 1


def test_many_writers_of_the_same_bytes_leave_one_whole_file(blobs: BlobStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: blobs.put(b"x" * 100_000), range(16)))
    assert len(names) == 1
    assert len(files(blobs)) == 1
    assert blobs.get(names.pop()) == b"x" * 100_000


def test_file_and_folder_are_synced_before_the_name_is_given(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real_sync, real_replace = os.fsync, os.replace

    def sync(handle: int) -> None:
        kind = "folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file"
        done.append(kind)
        real_sync(handle)

    def replace(old: str, new: str) -> None:
        done.append("rename")
        real_replace(old, new)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    blobs.put(b"makes all folders")
    assert done[-4:] == ["file", "rename", "folder", "folder"]
    # The store, the two folders above it, and the one with the first digits.
    assert done[:-4] == ["folder"] * 4


def test_a_name_that_somebody_else_made_is_made_safe_before_it_is_relied_on(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs.put(b"the same")
    synced: list[str] = []
    monkeypatch.setattr(
        os,
        "fsync",
        lambda handle: synced.append(os.readlink(f"/proc/self/fd/{handle}")),
    )

    name = BlobStore(blobs.directory).put(b"the same")

    assert synced == [str(blobs.directory / name[:2]), str(blobs.directory)]


def test_a_damaged_file_is_whole_again_when_the_same_bytes_come(
    blobs: BlobStore,
) -> None:
    name = blobs.put(b"right")
    (path,) = files(blobs)
    path.write_bytes(b"wrong")

    blobs.put(b"right")

    assert blobs.get(name) == b"right"


def test_a_disk_that_is_really_full_leaves_nothing_behind(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(tmp_path)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        require("mount", "this user may not mount a small file system")
    try:
        small = BlobStore(tmp_path / "blobs")
        kept = small.put(b"fits")
        with pytest.raises(StorageError, match="No space left"):
            small.put(bytes(100_000))
        assert len(files(small)) == 1
        assert small.get(kept) == b"fits"
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), "is missing"),
        (lambda path: path.write_bytes(b"x"), "was changed on disk"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read: Is a directory"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    blobs: BlobStore, damage: Callable[[Path], object], said: str
) -> None:
    name = blobs.put(b"right")
    assert blobs.trouble(name) == ""
    damage(blobs.directory / name[:2] / name)

    assert blobs.trouble(name) == said


def test_a_quick_look_reads_no_file(blobs: BlobStore) -> None:
    name = blobs.put(b"right")
    (path,) = files(blobs)
    path.write_bytes(b"wrong")

    assert blobs.trouble(name, reads=False) == ""
    path.unlink()
    assert blobs.trouble(name, reads=False) == "is missing"
    assert blobs.trouble("../x") == "has a name that is no SHA-256"


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_disk_that_refuses_leaves_nothing_behind(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    blobs.put(b"first")
    monkeypatch.setattr(os, broken, refuse)
    with pytest.raises(StorageError, match="No space left"):
        blobs.put(b"second")
    assert len(files(blobs)) == 1


def test_changed_bytes_are_not_given_out(blobs: BlobStore) -> None:
    name = blobs.put(b"right")
    (path,) = files(blobs)
    path.write_bytes(b"wrong")
    with pytest.raises(StorageError, match="must be unchanged"):
        blobs.get(name)


def test_missing_bytes_are_an_error(blobs: BlobStore) -> None:
    with pytest.raises(StorageError, match="must hold"):
        blobs.get("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "G" * 64])
def test_only_a_hash_can_be_a_name(blobs: BlobStore, name: str) -> None:
    with pytest.raises(StorageError, match="must be a SHA-256"):
        blobs.get(name)
