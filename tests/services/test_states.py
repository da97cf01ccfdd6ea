"""That the queue's statements use its indexes, however many runs are finished."""

from typing import Any

import pytest
from sqlalchemy import event, text

from grader.services import estimates, health, queueing
from tests.services.world import World

Statement = tuple[str, Any]

# PostgreSQL plans by the number of rows, and here are few.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def plans(world: World, statements: list[Statement]) -> list[str]:
    """Ask SQLite how it would run each statement that looks at runs."""
    with world.database.engine.connect() as connection:
        return [
            row[3]
            for statement, parameters in statements
            for row in connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
            if "grading_run" in row[3] or "running" in row[3]
        ]


def whole_tables(steps: list[str]) -> list[str]:
    """Return the steps that read every row; an index of the queue holds few."""
    return [step for step in steps if "USING" not in step and "SCAN" in step]


def watched(world: World) -> list[Statement]:
    seen: list[Statement] = []

    def note(_c: object, _r: object, said: str, given: Any, *_: object) -> None:
        if "grading_run" in said and not said.startswith(("INSERT", "EXPLAIN")):
            seen.append((said, given))

    event.listen(world.database.engine, "before_cursor_execute", note)
    return seen


def test_handing_in_reads_no_finished_run(world: World) -> None:
    seen = watched(world)

    world.submit()

    found = plans(world, list(seen))
    assert len(found) >= 3
    assert not whole_tables(found)


def test_counting_what_a_student_has_pending_uses_its_index(
    world: World,
) -> None:
    seen = watched(world)

    world.submit()

    counting = [one for one in seen if one[0].startswith("SELECT count(*)")]
    assert counting
    assert "ix_grading_run_pending" in plans(world, counting)[0]


def test_claiming_and_finishing_read_no_other_run(world: World) -> None:
    world.submit()
    seen = watched(world)

    world.grade()

    found = plans(world, list(seen))
    assert any("ix_grading_run_queue" in step for step in found)
    assert not whole_tables(found)


def test_a_look_at_the_queue_reads_what_is_in_it(world: World) -> None:
    receipt = world.submit()
    seen = watched(world)

    with world.database.read() as session:
        queueing.place_of(session, receipt.run_id)
        health.glance(session)
        estimates.expected_seconds(session, world.snapshot_id)

    found = plans(world, list(seen))
    indexed = [step for step in found if "USING" in step and "INDEX ix_" in step]
    assert len(indexed) >= 4
    assert not whole_tables(found)


def test_the_words_in_statements_are_those_in_the_indexes(world: World) -> None:
    with world.database.read() as session:
        stated = session.scalars(
            text("SELECT sql FROM sqlite_master WHERE name = 'ix_grading_run_pending'")
        ).one()

    assert "status IN ('queued', 'running')" in stated
