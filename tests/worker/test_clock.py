"""A machine whose clock is wrong refuses to work, and staff learn of it."""

import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest

from grader.config import Settings
from grader.db import Database
from grader.errors import ClockSkewError, StorageError
from grader.services import alarms
from grader.services.alarms import AlarmKind, AlarmView
from worker.clock import require_right_clock
from worker.janitor import run_janitor
from worker.loop import run_polling


def off_by(seconds: float) -> Callable[[], float]:
    return lambda: time.time() + seconds


def sounded(database: Database) -> list[AlarmView]:
    with database.read() as session:
        return alarms.recent(session)


@pytest.mark.parametrize("seconds", [0.0, 20.0, -20.0])
def test_a_clock_that_is_nearly_right_is_accepted(
    database: Database, seconds: float
) -> None:
    require_right_clock(database, off_by(seconds))

    assert sounded(database) == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(7200.0, "7200 s ahead of"), (-40.0, "0 s behind")]
)
def test_a_clock_that_is_wrong_is_refused_with_an_alarm(
    database: Database, seconds: float, words: str
) -> None:
    with pytest.raises(ClockSkewError, match="set it right"):
        require_right_clock(database, off_by(seconds))

    [alarm] = sounded(database)
    assert alarm.kind is AlarmKind.CLOCK_SKEW
    assert words in alarm.problems[0]


def test_the_alarm_is_over_when_the_clock_is_right(database: Database) -> None:
    with pytest.raises(ClockSkewError):
        require_right_clock(database, off_by(3600.0))

    require_right_clock(database)

    assert not sounded(database)[0].is_open


def test_a_database_that_is_away_does_not_accuse_the_clock(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    @contextmanager
    def away() -> Any:
        raise StorageError("database: is away")
        yield

    monkeypatch.setattr(database, "read", away)

    require_right_clock(database, off_by(7200.0))

    assert "was not compared" in caplog.text


@pytest.mark.parametrize("run", [run_polling, run_janitor])
def test_neither_worker_nor_janitor_starts_with_a_wrong_clock(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, run: Callable[..., None]
) -> None:
    def wrong(_: Database) -> None:
        raise ClockSkewError("two hours")

    monkeypatch.setattr("worker.loop.require_right_clock", wrong)
    monkeypatch.setattr("worker.janitor.require_right_clock", wrong)

    with pytest.raises(ClockSkewError):
        run(settings)
