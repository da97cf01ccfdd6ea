"""Sweeping and ringing again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from grader.config import Settings
from grader.db import Database
from grader.errors import StorageError
from grader.models import RunStatus
from grader.services import health
from grader.services.sweeping import Swept
from grader.storage import BlobStore
from tests.services.world import World, make_world
from tests.waiting import LONGEST_SECONDS
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
    assert janitor.tidy() == Swept(requeued=1, broken=0)


def test_a_janitor_stops_when_asked(world: World, settings: Settings) -> None:
    stop = threading.Event()
    janitor = Janitor(world.database, settings)
    thread = threading.Thread(target=janitor.run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(LONGEST_SECONDS)
    assert not thread.is_alive()
