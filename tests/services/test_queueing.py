"""Places in the queue, and grading again."""

import pytest

from grader.errors import LeaseLostError, NotFoundError
from grader.models import Lane, RunStatus
from grader.services import runs
from tests.services.world import World, report


def place(world: World, run_id: str) -> int | None:
    with world.database.read() as session:
        waiting = runs.place_of(session, run_id)
        return waiting.place if waiting else None


def rerun(world: World, submission_id: str, actor: int | None = None) -> str:
    with world.database.write() as session:
        return runs.rerun(session, submission_id, actor or world.ta, reason="asked")


def test_place_one_is_next(world: World) -> None:
    world.limit_attempts(10)
    receipts = [world.submit(), world.submit(world.other), world.submit()]
    assert [place(world, receipt.run_id) for receipt in receipts] == [1, 2, 3]
    world.must_claim()
    assert [place(world, receipt.run_id) for receipt in receipts] == [None, 1, 2]


def test_a_rerun_repeats_seed_and_snapshot(world: World) -> None:
    receipt = world.submit()
    world.grade(4.0)
    again = rerun(world, receipt.submission_id)
    old, new = world.run(receipt.run_id), world.run(again)
    assert (new.seed, new.snapshot_id) == (old.seed, old.snapshot_id)
    assert (new.status, new.ordinal) == (RunStatus.QUEUED, 2)
    assert (old.is_current, new.is_current) == (False, True)


def test_the_old_score_counts_until_the_rerun_ends(world: World) -> None:
    receipt = world.submit()
    world.grade(4.0)
    again = rerun(world, receipt.submission_id)
    assert world.run(again).score == 4.0
    world.grade(5.0)
    assert world.run(again).score == 5.0


def test_a_rerun_of_a_waiting_run_changes_nothing(world: World) -> None:
    receipt = world.submit()
    assert rerun(world, receipt.submission_id) == receipt.run_id


def test_a_rerun_takes_a_running_run_away_from_its_worker(world: World) -> None:
    receipt = world.submit()
    job = world.must_claim("w1")
    again = rerun(world, receipt.submission_id)
    with pytest.raises(LeaseLostError), world.database.write() as session:
        runs.finish(session, job, report())
    assert world.run(receipt.run_id).status is RunStatus.SUPERSEDED
    assert str(world.must_claim("w2").run_id) == again


def test_a_run_that_needed_attention_can_be_graded_again(world: World) -> None:
    receipt = world.submit()
    job = world.must_claim()
    with world.database.write() as session:
        runs.fail(session, job, "unreadable")
    again = rerun(world, receipt.submission_id)
    world.grade()
    assert world.run(again).status is RunStatus.GRADED


def test_a_superseded_submission_can_be_graded_after_all(world: World) -> None:
    receipt = world.submit()
    world.submit()
    again = rerun(world, receipt.submission_id)
    assert world.run(again).status is RunStatus.QUEUED


def test_a_rerun_waits_behind_whatever_students_send(world: World) -> None:
    graded = world.submit()
    world.grade()
    again = rerun(world, graded.submission_id)
    later = world.submit(world.other)
    assert (place(world, later.run_id), place(world, again)) == (1, 2)
    assert str(world.must_claim().run_id) == later.run_id
    assert str(world.must_claim().run_id) == again


def test_a_waiting_rerun_does_not_put_its_student_further_back(world: World) -> None:
    graded = world.submit()
    world.grade()
    rerun(world, graded.submission_id)
    mine, theirs = world.submit(), world.submit(world.other)
    assert [place(world, receipt.run_id) for receipt in (mine, theirs)] == [1, 2]


def test_a_worker_can_look_for_reruns_alone(world: World) -> None:
    graded = world.submit()
    world.grade()
    again = rerun(world, graded.submission_id)
    world.submit(world.other)
    with world.database.write() as session:
        job = runs.claim(session, worker="w1", lease_seconds=30, only=Lane.BULK)
    assert job is not None
    assert str(job.run_id) == again


@pytest.mark.parametrize("who", ["student", "other", "outsider"])
def test_only_staff_may_grade_again(world: World, who: str) -> None:
    receipt = world.submit()
    world.grade()
    with pytest.raises(NotFoundError):
        rerun(world, receipt.submission_id, getattr(world, who))


def test_who_asked_for_a_rerun_is_noted(world: World) -> None:
    receipt = world.submit()
    world.grade()
    rerun(world, receipt.submission_id)
    assert world.audit()[-1] == "rerun"
