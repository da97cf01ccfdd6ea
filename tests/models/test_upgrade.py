"""A database of the first version is brought up to date without losing a run."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from grader.db import Database, alembic_config, migrate
from grader.services import alarms, audit


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
        "is_current": "1",
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
    # A bare connection demands no submission and no course for the run.
    with closing(sqlite3.connect(database.engine.url.database or "")) as connection:
        connection.execute(f"INSERT INTO grading_run ({columns}) VALUES ({row})")
        connection.commit()
    return database


def test_runs_of_the_first_version_have_no_blocked_calls(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/db"
    database = first_version(url)

    migrate(url)

    with database.read() as session:
        stored = session.execute(
            text("SELECT jail_tier, blocked_calls FROM grading_run")
        )
        assert [tuple(row) for row in stored] == [("T1", "[]")]
    database.dispose()


def test_after_the_upgrade_there_is_a_place_for_alarms(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/db"
    database = first_version(url)

    migrate(url)

    with database.read() as session:
        assert alarms.recent(session) == []
    database.dispose()


def test_what_was_noted_before_the_upgrade_is_chained(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/db"
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


def test_alarms_about_jails_are_kept_one_for_each_worker(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/db"
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
