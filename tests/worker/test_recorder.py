"""Results stored while a run goes on: soon, several at once, and never unfenced."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest

from grader.db import Database
from grader.engine import Progress
from grader.errors import LeaseLostError, StorageError
from grader.services import runs
from grader.services.runs import GradeJob
from grader.storage import BlobStore
from tests.services.world import CHECKS, World, make_world, result, tiny
from tests.waiting import until
from worker.recorder import Recorder

NEVER = 3600.0


@pytest.fixture
def world(database: Database, store: BlobStore) -> World:
    world = make_world(database, store)
    world.submit()
    return world


def ended(index: int) -> Progress:
    check = tiny().check_list[index - 1]
    return Progress(index, len(CHECKS), check, (result(check.id, 1.0, 2.0),))


def stored(world: World, job: GradeJob) -> list[str]:
    return [row.check for row in world.results(str(job.run_id))]


def count_writes(
    world: World, monkeypatch: pytest.MonkeyPatch, refuse: Callable[[int], bool]
) -> list[int]:
    """Return a list that grows with every write; some are refused by their number."""
    real, begun = world.database.write, list[int]()

    @contextmanager
    def write() -> Any:
        begun.append(len(begun))
        if refuse(begun[-1]):
            raise StorageError("database: is away")
        with real() as session:
            yield session

    monkeypatch.setattr(world.database, "write", write)
    return begun


def test_the_first_result_is_stored_at_once(world: World) -> None:
    job = world.must_claim()
    with Recorder(world.database, job, every=NEVER) as recorder:
        recorder.add(ended(1))
        assert stored(world, job) == [CHECKS[0]]
        assert world.run(str(job.run_id)).progress_index == 1


def test_results_that_follow_quickly_cost_no_commit_each(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = world.must_claim()
    with Recorder(world.database, job, every=NEVER) as recorder:
        writes = count_writes(world, monkeypatch, lambda _: False)
        for index in (1, 2, 3):
            recorder.add(ended(index))
    assert len(writes) == 1


def test_a_result_is_stored_soon_even_if_no_further_check_ends(world: World) -> None:
    job = world.must_claim()
    with Recorder(world.database, job, every=0.05) as recorder:
        recorder.add(ended(1))
        recorder.add(ended(2))
        until(lambda: stored(world, job) == list(CHECKS[:2]))
    assert world.run(str(job.run_id)).progress_index == 2


def test_after_the_end_the_rest_is_left_to_the_report(world: World) -> None:
    job = world.must_claim()
    with Recorder(world.database, job, every=NEVER) as recorder:
        recorder.add(ended(1))
        recorder.add(ended(2))
    assert stored(world, job) == [CHECKS[0]]


def test_what_was_graded_before_a_failure_is_stored(world: World) -> None:
    job = world.must_claim()
    recorder = Recorder(world.database, job, every=NEVER)

    def break_off() -> None:
        with recorder:
            recorder.add(ended(1))
            recorder.add(ended(2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert stored(world, job) == list(CHECKS[:2])


def test_a_run_taken_away_stops_the_next_result_and_stores_nothing(
    world: World,
) -> None:
    job = world.must_claim()
    with Recorder(world.database, job, every=0.05) as recorder:
        recorder.add(ended(1))
        with world.database.write() as session:
            runs.release(session, job)
        recorder.add(ended(2))

        def is_noticed() -> bool:
            try:
                recorder.add(ended(3))
            except LeaseLostError:
                return True
            return False

        until(is_noticed)
    assert stored(world, job) == [CHECKS[0]]


def test_a_database_that_is_away_is_asked_again_with_the_next_results(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = world.must_claim()
    with Recorder(world.database, job, every=0.02) as recorder:
        writes = count_writes(world, monkeypatch, lambda number: number == 0)
        recorder.add(ended(1))
        recorder.add(ended(2))
        until(lambda: stored(world, job) == [CHECKS[1]])
    assert writes == [0, 1]
