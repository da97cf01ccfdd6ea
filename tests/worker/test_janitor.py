"""Sweeping and ringing again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from grader.config import Settings
from grader.db import Database, database_now
from grader.errors import StorageError
from grader.models import Alarm, RunStatus
from grader.services import alarms, health
from grader.services.alarms import AlarmKind
from grader.services.sweeping import Swept
from grader.storage import BlobStore
from tests.services.world import World, make_world
from tests.waiting import LONGEST_SECONDS, until
from worker.janitor import Janitor


@pytest.fixture
def world(database: Database, store: BlobStore) -> World:
    world = make_world(database, store)
    world.limit_attempts(100)
    return world


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    rung: list[int] = []
    monkeypatch.setattr(
        "worker.janitor.dispatch.ring", lambda _settings, times: rung.append(times)
    )
    return rung


def listen(world: World) -> None:
    with world.database.write() as session:
        health.worker_beat(session, "w1", answered=True)


def age_alarms(world: World, seconds: float) -> None:
    with world.database.write() as session:
        then = database_now(session) - timedelta(seconds=seconds)
        session.execute(update(Alarm).values(last_seen=then))


def test_a_lost_bell_is_rung_again(
    world: World, settings: Settings, bells: list[int]
) -> None:
    listen(world)
    for _ in range(2):
        world.submit()
    Janitor(world.database, settings).tidy()
    assert bells == [2]


def test_many_waiting_runs_are_rung_for_a_few_at_a_time(
    world: World, settings: Settings, bells: list[int]
) -> None:
    listen(world)
    for _ in range(9):
        world.submit()
    Janitor(world.database, settings).tidy()
    assert bells == [4]


def test_nobody_is_rung_for_when_nothing_waits_or_nobody_listens(
    world: World, settings: Settings, bells: list[int]
) -> None:
    janitor = Janitor(world.database, settings)
    world.submit()
    janitor.tidy()
    listen(world)
    world.must_claim()
    janitor.tidy()
    assert bells == []


def test_a_run_of_a_dead_worker_is_queued_and_rung_for(
    world: World, settings: Settings, bells: list[int]
) -> None:
    listen(world)
    world.submit()
    job = world.must_claim("dead")
    world.expire(job.run_id)
    assert Janitor(world.database, settings).tidy() == Swept(requeued=1, broken=0)
    assert world.run(job.run_id).status is RunStatus.QUEUED
    assert bells == [1]


def test_after_the_database_was_away_leases_get_one_more_period(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.submit()
    job = world.must_claim("cut off", lease=0.0)
    janitor = Janitor(world.database, settings)
    now = [1000.0]
    monkeypatch.setattr("worker.janitor.time.monotonic", lambda: now[0])

    @contextmanager
    def away() -> Iterator[Any]:
        raise StorageError("database: is away")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(world.database, "read", away)
        assert janitor.tidy() == Swept(requeued=0, broken=0)
    assert janitor.tidy() == Swept(requeued=0, broken=0)
    assert world.run(job.run_id).status is RunStatus.RUNNING
    now[0] += settings.lease_seconds
    age_alarms(world, settings.lease_seconds)
    assert janitor.tidy() == Swept(requeued=1, broken=0)


def test_who_saw_no_error_grants_the_period_that_another_sweeper_noted(
    world: World, settings: Settings
) -> None:
    world.submit()
    job = world.must_claim("cut off", lease=0.0)
    with world.database.write() as session:
        alarms.sound(session, AlarmKind.DATABASE_AWAY, subject="another-machine")

    Janitor(world.database, settings).tidy()
    spared = world.run(job.run_id).status
    age_alarms(world, settings.lease_seconds)
    Janitor(world.database, settings).tidy()

    assert spared is RunStatus.RUNNING
    assert world.run(job.run_id).status is RunStatus.QUEUED


def test_a_lock_that_held_up_the_sweeper_held_up_the_workers_too(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.submit()
    job = world.must_claim("held up", lease=0.0)
    janitor = Janitor(world.database, settings)
    now = [1000.0]
    monkeypatch.setattr("worker.janitor.time.monotonic", lambda: now[0])

    def slow(*_: object) -> bool:
        now[0] += settings.heartbeat_seconds + 0.1
        return False

    with monkeypatch.context() as patch:
        patch.setattr("worker.janitor.was_away", slow)
        janitor.tidy()
    spared = world.run(job.run_id).status
    now[0] += settings.lease_seconds
    janitor.tidy()

    assert spared is RunStatus.RUNNING
    assert world.run(job.run_id).status is RunStatus.QUEUED


def test_after_the_database_was_away_staff_learn_of_it(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    janitor = Janitor(world.database, settings)

    @contextmanager
    def away() -> Iterator[Any]:
        raise StorageError("database: is away")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(world.database, "read", away)
        janitor.tidy()
    janitor.tidy()

    with world.database.read() as session:
        [alarm] = alarms.recent(session)
    assert alarm.kind is AlarmKind.DATABASE_AWAY


def test_a_janitor_shows_life_with_every_round(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    beat = tmp_path / "beat"
    shown = replace(settings, heartbeat_file=str(beat), sweep_seconds=0.01)
    stop = threading.Event()
    thread = threading.Thread(target=Janitor(world.database, shown).run, args=(stop,))
    thread.start()
    try:
        until(beat.exists)
    finally:
        stop.set()
        thread.join(LONGEST_SECONDS)
    assert beat.exists()


def test_a_janitor_stops_when_asked(world: World, settings: Settings) -> None:
    stop = threading.Event()
    janitor = Janitor(world.database, settings)
    thread = threading.Thread(target=janitor.run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(LONGEST_SECONDS)
    assert not thread.is_alive()
