"""A jail that was not locked: an alarm, another worker, and nobody loses an attempt."""

from dataclasses import dataclass, replace
from typing import NoReturn

import pytest
from sqlalchemy import select

from grader import engine
from grader.contract.messages import Bundle
from grader.db import Database
from grader.errors import JailNotLockedError, SandboxUnavailableError
from grader.models import Alarm, Attempts, RunStatus, Submission
from grader.services import alarms, runs
from grader.services.alarms import AlarmKind, AlarmView
from grader.storage import BlobStore
from tests.requirements import require
from tests.services.world import World, make_world
from tests.worker.grading import failing
from tests.worker.test_loop import Clock, make_worker, problem_of, unlock
from worker import alarm
from worker.jail import JailSettings, create_jail, selection
from worker.jail.selection import TieredJail
from worker.jail.session import Session
from worker.loop import Drained

NOT_LOCKED = JailNotLockedError(["Seccomp is 0", "Threads is 2"])


@pytest.fixture
def world(database: Database, store: BlobStore) -> World:
    world = make_world(database, store)
    world.limit_attempts(3)
    return world


@dataclass
class Tampered:
    """The jail that holds here, with a lock that does nothing."""

    jail: TieredJail

    @property
    def tier(self) -> str:
        return self.jail.tier

    def open(self, bundle: Bundle) -> Session:
        start = {**self.jail.launch.start, "locked": False}
        launch = replace(self.jail.launch, start=start)
        return replace(self.jail, launch=launch).open(bundle)

    def close(self) -> None:
        pass


def sounded(world: World) -> list[AlarmView]:
    with world.database.read() as session:
        return alarms.recent(session)


def used_attempts(world: World) -> tuple[int, bool]:
    with world.database.read() as session:
        used = session.scalars(
            select(Attempts.used).where(Attempts.user_id == world.student)
        ).one()
        refunded = session.scalars(select(Submission.attempt_refunded)).one()
    return used, refunded


def test_an_alarm_keeps_the_facts_and_gives_the_run_back(world: World) -> None:
    receipt = world.submit()

    make_worker(world, grade=failing(NOT_LOCKED)).drain(20.0)

    [seen] = sounded(world)
    assert seen.problems == ("Seccomp is 0", "Threads is 2")
    assert (seen.kind, seen.worker) == (AlarmKind.JAIL_NOT_LOCKED, "w1")
    assert (seen.facts["jail_tier"], seen.run_id) == ("T9", receipt.run_id)
    assert seen.facts["kernel"].startswith("Linux")
    assert seen.is_open
    assert seen.sets_apart
    run = world.run(receipt.run_id)
    assert (run.status, run.score, run.give_backs) == (RunStatus.QUEUED, None, 1)
    assert "Set apart after an alarm" in (problem_of(world) or "")


def test_another_worker_grades_it_and_no_second_attempt_is_spent(world: World) -> None:
    receipt = world.submit()
    make_worker(world, grade=failing(NOT_LOCKED)).drain(20.0)

    make_worker(world, worker_id="w2").drain(20.0)

    assert world.run(receipt.run_id).status is RunStatus.GRADED
    assert used_attempts(world) == (1, False)


def test_the_whole_worker_is_set_apart_not_only_this_process(world: World) -> None:
    world.submit()
    make_worker(world, grade=failing(NOT_LOCKED)).drain(20.0)
    unlock(world)

    sibling = make_worker(world)

    assert sibling.drain(20.0) == Drained(graded=0, more=False)


def test_after_the_quarantine_the_jail_must_pass_its_test_again(world: World) -> None:
    world.submit()
    clock = Clock()
    made: list[str] = []

    def make() -> NoReturn:
        made.append("tested")
        raise SandboxUnavailableError("still open")

    worker = make_worker(world, clock=clock, grade=failing(NOT_LOCKED))
    worker.drain(20.0)
    unlock(world)
    with world.database.write() as session:
        seen = session.scalars(select(Alarm)).one()
        seen.quarantine_until = seen.first_seen
    worker.jail_factory = make

    worker.drain(20.0)
    assert made == []
    clock.now += alarm.QUARANTINE_SECONDS + 1
    worker.drain(20.0)

    assert made == ["tested"]
    assert "still open" in (problem_of(world) or "")


def test_what_was_found_out_about_the_tiers_is_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten = []
    monkeypatch.setattr(selection, "forget_findings", lambda: forgotten.append(1))
    world.submit()

    make_worker(world, grade=failing(NOT_LOCKED)).drain(20.0)

    assert forgotten == [1]


def test_the_alarm_is_kept_when_the_run_has_been_taken_away(world: World) -> None:
    receipt = world.submit()

    def taken(*arguments: object, **options: object) -> None:
        with world.database.write() as session:
            runs.rerun(session, receipt.submission_id, world.ta)
        raise NOT_LOCKED

    make_worker(world, grade=taken).drain(20.0)

    assert len(sounded(world)) == 1


def test_a_real_jail_with_an_open_lock_never_gives_a_verdict(world: World) -> None:
    try:
        tampered = Tampered(create_jail(JailSettings()))
    except SandboxUnavailableError as error:
        require("sandbox", str(error))
    receipt = world.submit()
    worker = make_worker(world, jail_factory=lambda: tampered, grade=engine.grade)
    worker.drain(20.0)

    [seen] = sounded(world)
    assert any("Seccomp is 0" in problem for problem in seen.problems)
    run = world.run(receipt.run_id)
    assert (run.status, run.score) == (RunStatus.QUEUED, None)
