"""A sick worker is found by a test run and set apart before it spoils submissions."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select

from grader.db import Database
from grader.errors import JailNotLockedError, StorageError
from grader.models import GradingRun, RunStatus
from grader.report import Report, ReportStatus
from grader.services import alarms
from grader.services.alarms import AlarmKind, AlarmView
from grader.services.runs import GIVE_BACK_LIMIT
from grader.storage import BlobStore
from tests.services.world import World, make_world
from tests.worker.grading import broken, failing, grade
from tests.worker.test_loop import Clock, make_worker, problem_of, unlock
from worker import canary
from worker.fitness import FIRST_REST_SECONDS, LONGEST_REST_SECONDS
from worker.loop import Drained, Worker

SICK = ValueError("no numbers today")


@pytest.fixture
def world(database: Database, store: BlobStore) -> World:
    world = make_world(database, store)
    world.limit_attempts(100)
    return world


def a_worker(world: World, engine: Callable[..., Any], **changes: Any) -> Worker:
    return make_worker(world, grade=engine, examine=canary.trouble, **changes)


def sounded(world: World, kind: AlarmKind) -> list[AlarmView]:
    with world.database.read() as session:
        return [alarm for alarm in alarms.recent(session) if alarm.kind is kind]


def give_backs(world: World) -> int:
    with world.database.read() as session:
        return session.scalars(select(func.sum(GradingRun.give_backs))).one()


def statuses(world: World, receipts: Sequence[Any]) -> set[RunStatus]:
    return {world.run(receipt.run_id).status for receipt in receipts}


def test_a_worker_that_starts_sick_never_claims_and_a_healthy_one_grades_all(
    world: World,
) -> None:
    receipts = [world.submit() for _ in range(5)]
    clock = Clock()
    sick = a_worker(world, broken(SICK), worker_id="sick", clock=clock)

    for _ in range(20):
        assert sick.drain(20.0) == Drained(graded=0, more=False)
        clock.now += 1000.0
    untouched = [world.run(receipt.run_id).attempt for receipt in receipts]
    a_worker(world, grade, worker_id="well").drain(20.0)

    assert untouched == [0] * 5
    assert statuses(world, receipts) == {RunStatus.GRADED}
    assert give_backs(world) == 0


def test_a_worker_that_falls_sick_gives_back_two_runs_at_most(world: World) -> None:
    receipts = [world.submit() for _ in range(5)]
    clock = Clock()
    sick = a_worker(world, grade, worker_id="sick", clock=clock)
    sick.drain(0.0)
    sick.grade = broken(SICK)

    for _ in range(20):
        sick.drain(20.0)
        unlock(world)
        clock.now += 1000.0
    spoiled = give_backs(world)
    a_worker(world, grade, worker_id="well").drain(20.0)

    assert spoiled == 2
    assert statuses(world, receipts) == {RunStatus.GRADED}


def test_a_sick_worker_says_so_and_sounds_one_alarm_however_often_it_tries(
    world: World,
) -> None:
    world.submit()
    clock = Clock()
    sick = a_worker(world, broken(SICK), clock=clock)

    sick.drain(20.0)
    clock.now += FIRST_REST_SECONDS + 1
    sick.drain(20.0)

    assert "ValueError: no numbers today" in (problem_of(world) or "")
    [alarm] = sounded(world, AlarmKind.WORKER_SICK)
    assert (alarm.worker, alarm.count, alarm.is_open) == ("w1", 2, True)
    assert alarm.facts == {"jail_tier": "T9"}


def test_its_rest_doubles_up_to_a_quarter_of_an_hour(world: World) -> None:
    world.submit()
    clock = Clock()
    tried: list[float] = []

    def examine(*_: object) -> str:
        tried.append(clock.now)
        return "still sick"

    sick = make_worker(world, examine=examine, clock=clock)
    for _ in range(3600):
        sick.drain(20.0)
        clock.now += 1.0

    rests = [later - earlier for earlier, later in pairwise(tried)]
    assert rests[:4] == [60.0, 120.0, 240.0, 480.0]
    assert set(rests[4:]) == {LONGEST_REST_SECONDS}


def test_a_worker_that_has_recovered_grades_and_its_alarm_is_over(world: World) -> None:
    receipt = world.submit()
    clock = Clock()
    worker = a_worker(world, broken(SICK), clock=clock)
    worker.drain(20.0)
    worker.grade = grade

    clock.now += FIRST_REST_SECONDS + 1
    worker.drain(20.0)

    assert world.run(receipt.run_id).status is RunStatus.GRADED
    assert problem_of(world) == ""
    [alarm] = sounded(world, AlarmKind.WORKER_SICK)
    assert not alarm.is_open
    assert alarm.resolved_by == ""


def test_failures_that_come_from_submissions_do_not_stop_a_worker(world: World) -> None:
    bad = [world.submit(text="bad\n") for _ in range(3)]
    good = [world.submit(world.other) for _ in range(2)]

    def choosy(
        assignment: Any, files: dict[str, bytes], entry: str, **rest: Any
    ) -> Any:
        if files[entry] == b"bad\n":
            raise SICK
        return grade(assignment, files, entry, **rest)

    a_worker(world, choosy).drain(20.0)

    assert statuses(world, good) == {RunStatus.GRADED}
    assert statuses(world, bad) == {RunStatus.QUEUED}
    assert problem_of(world) == ""
    assert sounded(world, AlarmKind.WORKER_SICK) == []


def test_a_submission_that_never_can_be_graded_still_comes_to_an_end(
    world: World,
) -> None:
    receipt = world.submit()
    worker = a_worker(world, failing(SICK))

    for _ in range(GIVE_BACK_LIMIT):
        worker.drain(0.0)
        unlock(world)

    assert world.run(receipt.run_id).status is RunStatus.NEEDS_ATTENTION
    [alarm] = sounded(world, AlarmKind.POISON_SUBMISSION)
    assert alarm.run_id == receipt.run_id
    assert alarm.facts == {"give_backs": str(GIVE_BACK_LIMIT)}


def test_a_success_between_two_failures_is_no_reason_for_a_test_run(
    world: World,
) -> None:
    for _ in range(3):
        world.submit()
    outcomes = iter([failing(SICK), grade, failing(SICK)])
    tested: list[int] = []

    def changing(*arguments: Any, **options: Any) -> Any:
        return next(outcomes)(*arguments, **options)

    def examine(*_: object) -> str:
        tested.append(1)
        return ""

    worker = make_worker(world, grade=changing, examine=examine)

    assert worker.drain(20.0).graded == 3
    assert tested == [1]


def test_a_wrong_score_is_as_bad_as_no_score(world: World) -> None:
    receipt = world.submit()

    def generous(*arguments: Any, **options: Any) -> Report:
        return replace(grade(*arguments, **options), score=5.0)

    a_worker(world, generous).drain(20.0)

    assert world.run(receipt.run_id).attempt == 0
    assert "got 5 of 6 points" in (problem_of(world) or "")


def test_a_report_that_needs_attention_is_as_bad_as_a_wrong_score(
    world: World,
) -> None:
    def puzzled(*arguments: Any, **options: Any) -> Report:
        report = grade(*arguments, **options)
        return replace(report, status=ReportStatus.NEEDS_ATTENTION)

    world.submit()

    assert "needs_attention" in canary.trouble(puzzled, None, world.store)  # type: ignore[arg-type]


def test_a_disk_that_is_not_there_makes_the_worker_sick(
    world: World, tmp_path: Any
) -> None:
    receipt = world.submit()
    worker = a_worker(world, grade)
    worker.store = BlobStore(tmp_path / "not mounted")

    worker.drain(20.0)

    assert world.run(receipt.run_id).attempt == 0
    assert "blob store is missing or empty" in (problem_of(world) or "")


def test_a_test_run_in_an_open_jail_sounds_the_alarm_about_jails(world: World) -> None:
    receipt = world.submit()

    a_worker(world, broken(JailNotLockedError(["Seccomp is 0"]))).drain(20.0)

    assert world.run(receipt.run_id).attempt == 0
    [alarm] = sounded(world, AlarmKind.JAIL_NOT_LOCKED)
    assert (alarm.problems, alarm.run_id) == (("Seccomp is 0",), "")
    assert alarm.sets_apart
    assert sounded(world, AlarmKind.WORKER_SICK) == []


def test_while_nothing_waits_there_is_no_test_run(world: World) -> None:
    assert a_worker(world, broken(SICK)).drain(20.0).graded == 0

    assert problem_of(world) == ""


def test_a_damaged_file_is_reported_and_the_run_is_given_back(world: World) -> None:
    receipt = world.submit(text="only here\n")
    blob = world.store.put(b"only here\n")
    (world.store.directory / blob[:2] / blob).write_bytes(b"other bytes")

    a_worker(world, grade).drain(20.0)

    [alarm] = sounded(world, AlarmKind.BLOB_DAMAGED)
    assert alarm.run_id == receipt.run_id
    assert blob in alarm.problems[0]
    assert world.run(receipt.run_id).give_backs == 1


def test_a_database_that_is_away_during_the_test_run_claims_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.submit()

    def away() -> Any:
        raise StorageError("database: is away")

    worker = a_worker(world, broken(SICK))
    monkeypatch.setattr(world.database, "write", away)

    assert worker.drain(20.0) == Drained(graded=0, more=False)


def test_a_worker_that_cannot_even_give_back_spoils_one_run_and_rests(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        world.submit()

    def broken_service(*_: object) -> None:
        raise TypeError("half an upgrade")

    monkeypatch.setattr("worker.loop.runs.give_back", broken_service)
    worker = a_worker(world, failing(SICK))

    for _ in range(5):
        worker.drain(20.0)

    with world.database.read() as session:
        attempts = session.scalars(select(func.sum(GradingRun.attempt))).one()
    assert attempts == 1
    assert "it cannot give a run back: half an upgrade" in (problem_of(world) or "")
