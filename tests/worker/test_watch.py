"""What a janitor tells staff: once when it begins, and that it is over."""

from dataclasses import replace

import pytest

from grader.config import Settings
from grader.db import Database
from grader.services import alarms
from grader.services.alarms import AlarmKind, AlarmView
from grader.services.health import Glance
from worker import watch
from worker.watch import Watch

QUIET = Glance(expired=0, queued=0, listeners=1, fit=1)
STALLED = Glance(expired=0, queued=3, listeners=1, fit=0, oldest_queued_seconds=75.0)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moments = [1000.0]
    monkeypatch.setattr("worker.watch.time.monotonic", lambda: moments[0])
    return moments


@pytest.fixture
def watching(database: Database, settings: Settings) -> Watch:
    return Watch(database, replace(settings, sweep_seconds=5.0), least_free_bytes=0)


def sounded(watching: Watch) -> list[AlarmView]:
    with watching.database.read() as session:
        return alarms.recent(session)


def free(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    usage = type("Usage", (), {"free": size})
    monkeypatch.setattr(watch.shutil, "disk_usage", lambda _: usage)


def test_waiting_runs_without_a_worker_are_told_once_while_it_lasts(
    watching: Watch, now: list[float]
) -> None:
    for _ in range(6):
        watching.look(STALLED)
        now[0] += 5.0

    [alarm] = sounded(watching)
    assert (alarm.kind, alarm.count) == (AlarmKind.NO_WORKER, 1)
    assert alarm.problems == ("3 wait, the first since 75 s.",)


def test_a_worker_has_a_moment_to_start(watching: Watch, now: list[float]) -> None:
    watching.look(STALLED)
    now[0] += 9.0
    watching.look(STALLED)
    watching.look(QUIET)
    now[0] += 9.0
    watching.look(STALLED)

    assert sounded(watching) == []


def test_when_a_worker_is_there_the_alarm_is_over(
    watching: Watch, now: list[float]
) -> None:
    watching.look(STALLED)
    now[0] += 10.0
    watching.look(STALLED)

    watching.look(QUIET)

    [alarm] = sounded(watching)
    assert (alarm.is_open, alarm.resolved_by) == (False, "")


def test_an_alarm_from_before_its_start_is_ended_as_well(watching: Watch) -> None:
    with watching.database.write() as session:
        alarms.sound(session, AlarmKind.NO_WORKER, subject="")

    watching.look(QUIET)

    assert not sounded(watching)[0].is_open


def test_a_database_that_was_away_is_told_once_it_is_back(
    watching: Watch, now: list[float]
) -> None:
    watching.database_is_away()
    now[0] += 20.0
    watching.database_is_away()
    now[0] += 5.0

    watching.look(QUIET)
    watching.look(QUIET)

    [alarm] = sounded(watching)
    assert (alarm.kind, alarm.count) == (AlarmKind.DATABASE_AWAY, 1)
    assert alarm.problems == ("It did not answer for about 25 s.",)


def test_a_disk_without_room_is_told_until_there_is_twice_as_much(
    watching: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.least_free_bytes = 100 << 20
    states = []

    for left in (101, 99, 150, 201, 150):
        free(monkeypatch, left << 20)
        watching.look(QUIET)
        states.append([alarm.is_open for alarm in sounded(watching)])

    assert states == [[], [True], [True], [False], [False]]
    assert sounded(watching)[0].problems[0].startswith("99 MiB are left")


def test_a_folder_that_is_not_there_is_no_full_disk(
    watching: Watch, settings: Settings
) -> None:
    watching.least_free_bytes = 1 << 60
    watching.settings = replace(settings, blob_dir=settings.home / "none")

    watching.look(QUIET)

    assert sounded(watching) == []
