"""What a backup brings back is what was there, row by row and file by file."""

import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, select, text

from grader.db import Database, alembic_config, migrate
from grader.errors import RefusedError, StorageError
from grader.models import Submission
from grader.services import audit, backup
from grader.services.backup import Manifest, restore
from grader.services.backup import postgres as postgres_dumps
from grader.services.invariants import violations
from tests.services.backup.conftest import Place
from tests.services.backup.kept import blobs_of, rows_of
from tests.services.world import World, make_world

VERSION = "1.2.3"


def made(world: World, target: Path) -> Manifest:
    return backup.make(world.database, world.store, target, version=VERSION)


def at_revision(url: str, revision: str) -> Database:
    """Return a database with the tables of an older version."""
    database = Database(url, pooled=False)
    Path(str(database.engine.url.database)).parent.mkdir(parents=True, exist_ok=True)
    config = alembic_config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    return database


@contextmanager
def three_writers(world: World) -> Iterator[list[Exception]]:
    """Let three people hand in and be graded meanwhile; yield what went wrong."""
    stop = threading.Event()
    failed: list[Exception] = []

    def write(user_id: int) -> None:
        try:
            while not stop.is_set():
                world.submit(user_id, text=f"x = {user_id}\n")
                world.grade(worker=f"w{user_id}")
        except Exception as error:  # noqa: BLE001 - of another thread
            failed.append(error)

    people = (world.student, world.other, world.ta)
    writers = [threading.Thread(target=write, args=(who,)) for who in people]
    for writer in writers:
        writer.start()
    try:
        yield failed
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)


def refusal(source: Path, place: Place) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        restore(source, place.url, place.store)
    assert refused.value.message.endswith(".")
    return refused.value


def test_rows_and_files_come_back_as_they_were(
    used: World, elsewhere: Place, tmp_path: Path
) -> None:
    manifest = made(used, tmp_path / "b.tar")

    done = restore(tmp_path / "b.tar", elsewhere.url, elsewhere.store)

    again = Database(elsewhere.url, pooled=False)
    assert rows_of(again) == rows_of(used.database)
    assert blobs_of(elsewhere.store) == blobs_of(used.store)
    assert (done.moved_to, done.broken, done.waiting) == ("", (), 1)
    assert done.manifest == manifest
    assert manifest.rows["submission"] == 2


