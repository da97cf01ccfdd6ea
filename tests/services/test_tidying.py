"""Only what nobody needs is deleted, also while somebody hands it in again."""

import os
import time
from pathlib import Path

import pytest

from grader.errors import StorageError
from grader.services import tidying
from grader.services.invariants import violations
from grader.services.tidying import DAY_SECONDS, Leftover, delete
from grader.storage import BlobStore
from tests.services.world import World

DAYS = 30.0


def path_of(store: BlobStore, name: str) -> Path:
    return store.directory / name[:2] / name


def make_old(path: Path, days: float = DAYS + 1) -> None:
    then = time.time() - days * DAY_SECONDS
    os.utime(path, (then, then))


def all_old(store: BlobStore) -> None:
    for path in store.directory.glob("*/*"):
        make_old(path)


def found(world: World) -> list[Leftover]:
    with world.database.read() as session:
        return tidying.leftovers(session, world.store, days=DAYS)


@pytest.fixture
def orphan(world: World) -> Path:
    """An old file that no row names, beside old ones that rows do name."""
    world.submit()
    path = path_of(world.store, world.store.put(b"refused at the last step"))
    all_old(world.store)
    return path


def test_an_old_file_without_a_row_is_found_with_its_size(
    world: World, orphan: Path
) -> None:
    assert found(world) == [Leftover(orphan, 24, is_unfinished=False)]


def test_what_rows_name_outlives_a_deletion(world: World, orphan: Path) -> None:
    gone = delete(found(world), days=DAYS)

    assert [each.path for each in gone] == [orphan]
    assert not orphan.exists()
    with world.database.read() as session:
        assert violations(session, world.store) == []


@pytest.mark.parametrize(("days", "is_kept"), [(29.9, True), (30.1, False)])
def test_a_file_is_left_alone_until_it_is_old(
    world: World, orphan: Path, days: float, is_kept: bool
) -> None:
    make_old(orphan, days)

    assert (found(world) == []) is is_kept


@pytest.mark.parametrize(("days", "is_kept"), [(0.9, True), (1.1, False)])
def test_an_unfinished_file_is_left_alone_for_a_day(
    world: World, days: float, is_kept: bool
) -> None:
    world.submit()
    unfinished = next(world.store.directory.iterdir()) / ".new-x"
    unfinished.write_bytes(b"half")
    make_old(unfinished, days)

    gone = delete(found(world), days=DAYS)

    assert unfinished.exists() is is_kept
    assert [each.is_unfinished for each in gone] == ([] if is_kept else [True])


def test_bytes_that_come_again_after_the_search_are_kept(
    world: World, orphan: Path
) -> None:
    listed = found(world)
    world.submit(text=orphan.read_text())

    gone = delete(listed, days=DAYS)

    assert gone == []
    with world.database.read() as session:
        assert violations(session, world.store) == []


def test_bytes_that_come_again_at_the_last_moment_are_kept(
    world: World, orphan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, rename = found(world), Path.rename

    def with_a_student_before(path: Path, target: Path) -> Path:
        if path == orphan:
            os.utime(path)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", with_a_student_before)
    gone = delete(listed, days=DAYS)

    assert gone == []
    assert orphan.read_bytes() == b"refused at the last step"


def test_a_deletion_that_was_cut_short_is_undone_first(
    world: World, orphan: Path
) -> None:
    going = orphan.with_name(f".going-{orphan.name}")
    orphan.rename(going)
    os.utime(going)

    assert found(world) == []
    assert orphan.exists()
    assert not going.exists()


def test_what_somebody_else_deleted_meanwhile_is_no_fault(
    world: World, orphan: Path
) -> None:
    listed = found(world)
    orphan.unlink()

    assert delete(listed, days=DAYS) == []


def test_a_disk_that_refuses_is_said(
    world: World, orphan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = found(world)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StorageError, match="Permission denied"):
        delete(listed, days=DAYS)
    assert orphan.exists()
