"""The grading loop without a broker: whatever happens, the row says so afterwards."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.config import Settings
from grader.db import Database
from grader.errors import (
    AssignmentError,
    LeaseLostError,
    SandboxUnavailableError,
    StorageError,
)
from grader.models import GradingRun, RunStatus, WorkerBeat
from grader.services import runs
from grader.services.runs import GradeJob
from grader.storage import BlobStore
from tests.services.world import CHECKS, World, make_world
from tests.waiting import until
from tests.worker.grading import NoJail, failing, grade
from worker.lease import LeaseKeeper
from worker.loop import BULK_TURN, Drained, Worker, run_polling


@pytest.fixture
def world(database: Database, store: BlobStore) -> World:
    world = make_world(database, store)
    world.limit_attempts(100)
    return world


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def make_worker(world: World, **changes: Any) -> Worker:
    clock = Clock()
    defaults: dict[str, Any] = {
        "jail_factory": NoJail,
        "worker_id": "w1",
        "grade": grade,
        "clock": clock,
        "pause": clock.pause,
        # Test runs have tests of their own.
        "examine": lambda *_: "",
    }
    return Worker(world.database, world.store, **{**defaults, **changes})


def at_check(number: int, action: Callable[[], None]) -> Callable[..., Any]:
    """An engine that does something before one of its checks."""

    def graded(*arguments: Any, **options: Any) -> Any:
        def act(index: int) -> None:
            if index == number:
                action()

        return grade(*arguments, before_check=act, **options)

    return graded


def problem_of(world: World, worker: str = "w1") -> str | None:
    with world.database.read() as session:
        return session.scalar(
            select(WorkerBeat.problem).where(WorkerBeat.worker == worker)
        )


def unlock(world: World) -> None:
    """Let a worker claim again what it gave back."""
    with world.database.write() as session:
        for run in session.scalars(select(GradingRun)):
            run.avoid_worker = None


def test_one_bell_grades_everything_that_waits(world: World) -> None:
    waiting = [world.submit(), world.submit(world.other), world.submit()]
    assert make_worker(world).drain(20.0) == Drained(graded=3, more=False)
    for receipt in waiting:
        run = world.run(receipt.run_id)
        assert (run.status, run.score, run.attempt) == (RunStatus.GRADED, 6.0, 1)


def test_a_bell_for_nothing_does_nothing(world: World) -> None:
    assert make_worker(world).drain(20.0) == Drained(graded=0, more=False)


def test_a_worker_says_when_its_time_is_up_before_the_queue_is_empty(
    world: World,
) -> None:
    for _ in range(3):
        world.submit()
    clock = Clock()
    slow = at_check(1, lambda: clock.pause(15.0))
    worker = make_worker(world, clock=clock, grade=slow)
    assert worker.drain(20.0) == Drained(graded=2, more=True)


def test_results_are_stored_while_grading_goes_on(world: World) -> None:
    receipt = world.submit()

    def stored() -> list[str]:
        return [row.check for row in world.results(receipt.run_id)]

    # Which checks have ended by then; the last has not.
    look = at_check(3, lambda: until(lambda: stored() == list(CHECKS[:2])))
    make_worker(world, grade=look).drain(20.0)
    assert stored() == list(CHECKS)
    assert world.run(receipt.run_id).status is RunStatus.GRADED


def test_the_first_answer_says_which_jail_holds(world: World) -> None:
    make_worker(world).drain(20.0)
    with world.database.read() as session:
        beat = session.get_one(WorkerBeat, "w1")
    assert beat.answered_at is not None
    assert (beat.jail_tier, beat.problem) == ("T9", "")


@pytest.mark.parametrize(
    "error", [SandboxUnavailableError("no namespaces"), OSError("no python")]
)
def test_without_a_jail_nothing_is_claimed_and_staff_are_told(
    world: World, error: Exception
) -> None:
    receipt = world.submit()
    worker = make_worker(world, jail_factory=failing(error))
    assert worker.drain(20.0) == Drained(graded=0, more=False)
    run = world.run(receipt.run_id)
    assert (run.status, run.attempt) == (RunStatus.QUEUED, 0)
    assert str(error) in (problem_of(world) or "")


@pytest.mark.parametrize(
    "error",
    [
        SandboxUnavailableError("the jail did not start"),
        StorageError("the disk is gone"),
        ZeroDivisionError("a bug of ours"),
    ],
)
def test_our_own_failure_gives_the_run_back_without_a_verdict(
    world: World, error: Exception
) -> None:
    receipt = world.submit()
    make_worker(world, grade=failing(error)).drain(20.0)
    run = world.run(receipt.run_id)
    assert (run.status, run.give_backs, run.score) == (RunStatus.QUEUED, 1, None)
    assert (run.crash_strikes, run.lost_workers) == (0, 0)
    make_worker(world, worker_id="w2").drain(20.0)
    assert world.run(receipt.run_id).status is RunStatus.GRADED


def test_a_missing_file_gives_the_run_back(world: World) -> None:
    receipt = world.submit(text="only here\n")
    job = world.must_claim()
    with world.database.write() as session:
        runs.release(session, job)
    blob = job.files["tiny.py"]
    (world.store.directory / blob[:2] / blob).unlink()
    make_worker(world).drain(20.0)
    assert world.run(receipt.run_id).give_backs == 1


def test_an_assignment_that_cannot_be_read_needs_attention_at_once(
    world: World,
) -> None:
    receipt = world.submit()
    broken = failing(AssignmentError(["assignment.toml: is broken"]))
    make_worker(world, grade=broken).drain(20.0)
    assert world.run(receipt.run_id).status is RunStatus.NEEDS_ATTENTION


def test_a_run_taken_away_is_not_written_to(world: World) -> None:
    receipt = world.submit()

    def take_away() -> None:
        with world.database.write() as session:
            runs.rerun(session, receipt.submission_id, world.ta)

    worker = make_worker(world, grade=at_check(2, take_away))
    worker.drain(0.0)
    run = world.run(receipt.run_id)
    assert (run.status, run.score) == (RunStatus.SUPERSEDED, None)
    assert [row.check for row in world.results(receipt.run_id)] == [CHECKS[0]]


def test_a_worker_asked_to_stop_returns_its_run_between_two_checks(
    world: World,
) -> None:
    receipt = world.submit()
    stop = threading.Event()
    worker = make_worker(world, grade=at_check(2, stop.set), should_stop=stop.is_set)
    assert worker.drain(20.0) == Drained(graded=1, more=False)
    run = world.run(receipt.run_id)
    assert (run.status, run.give_backs, run.attempt) == (RunStatus.QUEUED, 0, 1)


def broken_writes(world: World, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let the database refuse the next writes."""
    real, left = world.database.write, [times]

    @contextmanager
    def write() -> Any:
        if left[0]:
            left[0] -= 1
            raise StorageError("database: is away")
        with real() as session:
            yield session

    monkeypatch.setattr(world.database, "write", write)