def test_what_was_restored_is_used_as_before(
    used: World, elsewhere: Place, tmp_path: Path
) -> None:
    made(used, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", elsewhere.url, elsewhere.store)
    with Database(elsewhere.url, pooled=False).read() as session:
        noted = audit.head(session)
    used.database, used.store = Database(elsewhere.url), elsewhere.store

    used.submit()
    used.grade()

    with used.database.read() as session:
        assert audit.still_holds(session, noted)
        assert violations(session, used.store) == []
    used.database.dispose()


def test_a_backup_made_while_others_write_is_of_one_moment(
    used: World, elsewhere: Place, tmp_path: Path
) -> None:
    used.limit_attempts(10_000)

    with three_writers(used) as failed:
        manifests = [made(used, tmp_path / f"{n}.tar") for n in range(3)]
    restored = restore(tmp_path / "1.tar", elsewhere.url, elsewhere.store)

    assert failed == []
    counts = [manifest.rows["submission"] for manifest in manifests]
    assert counts[0] <= counts[1] <= counts[2]
    assert restored.broken == ()
    with Database(elsewhere.url, pooled=False).read() as session:
        found = session.scalars(select(func.count()).select_from(Submission)).one()
    assert found == counts[1]


def test_content_is_replaced_only_when_asked_and_then_kept(
    used: World, elsewhere: Place, tmp_path: Path
) -> None:
    made(used, tmp_path / "b.tar")
    migrate(elsewhere.url)
    other = Database(elsewhere.url, pooled=False)
    make_world(other, elsewhere.store)
    before = rows_of(other)

    assert refusal(tmp_path / "b.tar", elsewhere).code == "not-empty"
    assert rows_of(other) == before
    done = restore(tmp_path / "b.tar", elsewhere.url, elsewhere.store, replace=True)

    assert rows_of(other) == rows_of(used.database)
    if other.engine.dialect.name == "sqlite":
        assert rows_of(Database(f"sqlite:///{done.moved_to}", pooled=False)) == before
    else:
        with other.read() as session:
            kept = session.scalar(text(f"SELECT count(*) FROM {done.moved_to}.course"))
        assert kept == len(before["course"]) == 1


def test_an_empty_database_is_replaced_without_asking(
    used: World, elsewhere: Place, tmp_path: Path
) -> None:
    made(used, tmp_path / "b.tar")
    migrate(elsewhere.url)

    done = restore(tmp_path / "b.tar", elsewhere.url, elsewhere.store)

    assert done.moved_to == ""
    assert rows_of(Database(elsewhere.url, pooled=False)) == rows_of(used.database)


def test_a_backup_of_older_tables_is_brought_up_to_date(
    used: World, elsewhere: Place, tmp_path: Path
) -> None:
    database = at_revision(elsewhere.url, "0003")
    with database.write() as session:
        noted = "INSERT INTO audit_entry (at, action, reason) VALUES (:at, 'old', '')"
        session.execute(text(noted), {"at": "2026-01-01 00:00:00.5"})
    manifest = backup.make(database, used.store, tmp_path / "b.tar", version=VERSION)

    done = restore(tmp_path / "b.tar", elsewhere.url, elsewhere.store, replace=True)

    assert manifest.revision == "0003"
    assert done.revision > "0003"
    with database.read() as session:
        assert audit.head(session).entries == 1
        assert list(audit.chain_faults(session)) == []


def test_a_file_that_was_damaged_already_is_named_and_left_out(
    used: World, elsewhere: Place, tmp_path: Path
) -> None:
    used.submit(text="lost\n")
    lost = used.store.put(b"lost\n")
    (used.store.directory / lost[:2] / lost).unlink()

    manifest = made(used, tmp_path / "b.tar")
    done = restore(tmp_path / "b.tar", elsewhere.url, elsewhere.store)

    assert manifest.damaged == {lost: "is missing"}
    assert lost not in manifest.blobs
    assert [finding.id for finding in done.broken] == ["rows-have-blobs"]


def test_a_damaged_file_of_the_target_is_made_whole(
    used: World, elsewhere: Place, tmp_path: Path
) -> None:
    made(used, tmp_path / "b.tar")
    name, content = next(iter(blobs_of(used.store).items()))
    elsewhere.store.put(content)
    (elsewhere.store.directory / name[:2] / name).write_bytes(b"damaged")

    restore(tmp_path / "b.tar", elsewhere.url, elsewhere.store)

    assert elsewhere.store.get(name) == content


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.99])
def test_a_backup_with_one_other_byte_changes_nothing(
    used: World, elsewhere: Place, tmp_path: Path, at: float
) -> None:
    source = tmp_path / "b.tar"
    made(used, source)
    with tarfile.open(source) as archive:
        # The manifest stands last; its mistakes are found when rows are counted.
        *members, _manifest = (one for one in archive.getmembers() if one.size)
    member = members[int(len(members) * at)]
    content = bytearray(source.read_bytes())
    content[member.offset_data + member.size // 2] ^= 0x40
    source.write_bytes(content)

    refused = refusal(source, elsewhere)

    assert refused.code == "damaged-backup"
    assert blobs_of(elsewhere.store) == {}


def test_a_server_that_refuses_a_dump_has_its_old_tables_again(
    used: World, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_at = tmp_path / "b.tar"
    made(used, made_at)
    migrate(elsewhere.url)
    before = rows_of(Database(elsewhere.url, pooled=False))
    if used.database.engine.dialect.name == "sqlite":
        monkeypatch.setattr("grader.services.backup.sqlite._copy", _full)
    else:
        monkeypatch.setattr(postgres_dumps, "_run", _refuse)

    with pytest.raises(StorageError):
        restore(made_at, elsewhere.url, elsewhere.store)

    assert rows_of(Database(elsewhere.url, pooled=False)) == before


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def _refuse(*_: object) -> None:
    raise StorageError("pg_restore: refused")
