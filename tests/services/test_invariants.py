"""Everything that must hold is broken by hand, once each, and found."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.orm import Session

from grader.models import (
    Attempts,
    AuditEntry,
    GradingRun,
    Lane,
    RunResult,
    RunStatus,
    Submission,
)
from grader.services import queueing, runs, submissions
from grader.services.invariants import INVARIANTS, Bounds, findings, violations
from grader.services.receipts import Receipt
from tests.services.world import NOW, World


def found(world: World, **options: Any) -> dict[str, list[str]]:
    """Return what is broken, by the name of the promise."""
    with world.database.read() as session:
        seen = findings(session, world.store, **options)
    return {each.id: list(each.broken) for each in seen if each.broken}


@contextmanager
def changing_the_list(world: World) -> Iterator[Session]:
    """Let the database forget for one transaction that the list is insert-only."""
    is_postgres = world.database.engine.dialect.name == "postgresql"
    with world.database.write() as session:
        if is_postgres:
            session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        else:
            session.execute(text("DROP TRIGGER IF EXISTS audit_entry_no_update"))
            session.execute(text("DROP TRIGGER IF EXISTS audit_entry_no_delete"))
        yield session
        if is_postgres:
            session.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))


def change_run(world: World, receipt: Receipt, **values: Any) -> None:
    with world.database.write() as session:
        session.execute(
            update(GradingRun)
            .where(GradingRun.id == uuid.UUID(receipt.run_id))
            .values(**values)
        )


def change_submission(world: World, receipt: Receipt, **values: Any) -> None:
    with world.database.write() as session:
        session.execute(
            update(Submission)
            .where(Submission.id == uuid.UUID(receipt.submission_id))
            .values(**values)
        )


def remove(world: World, receipt: Receipt) -> None:
    """Delete a submission and its runs, as a wrong statement by hand would."""
    with world.database.write() as session:
        run_id, key = uuid.UUID(receipt.run_id), uuid.UUID(receipt.submission_id)
        session.execute(delete(RunResult).where(RunResult.run_id == run_id))
        session.execute(delete(GradingRun).where(GradingRun.submission_id == key))
        session.execute(delete(Submission).where(Submission.id == key))


def test_an_empty_database_breaks_nothing(world: World) -> None:
    with world.database.read() as session:
        assert violations(session, world.store) == []


def test_what_services_do_breaks_nothing(world: World) -> None:
    world.limit_attempts(9)
    graded, _, _ = (world.submit() for _ in range(3))
    world.grade()
    given_back = world.must_claim("w1")
    with world.database.write() as session:
        runs.give_back(session, given_back, "a fault of ours")
    failed = world.must_claim("w2")
    with world.database.write() as session:
        runs.fail(session, failed, "no retry can help")
    released = world.must_claim("w2")
    with world.database.write() as session:
        runs.release(session, released)
        queueing.rerun(session, graded.submission_id, world.ta)
    world.limit_attempts(None)
    superseded, _ = world.submit(world.other), world.submit(world.other)

    assert world.run(failed.run_id).status is RunStatus.NEEDS_ATTENTION
    assert world.run(superseded.run_id).status is RunStatus.SUPERSEDED
    assert found(world) == {}


def test_a_receipt_whose_row_is_gone_is_found(world: World) -> None:
    receipt = world.submit()
    remove(world, receipt)

    broken = found(world)["receipts-have-rows"]

    assert broken == [
        f"submission {receipt.submission_id} has a receipt, but its row is gone."
    ]


def test_a_submission_with_other_files_than_its_receipt_is_found(world: World) -> None:
    receipt = world.submit()
    other = world.store.put(b"something better\n")
    change_submission(world, receipt, originals={"mine.py": other})

    assert "another hash than its own" in found(world)["receipts-have-rows"][0]


def test_a_submission_with_another_hash_than_its_receipt_is_found(world: World) -> None:
    receipt = world.submit()
    other = world.store.put(b"something better\n")
    change_submission(world, receipt, originals={"mine.py": other}, sha256=other)

    assert "not what its receipt states" in found(world)["receipts-have-rows"][0]


def test_a_submission_that_came_in_by_a_side_door_is_found(world: World) -> None:
    receipt = world.submit()
    with world.database.write() as session:
        key = uuid.UUID(receipt.submission_id)
        row = session.get_one(Submission, key)
        columns = {c.key: getattr(row, c.key) for c in Submission.__table__.columns}
        changed = {"id": uuid.uuid4(), "number": 2, "idempotency_key": "x"}
        session.execute(insert(Submission), [{**columns, **changed}])

    assert "was noted 0 times" in found(world)["submissions-were-noted"][0]


@pytest.mark.parametrize("fault", ["missing", "changed"])
def test_a_file_that_is_not_what_a_row_names_is_found(world: World, fault: str) -> None:
    world.submit(text="will be lost\n")
    blob = world.store.put(b"will be lost\n")
    path = world.store.directory / blob[:2] / blob
    path.unlink() if fault == "missing" else path.write_bytes(b"not what it was")

    for_each_name = found(world)["rows-have-blobs"]

    assert len(for_each_name) == 2
    assert all(blob in sentence and fault in sentence for sentence in for_each_name)


def test_a_quick_look_sees_missing_files_and_reads_none(world: World) -> None:
    lost, changed = world.store.put(b"lost\n"), world.store.put(b"changed\n")
    world.submit(text="lost\n")
    world.submit(text="changed\n")
    (world.store.directory / lost[:2] / lost).unlink()
    (world.store.directory / changed[:2] / changed).write_bytes(b"x")

    broken = found(world, reads_blobs=False)["rows-have-blobs"]

    assert all(lost in sentence for sentence in broken)


def test_a_file_of_an_assignment_counts_too(world: World) -> None:
    for folder in world.store.directory.iterdir():
        for path in folder.iterdir():
            path.unlink()

    assert f"snapshot {world.snapshot_id} needs" in found(world)["rows-have-blobs"][0]


@pytest.mark.parametrize("lane", list(Lane))
def test_a_run_that_waits_longer_than_its_bound_is_found(
    world: World, lane: Lane
) -> None:
    receipt = world.submit()
    hours = {Lane.LIVE: 2, Lane.BULK: 30}[lane]
    asked = world.run(receipt.run_id).created_at - timedelta(hours=hours)
    change_run(world, receipt, created_at=asked, lane=lane)

    assert receipt.run_id in found(world)["nothing-is-stuck"][0]
    assert found(world, bounds=Bounds(live=1e6, bulk=1e6)) == {}


def test_a_lease_that_nobody_swept_is_found(world: World) -> None:
    world.submit()
    job = world.must_claim()
    world.expire(job.run_id)

    assert str(job.run_id) in found(world)["nothing-is-stuck"][0]


@pytest.mark.parametrize("values", [{"is_current": False}, {"ordinal": 2}])
def test_a_submission_without_a_run_that_counts_is_found(
    world: World, values: dict[str, Any]
) -> None:
    change_run(world, world.submit(), **values)

    assert len(found(world)["one-current-run"]) == 1


def test_a_submission_without_any_run_is_found(world: World) -> None:
    receipt = world.submit()
    with world.database.write() as session:
        session.execute(delete(GradingRun))

    assert receipt.submission_id in found(world)["one-current-run"][0]


def test_a_run_of_another_person_than_its_submission_is_found(world: World) -> None:
    change_run(world, world.submit(), user_id=world.other)

    assert len(found(world)["one-current-run"]) == 1


def test_a_result_too_many_is_found(world: World) -> None:
    receipt = world.submit()
    world.grade()
    change_run(world, receipt, status=RunStatus.SUPERSEDED)

    assert "noted 1 times as graded" in found(world)["each-ends-once"][0]


def test_a_result_without_a_note_is_found(world: World) -> None:
    receipt = world.submit()
    values = {"score": 6.0, "max_score": 6.0, "report": {}, "finished_at": NOW}
    change_run(world, receipt, status=RunStatus.GRADED, **values)

    assert "noted 0 times as graded" in found(world)["each-ends-once"][0]


def test_a_score_that_was_changed_by_hand_is_found(world: World) -> None:
    receipt = world.submit()
    world.grade(score=3.5)
    change_run(world, receipt, score=6.0)

    assert found(world)["scores-are-those-noted"] == [
        f"run {receipt.run_id} shows 6.0 of 6.0, but 3.5 of 6.0 was noted last."
    ]


@pytest.mark.parametrize("values", [{"used": 0}, {"used": 2}, {"submitted": 2}])
def test_attempts_that_do_not_add_up_are_found(
    world: World, values: dict[str, int]
) -> None:
    world.submit()
    with world.database.write() as session:
        session.execute(update(Attempts).values(**values))

    (sentence,) = found(world)["attempts-add-up"]

    assert f"student {world.student} is charged {values.get('used', 1)}" in sentence


def test_a_submission_that_cost_nothing_is_found(world: World) -> None:
    world.submit()
    with world.database.write() as session:
        session.execute(delete(Attempts))

    assert "charged 0 attempts" in found(world)["attempts-add-up"][0]


def test_an_attempt_given_back_without_a_note_is_found(world: World) -> None:
    receipt = world.submit()
    change_submission(world, receipt, attempt_refunded=True)

    broken = found(world)

    assert "given back, but that was noted 0 times" in broken["refunds-were-noted"][0]
    assert "attempts-add-up" in broken


@pytest.mark.parametrize(
    "values",
    [
        {"token": uuid.UUID(int=7)},
        {"lease_until": NOW},
        {"finished_at": NOW},
        {"status": RunStatus.RUNNING},
        {"status": RunStatus.NEEDS_ATTENTION},
        {"status": RunStatus.GRADED, "finished_at": NOW},
    ],
)
def test_a_run_whose_columns_contradict_each_other_is_found(
    world: World, values: dict[str, Any]
) -> None:
    receipt = world.submit()
    change_run(world, receipt, **values)

    assert receipt.run_id in found(world)["states-are-whole"][0]


@pytest.mark.parametrize("change", ["UPDATE", "DELETE"])
def test_a_list_of_what_happened_that_was_changed_is_found(
    world: World, change: str
) -> None:
    world.submit()
    world.grade(score=3.5)
    world.submit()
    with changing_the_list(world) as session:
        graded = AuditEntry.action == "graded"
        better = {"score": 6.0, "max_score": 6.0}
        if change == "UPDATE":
            session.execute(update(AuditEntry).where(graded).values(new=better))
        else:
            session.execute(delete(AuditEntry).where(graded))

    assert len(found(world)["chain-is-intact"]) == 1


def test_every_promise_is_named_and_said_in_a_sentence() -> None:
    assert len({each.id for each in INVARIANTS}) == len(INVARIANTS)
    assert all(each.promise.endswith(".") for each in INVARIANTS)


def test_a_violation_is_one_line_with_the_name_of_its_promise(world: World) -> None:
    receipt = world.submit()
    change_run(world, receipt, token=uuid.UUID(int=7))

    with world.database.read() as session:
        (line,) = violations(session, world.store)

    assert line.startswith(f"states-are-whole: run {receipt.run_id} is queued")


def test_what_is_written_meanwhile_is_not_seen_as_a_fault(world: World) -> None:
    with world.database.read() as session:
        assert violations(session, world.store) == []
        world.submit()
        assert (
            submissions.attempts_used(
                session, assignment_id=world.assignment_id, user_id=world.student
            )
            == 0
        )
        assert violations(session, world.store) == []
