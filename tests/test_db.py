"""The two kinds of transactions, and what happens when the database refuses."""

import fcntl
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from grader.db import Database, database_now, migrate
from grader.errors import ConfigurationError, StorageError
from grader.models import Course, Role
from tests.waiting import until


def add_role(database: Database, name: str = "r") -> None:
    with database.write() as session:
        session.add(Role(name=name, description="0"))


def pragma(database: Database, name: str) -> object:
    with database.read() as session:
        return session.scalar(text(f"PRAGMA {name}"))


def test_sqlite_is_set_up_for_many_processes(database: Database) -> None:
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "busy_timeout") == 30_000


def test_a_write_is_kept_at_the_end(database: Database) -> None:
    add_role(database)
    with database.read() as session:
        assert session.scalars(select(Role.name)).all() == ["r"]


def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as session:
            session.add(Role(name="r"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.read() as session:
        assert session.scalars(select(Role)).all() == []


def test_a_reader_cannot_write(database: Database) -> None:
    insert = text("INSERT INTO role (name, description) VALUES ('r', '')")
    with pytest.raises(StorageError, match="readonly"), database.read() as session:
        session.execute(insert)
    add_role(database)


def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    with database.read() as session:
        assert session.scalars(select(Role.name)).all() == []
        add_role(database)
        assert session.scalars(select(Role.name)).all() == []


def test_no_update_is_lost_among_many_writers(database: Database) -> None:
    """Read, then write: deferred transactions would fail or lose here."""
    add_role(database)

    def increment(_: int) -> None:
        with database.write() as session:
            count = int(session.scalars(select(Role.description)).one())
            session.execute(update(Role).values(description=str(count + 1)))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(increment, range(60)))
    with database.read() as session:
        assert session.scalars(select(Role.description)).one() == "60"


def test_a_locked_database_is_our_failure_and_not_the_callers(
    database: Database,
) -> None:
    impatient = Database(str(database.engine.url), busy_seconds=0.05)
    with database.write() as session:
        session.add(Role(name="r"))
        session.flush()
        with pytest.raises(StorageError, match="locked"):
            add_role(impatient, "other")
    add_role(impatient, "other")
    impatient.dispose()


def test_a_broken_rule_of_the_schema_stays_what_it_is(database: Database) -> None:
    add_role(database)
    with pytest.raises(IntegrityError):
        add_role(database)


def test_a_database_that_is_away_is_our_failure(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/db")
    with pytest.raises(StorageError), database.read() as session:
        session.scalar(text("SELECT 1"))


def test_the_clock_is_aware_and_moves(database: Database) -> None:
    with database.read() as session:
        first = database_now(session)
        until(lambda: database_now(session) > first)
    assert abs(datetime.now(UTC) - first) < timedelta(minutes=5)


def test_a_time_of_the_database_compares_with_stored_ones(database: Database) -> None:
    with database.write() as session:
        now = database_now(session)
        session.add(Course(slug="c", title="C", created_at=now))
        session.flush()
        same = select(Course.slug).where(Course.created_at == now)
        assert session.scalars(same).one() == "c"


def test_migrating_again_keeps_what_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/db"
    migrate(url)
    database = Database(url)
    add_role(database)
    migrate(url)
    with database.read() as session:
        assert session.scalars(select(Role.name)).all() == ["r"]
    database.dispose()


def test_migrating_waits_for_whoever_migrates_already(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/db"
    with open(tmp_path / "db.migrating", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        thread = threading.Thread(target=migrate, args=[url])
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert not (tmp_path / "db").exists()
    thread.join()
    assert (tmp_path / "db").exists()


@pytest.mark.parametrize(
    "url", ["", "no address", "mysql://host/name", "oracle://host/name"]
)
def test_an_unfit_address_names_the_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^GRADER_DATABASE_URL"):
        Database(url)


def test_a_database_in_memory_cannot_be_migrated() -> None:
    with pytest.raises(ConfigurationError, match="must be a file"):
        migrate("sqlite://")
