"""A run from claim to end: one grader at a time, and only the holder writes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from grader.db import database_now
from grader.errors import LeaseLostError
from grader.models import RunStatus, Submission
from grader.report import ReportStatus
from grader.services import runs, submissions
from grader.services.runs import GradeJob
from tests.services.world import CHECKS, World, report, result, tiny


def record(world: World, job: GradeJob, index: int = 1, points: float = 1.0) -> None:
    outline = tiny().check_list[index - 1]
    with world.database.write() as session:
        runs.record(
            session, job, index, 3, outline, [result(outline.id, points, points)]
        )


def finish(world: World, job: GradeJob, score: float = 6.0) -> None:
    with world.database.write() as session:
        runs.finish(session, job, report(score))


def give_back(world: World, job: GradeJob, reason: str = "the disk broke") -> None:
    with world.database.write() as session:
        runs.give_back(session, job, reason)


def used(world: World) -> int:
    with world.database.read() as session:
        return submissions.attempts_used(
            session, assignment_id=world.assignment_id, user_id=world.student
        )


def test_a_claim_brings_everything_that_grading_needs(world: World) -> None:
    receipt = world.submit()
    job = world.must_claim("w1")
    run = world.run(receipt.run_id)
    assert (str(job.run_id), job.attempt, job.worker) == (receipt.run_id, 1, "w1")
    assert (job.seed, job.snapshot_id) == (run.seed, world.snapshot_id)
    assert world.store.get(job.files[job.entry]) == b"x = 1\n"
    assert job.notices == ("mine.py was loaded as tiny.py.",)
    assert run.status is RunStatus.RUNNING


def test_each_claim_brings_the_files_of_its_own_submission(world: World) -> None:
    for user, text in ((world.student, "x = 1\n"), (world.other, "x = 2\n")):
        world.submit(user, text=text)
    jobs = (world.must_claim("w1"), world.must_claim("w2"))
    found = [world.store.get(job.files[job.entry]) for job in jobs]
    assert found == [b"x = 1\n", b"x = 2\n"]


def test_an_empty_queue_gives_nothing(world: World) -> None:
    assert world.claim() is None


def test_a_second_claim_of_the_same_run_gets_nothing(world: World) -> None:
    world.submit()
    world.must_claim("w1")
    assert world.claim("w2") is None


def test_many_workers_at_once_never_get_the_same_run(world: World) -> None:
    world.limit_attempts(100)
    for _ in range(6):
        world.submit()
    with ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(lambda n: world.claim(f"w{n}"), range(8)))
    claimed = [job.run_id for job in jobs if job is not None]
    # SKIP LOCKED may let a claim pass by a row that another one is just taking.
    assert len(claimed) == len(set(claimed)) > 0


def test_the_first_by_fair_order_is_claimed_first(world: World) -> None:
    world.limit_attempts(10)
    mine = [world.submit() for _ in range(2)]
    theirs = world.submit(world.other)
    order = [str(world.must_claim().run_id) for _ in range(3)]
    assert order == [mine[0].run_id, theirs.run_id, mine[1].run_id]


def test_results_are_there_as_soon_as_each_check_ends(world: World) -> None:
    world.submit()
    job = world.must_claim()
    record(world, job, 1)
    record(world, job, 2)
    assert [row.check for row in world.results(job.run_id)] == list(CHECKS[:2])
    assert world.run(job.run_id).progress_index == 2


def test_recording_a_check_again_replaces_its_results(world: World) -> None:
    world.submit()
    job = world.must_claim()
    record(world, job, 1, points=1.0)
    record(world, job, 1, points=0.5)
    (row,) = world.results(job.run_id)
    assert row.results[0]["points"] == 0.5


def test_finishing_stores_score_report_and_audit(world: World) -> None:
    world.submit()
    job = world.must_claim()
    record(world, job, 1)
    finish(world, job, 5.0)
    run = world.run(job.run_id)
    assert (run.status, run.score, run.max_score) == (RunStatus.GRADED, 5.0, 6.0)
    assert (run.token, run.lease_until, run.jail_tier) == (None, None, "T0")
    assert [row.check for row in world.results(job.run_id)] == list(CHECKS)
    assert world.audit()[-1] == "graded"


def test_a_run_is_finished_once(world: World) -> None:
    world.submit()
    job = world.must_claim()
    finish(world, job, 6.0)
    with pytest.raises(LeaseLostError):
        finish(world, job, 0.0)
    assert world.run(job.run_id).score == 6.0
    assert world.audit().count("graded") == 1


def test_a_worker_that_lost_its_lease_writes_nothing(world: World) -> None:
    world.submit()
    old = world.must_claim("w1")
    world.expire(old.run_id)
    with world.database.write() as session:
        runs.sweep(session)
    new = world.must_claim("w2")
    for write in (record, finish, give_back):
        with pytest.raises(LeaseLostError):
            write(world, old)
    with pytest.raises(LeaseLostError), world.database.write() as session:
        runs.heartbeat(session, old, 30.0)
    assert world.results(old.run_id) == []
    assert world.run(new.run_id).token == new.token
    assert new.attempt == 2


def test_a_new_attempt_begins_without_the_results_of_the_old_one(world: World) -> None:
    world.submit()
    job = world.must_claim("w1")
    record(world, job, 1)
    with world.database.write() as session:
        runs.release(session, job)
    world.must_claim("w2")
    assert world.results(job.run_id) == []
    assert world.run(job.run_id).progress_index == 0


def test_a_heartbeat_moves_the_end_of_the_lease(world: World) -> None:
    world.submit()
    job = world.must_claim(lease=5.0)
    with world.database.write() as session:
        runs.heartbeat(session, job, 500.0)
        now = database_now(session)
    until = world.run(job.run_id).lease_until
    assert until is not None
    assert until - now > timedelta(seconds=400)


def test_a_run_given_back_is_left_to_others_for_a_while(world: World) -> None:
    world.submit()
    give_back(world, world.must_claim("sick"))
    assert world.claim("sick") is None
    assert world.must_claim("well").attempt == 2


def test_giving_back_costs_no_crash_strike(world: World) -> None:
    world.submit()
    job = world.must_claim()
    give_back(world, job, "no jail")
    run = world.run(job.run_id)
    assert (run.give_backs, run.crash_strikes, run.lost_workers) == (1, 0, 0)
    assert run.problem == "no jail"


def test_a_run_that_everybody_gives_back_needs_attention_and_costs_no_attempt(
    world: World,
) -> None:
    world.submit()
    for number in range(runs.GIVE_BACK_LIMIT):
        assert used(world) == 1
        give_back(world, world.must_claim(f"w{number}"))
    assert world.claim("another") is None
    assert used(world) == 0
    assert world.audit()[-2:] == ["needs_attention", "refunded"]


def test_releasing_counts_as_nothing_and_the_same_worker_may_take_it_again(
    world: World,
) -> None:
    world.submit()
    job = world.must_claim("w1")
    with world.database.write() as session:
        runs.release(session, job)
    assert world.must_claim("w1").attempt == 2
    assert world.run(job.run_id).give_backs == 0


def test_a_run_that_cannot_be_helped_needs_attention_at_once(world: World) -> None:
    receipt = world.submit()
    job = world.must_claim()
    with world.database.write() as session:
        runs.fail(session, job, "unreadable")
    run = world.run(receipt.run_id)
    assert (run.status, run.problem) == (RunStatus.NEEDS_ATTENTION, "unreadable")
    assert used(world) == 0


def test_a_broken_assignment_gives_no_score_and_the_attempt_back(world: World) -> None:
    world.submit()
    job = world.must_claim()
    with world.database.write() as session:
        runs.finish(session, job, report(3.0, ReportStatus.NEEDS_ATTENTION))
    run = world.run(job.run_id)
    assert (run.status, run.score) == (RunStatus.NEEDS_ATTENTION, None)
    assert len(world.results(job.run_id)) == 3
    assert used(world) == 0
    with world.database.read() as session:
        assert session.get_one(Submission, job.submission_id).attempt_refunded


def test_an_attempt_is_given_back_once_however_often_its_runs_fail(
    world: World,
) -> None:
    world.submit()
    world.grade()
    world.submit()
    for _ in range(2):
        job = world.must_claim()
        with world.database.write() as session:
            runs.fail(session, job, "broken")
            runs.rerun(session, job.submission_id, world.ta)
    assert used(world) == 1
    assert world.audit().count("refunded") == 1


def test_a_reason_of_any_content_can_be_stored(world: World) -> None:
    world.submit()
    job = world.must_claim()
    give_back(world, job, "a\0b" + "x" * 10_000)
    assert world.run(job.run_id).problem.startswith("abxxx")


def test_a_report_with_numbers_that_json_does_not_have_is_stored(
    world: World,
) -> None:
    world.submit()
    job = world.must_claim()
    first, *rest = report().results
    odd = replace(first, message="\0\ud800", evidence={"got": [float("nan"), 1e400]})
    with world.database.write() as session:
        runs.finish(session, job, replace(report(), results=(odd, *rest)))
    (stored,) = world.results(job.run_id)[0].results
    assert stored["evidence"] == {"got": ["nan", "inf"]}
