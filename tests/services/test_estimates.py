"""How long runs take and wait, and the place that is kept for quick ones."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from grader.db import database_now
from grader.models import GradingRun, RunStatus
from grader.services import estimates, health, runs
from grader.services.estimates import FIRST_GUESS_SECONDS, HEAVY_SECONDS, Waiting
from tests.services.world import World


@pytest.fixture
def world(world: World) -> World:
    world.limit_attempts(100)
    return world


def worker(world: World, name: str, slots: int) -> None:
    with world.database.write() as session:
        health.worker_beat(session, name, answered=True, slots=slots)


def set_run(world: World, run_id: object, **values: object) -> None:
    with world.database.write() as session:
        session.execute(
            update(GradingRun).where(GradingRun.id == run_id).values(**values)
        )


def now(world: World) -> datetime:
    with world.database.read() as session:
        return database_now(session)


def took(world: World, seconds: float) -> None:
    """Grade one submission that took so long."""
    world.submit()
    job = world.grade()
    ended = now(world)
    began = ended - timedelta(seconds=seconds)
    set_run(world, job.run_id, started_at=began, finished_at=ended)


def expected(world: World) -> float:
    with world.database.read() as session:
        return estimates.expected_seconds(session, world.snapshot_id)


def waiting(world: World, run_id: str) -> Waiting | None:
    with world.database.read() as session:
        return runs.place_of(session, run_id)


def test_a_first_run_is_guessed(world: World) -> None:
    assert expected(world) == FIRST_GUESS_SECONDS


def test_a_run_is_expected_to_take_as_long_as_the_last_ones(world: World) -> None:
    for seconds in (1.0, 3.0, 8.0):
        took(world, seconds)
    assert expected(world) == pytest.approx(4.0)
    receipt = world.submit()
    assert world.run(receipt.run_id).expected_seconds == pytest.approx(4.0)


def test_only_the_last_twenty_count(world: World) -> None:
    took(world, 500.0)
    for _ in range(20):
        took(world, 2.0)
    assert expected(world) == pytest.approx(2.0)


def test_who_waits_is_told_what_lies_before_over_all_places(world: World) -> None:
    worker(world, "w1", slots=2)
    worker(world, "w2", slots=2)
    receipts = [world.submit() for _ in range(3)]
    for receipt, seconds in zip(receipts, (4.0, 8.0, 1.0), strict=True):
        run = world.run(receipt.run_id)
        set_run(world, run.id, expected_seconds=seconds)
    assert waiting(world, receipts[0].run_id) == Waiting(1, 0.0)
    assert waiting(world, receipts[2].run_id) == Waiting(3, 3.0)


def test_what_is_being_graded_counts_for_the_rest_of_its_time(world: World) -> None:
    worker(world, "w1", slots=1)
    world.submit()
    job = world.must_claim("w1")
    began = now(world) - timedelta(seconds=30)
    set_run(world, job.run_id, expected_seconds=100.0, started_at=began)
    receipt = world.submit(world.other)
    seen = waiting(world, receipt.run_id)
    assert seen is not None
    assert seen.seconds == pytest.approx(70.0, abs=2.0)


def test_a_run_over_its_time_counts_for_nothing(world: World) -> None:
    worker(world, "w1", slots=1)
    world.submit()
    job = world.must_claim("w1")
    began = now(world) - timedelta(seconds=300)
    set_run(world, job.run_id, expected_seconds=100.0, started_at=began)
    receipt = world.submit(world.other)
    assert waiting(world, receipt.run_id) == Waiting(1, 0.0)


def test_without_a_worker_nobody_says_how_long(world: World) -> None:
    receipt = world.submit()
    assert waiting(world, receipt.run_id) == Waiting(1, None)


def test_a_run_that_does_not_wait_has_no_place(world: World) -> None:
    receipt = world.submit()
    world.must_claim()
    assert waiting(world, receipt.run_id) is None


def heavy(world: World, count: int) -> None:
    """Send so many submissions that take long, each from before the next."""
    for _ in range(count):
        run = world.run(world.submit().run_id)
        set_run(world, run.id, expected_seconds=HEAVY_SECONDS)


def test_long_runs_leave_the_last_place_to_a_quick_one(world: World) -> None:
    worker(world, "w1", slots=3)
    heavy(world, 3)
    quick = world.submit(world.other)
    taken = [world.must_claim("w1") for _ in range(3)]
    assert quick.run_id in {str(job.run_id) for job in taken}
    assert world.claim("w1") is None


def test_a_long_run_goes_on_when_another_has_ended(world: World) -> None:
    worker(world, "w1", slots=2)
    heavy(world, 2)
    first = world.must_claim("w1")
    assert world.claim("w1") is None
    set_run(world, first.run_id, status=RunStatus.GRADED)
    assert world.claim("w1") is not None


@pytest.mark.parametrize("slots", [0, 1])
def test_one_long_run_is_always_graded(world: World, slots: int) -> None:
    if slots:
        worker(world, "w1", slots)
    heavy(world, 2)
    assert world.claim("w1") is not None
    assert world.claim("w1") is None
