"""A database of the first version is brought up to date without losing a run."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from grader.db import Database, alembic_config, migrate
from grader.errors import ConfigurationError
from grader.services import alarms, audit
from tests.postgres import Server
from tests.services.conftest import postgres_server

__all__ = ["postgres_server"]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/db"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = server.new_database()
    yield server.url(name)
    server.drop(name)


def first_version(url: str) -> Database:
    """Return a database as the first version left it, with one graded run."""
    database = Database(url)
    config = alembic_config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.commit()
    values = {
        "id": f"'{'1' * 32}'",
        "submission_id": f"'{'2' * 32}'",
        "snapshot_id": "1",
        "user_id": "1",
        "status": "'graded'",
        "eff": "'2026-01-01 00:00:00'",
        "created_at": "'2026-01-01 00:00:00'",
        "versions": "'{}'",
        "problem": "''",
        "jail_tier": "'T1'",
        "is_current": "'1'",
        "ordinal": "1",
        "attempt": "1",
        "crash_strikes": "0",
        "lost_workers": "0",
        "give_backs": "0",
        "seed": "7",
        "progress_index": "0",
        "progress_total": "0",
    }
    columns, row = ", ".join(values), ", ".join(values.values())
    insert = f"INSERT INTO grading_run ({columns}) VALUES ({row})"
    # Nobody demands a submission and a course for the run.
    if database.engine.dialect.name == "sqlite":
        bare = sqlite3.connect(database.engine.url.database or "")
        with closing(bare), bare:
            bare.execute(insert)
        return database
    with database.write() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(insert.replace(":", r"\:")))
    return database


def test_runs_of_the_first_version_have_no_blocked_calls(url: str) -> None:
    database = first_version(url)

    migrate(url)

    with database.read() as session:
        stored = session.execute(
            text("SELECT jail_tier, blocked_calls FROM grading_run")
        )
        [(tier, calls)] = stored
        assert (tier, str(calls)) == ("T1", "[]")
    database.dispose()


def test_after_the_upgrade_there_is_a_place_for_alarms(url: str) -> None:
    database = first_version(url)

    migrate(url)

    with database.read() as session:
        assert alarms.recent(session) == []
    database.dispose()


def test_what_was_noted_before_the_upgrade_is_chained(url: str) -> None:
    database = first_version(url)
    noted = (
        "INSERT INTO audit_entry (at, action, submission_id, new, reason) VALUES "
        f"('2026-01-01 00:00:00.000000', 'graded', '{'2' * 32}', "
        "'{\"score\": 1.5}', ''), ('2026-01-02 00:00:00.5', 'rerun', NULL, NULL, 'r')"
    )
    with database.write() as session:
        session.execute(text(noted.replace(":", r"\:")))

    migrate(url)

    with database.read() as session:
        assert audit.head(session).entries == 2
        assert list(audit.chain_faults(session)) == []
    with (
        pytest.raises(IntegrityError, match="insert-only"),
        database.write() as session,
    ):
        session.execute(text("UPDATE audit_entry SET action = 'x'"))
    database.dispose()


def test_alarms_about_jails_are_kept_one_for_each_worker(url: str) -> None:
    database = first_version(url)
    with database.engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for worker, day, problem in (
            ("w1", 1, "old"),
            ("w2", 2, "x"),
            ("w1", 3, "new"),
        ):
            connection.execute(
                text(
                    "INSERT INTO jail_alarm (at, worker, host, tier, problems, machine,"
                    " quarantine_until) VALUES (:at, :worker, 'node', 'T1', :problems,"
                    """ '{"kernel": "6.1"}', :at)"""
                ),
                {
                    "at": f"2026-01-0{day} 00:00:00.000000",
                    "worker": worker,
                    "problems": f'["{problem}"]',
                },
            )
        connection.commit()

    migrate(url)

    with database.read() as session:
        newest, other = alarms.recent(session)
    database.dispose()
    assert (newest.worker, newest.count, newest.problems) == ("w1", 2, ("new",))
    assert newest.facts == {"kernel": "6.1", "jail_tier": "T1"}
    assert (newest.last_seen - newest.first_seen).days == 2
    assert (other.worker, other.count) == ("w2", 1)


def test_a_database_that_cannot_hold_every_name_is_refused_before_it_is_touched(
    postgres_server: Server,
) -> None:
    encoding = "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
    postgres_server.run(f"CREATE DATABASE old TEMPLATE template0 {encoding}")
    url = postgres_server.url("old")

    with pytest.raises(ConfigurationError, match="must be UTF8, got SQL_ASCII"):
        migrate(url)

    database = Database(url, pooled=False)
    with database.read() as session:
        assert inspect(session.connection()).get_table_names() == []
    postgres_server.drop("old")
