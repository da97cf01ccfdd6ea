"""Tables: times, words, and the agreement between models and migrations."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from grader.db import Database, alembic_config
from grader.models import AuditEntry, Base, Course, RunStatus, User, WorkerBeat

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def test_migrations_make_the_tables_that_the_models_describe(
    database: Database,
) -> None:
    config = alembic_config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_a_time_comes_back_as_the_same_instant_in_utc(database: Database) -> None:
    vienna = timezone(timedelta(hours=2))
    with database.write() as session:
        session.add(Course(slug="c", title="C", created_at=NOON.astimezone(vienna)))
    with database.read() as session:
        created = session.scalars(select(Course.created_at)).one()
    assert created == NOON
    assert created.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="must be aware"):  # noqa: SIM117
        with database.write() as session:
            session.add(Course(slug="c", title="C", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_times_are_ordered_in_the_database_as_instants(database: Database) -> None:
    moments = [NOON + timedelta(microseconds=n) for n in (0, 1, 999_999, 1_000_000)]
    with database.write() as session:
        for number, moment in enumerate(moments):
            session.add(
                WorkerBeat(worker=str(number), started_at=moment, beat_at=moment)
            )
    with database.read() as session:
        later = session.scalars(
            select(WorkerBeat.worker).where(WorkerBeat.beat_at > moments[1])
        ).all()
    assert sorted(later) == ["2", "3"]


def test_a_status_is_stored_as_its_plain_word(database: Database) -> None:
    stored = Base.metadata.tables["grading_run"].c.status.type.bind_processor(
        database.engine.dialect
    )
    assert stored is not None
    assert stored(RunStatus.NEEDS_ATTENTION) == "needs_attention"


def test_every_constraint_has_a_name() -> None:
    nameless = [
        (table.name, constraint)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert not nameless


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"]
)
def test_the_database_refuses_to_change_what_was_noted(
    database: Database, statement: str
) -> None:
    with database.write() as session:
        session.add(AuditEntry(at=NOON, action="graded"))
    with pytest.raises(IntegrityError, match="insert-only"):  # noqa: SIM117
        with database.write() as session:
            session.execute(text(statement))


def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):  # noqa: SIM117
        with database.write() as session:
            session.add(AuditEntry(at=NOON, action="graded", actor_id=99))


def test_two_accounts_never_share_a_session_mark(database: Database) -> None:
    with database.write() as session:
        session.add_all([User(email=f"{n}@b.org", name="N") for n in range(3)])
    with database.read() as session:
        assert len(set(session.scalars(select(User.fs_uniquifier)))) == 3