def test_progress_that_cannot_be_stored_is_no_reason_to_stop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = world.submit()
    away = at_check(2, lambda: broken_writes(world, monkeypatch, 1))
    make_worker(world, grade=away).drain(20.0)
    assert world.run(receipt.run_id).status is RunStatus.GRADED
    assert [row.check for row in world.results(receipt.run_id)] == list(CHECKS)


def test_a_finished_report_waits_for_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = world.submit()
    away = at_check(3, lambda: broken_writes(world, monkeypatch, 8))
    make_worker(world, grade=away).drain(20.0)
    run = world.run(receipt.run_id)
    assert (run.status, run.attempt) == (RunStatus.GRADED, 1)


def test_a_report_is_not_kept_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = world.submit()
    away = at_check(3, lambda: broken_writes(world, monkeypatch, 10_000))
    make_worker(world, grade=away, patience_seconds=30.0).drain(20.0)
    assert world.run(receipt.run_id).status is RunStatus.RUNNING


def test_the_lease_is_renewed_while_one_check_runs_long(world: World) -> None:
    receipt = world.submit()

    def be_slow() -> None:
        first = world.run(receipt.run_id).heartbeat_at
        assert first is not None
        until(lambda: world.run(receipt.run_id).heartbeat_at != first)

    worker = make_worker(
        world, grade=at_check(1, be_slow), lease_seconds=60.0, heartbeat_seconds=0.02
    )
    worker.drain(20.0)
    assert world.run(receipt.run_id).status is RunStatus.GRADED


def renewing(job: GradeJob) -> Callable[[Session], None]:
    return lambda session: runs.heartbeat(session, job, 60.0)


def test_a_lost_lease_is_noticed_while_a_check_runs(world: World) -> None:
    world.submit()
    job = world.must_claim()
    with LeaseKeeper(world.database, renewing(job), what="it", every=0.02) as keeper:
        keeper.check()
        with world.database.write() as session:
            runs.release(session, job)
        until(lambda: keeper.lost)
        with pytest.raises(LeaseLostError):
            keeper.check()


def test_a_database_that_is_away_does_not_lose_the_lease(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.submit()
    job = world.must_claim()
    before = world.run(job.run_id).heartbeat_at
    broken_writes(world, monkeypatch, 3)
    with LeaseKeeper(world.database, renewing(job), what="it", every=0.02) as keeper:
        until(lambda: world.run(job.run_id).heartbeat_at != before)
    assert not keeper.lost


def test_polling_grades_without_any_broker(world: World, settings: Settings) -> None:
    stop = threading.Event()
    worker = make_worker(world, should_stop=stop.is_set)
    thread = threading.Thread(
        target=run_polling,
        args=(settings, stop),
        kwargs={"worker": worker, "poll_seconds": 0.02},
    )
    thread.start()
    try:
        receipt = world.submit()
        until(lambda: not world.run(receipt.run_id).status.is_pending)
    finally:
        stop.set()
        thread.join()
    assert world.run(receipt.run_id).status is RunStatus.GRADED


def test_polling_sweeps_up_after_dead_workers(world: World, settings: Settings) -> None:
    world.submit()
    job = world.must_claim("dead")
    world.expire(job.run_id)
    stop = threading.Event()
    worker = make_worker(world, grade=at_check(3, stop.set))
    run_polling(settings, stop, worker=worker, poll_seconds=0.02)
    assert world.run(job.run_id).status is RunStatus.GRADED


def test_every_tenth_claim_looks_for_a_rerun_first(world: World) -> None:
    graded = world.submit()
    world.grade()
    with world.database.write() as session:
        again = runs.rerun(session, graded.submission_id, world.ta)
    for _ in range(12):
        world.submit(world.other)
    order: list[str] = []

    def noting(*arguments: Any, **options: Any) -> Any:
        order.append(str(options["seed"]))
        return grade(*arguments, **options)

    make_worker(world, grade=noting).drain(20.0)
    assert order.index(str(world.run(again).seed)) == BULK_TURN - 1
