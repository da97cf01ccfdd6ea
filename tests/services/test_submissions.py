"""Accepting submissions: who, when, how often, and what is left when it is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grader.errors import NotFoundError, RefusedError, StorageError
from grader.models import Attempts, GradingRun, RunStatus, Submission
from grader.services import assignments, receipts, submissions
from grader.storage import BlobStore
from tests.services.world import KEY, NOW, World, prepared


def count(world: World) -> int:
    with world.database.read() as session:
        return session.scalars(select(func.count()).select_from(Submission)).one()


def used(world: World) -> int:
    with world.database.read() as session:
        return submissions.attempts_used(
            session, assignment_id=world.assignment_id, user_id=world.student
        )


def refusal(world: World, **arguments: object) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        world.submit(**arguments)  # type: ignore[arg-type]
    assert refused.value.message.endswith(".")
    return refused.value


def test_an_accepted_submission_is_queued_with_its_bytes_stored(world: World) -> None:
    receipt = world.submit(text="y = 2\n")
    assert world.run(receipt.run_id).status is RunStatus.QUEUED
    with world.database.read() as session:
        files = submissions.files_of(session, world.store, receipt.submission_id)
        originals = submissions.files_of(
            session, world.store, receipt.submission_id, originals=True
        )
    assert files == {"tiny.py": b"y = 2\n"}
    assert originals == {"mine.py": b"y = 2\n"}


def test_submissions_of_one_student_are_numbered(world: World) -> None:
    assert [world.submit().number for _ in range(3)] == [1, 2, 3]
    assert world.submit(world.other).number == 1


def test_the_receipt_proves_what_was_handed_in(world: World) -> None:
    receipt = world.submit()
    facts = receipts.verify(KEY, receipt.signature)
    assert facts == {
        "submission": receipt.submission_id,
        "number": 1,
        "sha256": receipt.sha256,
        "received_at": NOW.isoformat(),
    }
    assert receipts.verify("another-key-of-no-one", receipt.signature) is None
    assert receipts.verify(KEY, receipt.signature[:-2] + "xx") is None


def test_the_hash_of_several_files_is_that_of_the_list_sha256sum_prints() -> None:
    several = receipts.fingerprint({"b.py": "2" * 64, "a.py": "1" * 64})
    assert several == (
        "a898b071f113072cad0ab2653229af7e3c9b328c17be09e8196a40fff70c05f3"
    )


def test_the_same_key_again_gives_the_same_receipt_and_costs_nothing(
    world: World,
) -> None:
    world.limit_attempts(1)
    first = world.submit(key="form-1")
    again = world.submit(key="form-1", at=NOW + timedelta(days=400))
    assert again == first
    assert count(world) == 1


@pytest.mark.parametrize("key", ["x" * 5000, "a\0b", "\ud800"])
def test_a_key_may_be_anything(world: World, key: str) -> None:
    world.submit(key=key)
    assert world.submit(key="other").number == 2


def test_the_same_key_of_another_student_is_another_submission(world: World) -> None:
    first, second = world.submit(key="form"), world.submit(world.other, key="form")
    assert first.submission_id != second.submission_id


def test_parallel_replays_of_one_key_make_one_submission(world: World) -> None:
    for number in range(1, 4):
        with ThreadPoolExecutor(8) as pool:
            seen = set(pool.map(lambda _: world.submit(key=f"{number}"), range(8)))  # noqa: B023
        assert len(seen) == 1
        assert (count(world), used(world)) == (number, number)


def test_parallel_submissions_never_pass_the_limit(world: World) -> None:
    world.limit_attempts(3)

    def attempt(_: int) -> str:
        try:
            return world.submit().submission_id
        except RefusedError as refused:
            return refused.code

    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(attempt, range(16)))
    assert seen.count("attempts-used-up") == 13
    assert count(world) == 3
    assert used(world) == 3


def test_a_student_who_is_not_enrolled_is_refused(world: World) -> None:
    assert refusal(world, user_id=world.outsider).code == "not-enrolled"
    assert count(world) == 0


def test_the_instant_of_the_deadline_is_in_time_and_a_moment_later_is_not(
    world: World,
) -> None:
    with world.database.write() as session:
        assignments.update_settings(session, world.assignment_id, due_at=NOW)
    world.submit(at=NOW)
    late = refusal(world, at=NOW + timedelta(microseconds=1))
    assert late.code == "after-deadline"
    assert "01 March 2026, 12:00 (UTC)" in late.message
    assert count(world) == 1


def test_a_used_up_limit_is_said_and_nothing_is_stored(world: World) -> None:
    world.limit_attempts(1)
    world.submit()
    assert refusal(world).code == "attempts-used-up"
    assert count(world) == 1


def test_an_unknown_assignment_is_not_found(world: World) -> None:
    world.assignment_id += 1
    with pytest.raises(NotFoundError):
        world.submit()


def test_a_full_disk_leaves_no_row_and_no_used_attempt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError):
        world.submit(text="something new\n")
    monkeypatch.undo()
    assert count(world) == 0
    with world.database.read() as session:
        assert session.scalars(select(Attempts)).all() == []


def test_a_newer_submission_supersedes_the_waiting_one_of_the_same_student(
    world: World,
) -> None:
    first, theirs = world.submit(), world.submit(world.other)
    second = world.submit()
    assert world.run(first.run_id).status is RunStatus.SUPERSEDED
    assert world.run(second.run_id).status is RunStatus.QUEUED
    assert world.run(theirs.run_id).status is RunStatus.QUEUED


def test_a_submission_that_is_being_graded_is_not_superseded(world: World) -> None:
    first = world.submit()
    world.must_claim()
    world.submit()
    assert world.run(first.run_id).status is RunStatus.RUNNING


def test_where_attempts_are_limited_each_one_is_graded(world: World) -> None:
    world.limit_attempts(5)
    first = world.submit()
    world.submit()
    assert world.run(first.run_id).status is RunStatus.QUEUED


def test_a_flooder_waits_behind_others_by_a_bounded_time(world: World) -> None:
    world.limit_attempts(50)
    flood = [world.submit() for _ in range(10)]
    quiet = world.submit(world.other)
    place = [world.run(receipt.run_id).eff for receipt in flood]
    assert place[0] < world.run(quiet.run_id).eff < place[1]
    assert place[9] - place[0] < timedelta(seconds=200)


def test_the_seed_is_secret_and_differs_from_run_to_run(world: World) -> None:
    world.limit_attempts(50)
    seeds = {world.run(world.submit().run_id).seed for _ in range(5)}
    assert len(seeds) == 5


def test_the_files_of_an_unknown_submission_are_not_found(
    world: World, store: BlobStore
) -> None:
    with world.database.read() as session, pytest.raises(NotFoundError):
        submissions.files_of(session, store, "no uuid at all")


def test_a_broken_blob_is_noticed_when_it_is_read(world: World) -> None:
    receipt = world.submit(text="will be changed\n")
    blob = world.store.put(prepared("will be changed\n").files["tiny.py"])
    (world.store.directory / blob[:2] / blob).write_bytes(b"changed")
    with world.database.read() as session, pytest.raises(StorageError):
        submissions.files_of(session, world.store, receipt.submission_id)


def test_a_run_belongs_to_the_snapshot_of_its_time(world: World) -> None:
    receipt = world.submit()
    with world.database.read() as session:
        run = session.get_one(GradingRun, world.run(receipt.run_id).id)
    assert run.snapshot_id == world.snapshot_id
