"""Ringing: never raises, never waits long, and never says what to grade."""

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import dispatch
from grader.config import Settings
from grader.dispatch import Bell


@pytest.fixture
def silent_socket(tmp_path: Path) -> Iterator[str]:
    """A server that accepts and never answers, as a frozen broker does."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        yield f"redis+socket://{path}"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("grader.dispatch.time.monotonic", clock)
    return clock


def spy(monkeypatch: pytest.MonkeyPatch, bell: Bell, error: Exception | None) -> Any:
    sent: list[tuple[Any, ...]] = []

    def send(*arguments: Any, **options: Any) -> None:
        sent.append((arguments, options))
        if error is not None:
            raise error

    monkeypatch.setattr(bell._app, "send_task", send)
    return sent


def test_a_dead_broker_is_no_error(settings: Settings) -> None:
    assert dispatch.ring(settings) is False


def test_a_frozen_broker_is_no_error(settings: Settings, silent_socket: str) -> None:
    assert dispatch.ring(replace(settings, broker_url=silent_socket)) is False


def test_an_address_that_makes_no_sense_is_no_error(settings: Settings) -> None:
    assert dispatch.ring(replace(settings, broker_url="nonsense://x")) is False


def test_a_bell_carries_no_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    bell = Bell("redis://localhost")
    sent = spy(monkeypatch, bell, None)
    assert bell.ring(2)
    assert [arguments for arguments, _ in sent] == [("grader.look",)] * 2
    assert "args" not in sent[0][1]
    assert "kwargs" not in sent[0][1]


def test_after_a_failure_there_is_silence_for_two_seconds(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    bell = Bell("redis://localhost")
    sent = spy(monkeypatch, bell, OSError("gone"))
    for step in (0.0, 1.0, 0.9, 0.2):
        clock.now += step
        assert bell.ring() is False
    assert len(sent) == 2


def test_a_failure_is_logged_without_the_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bell = Bell("redis://:password@localhost")
    spy(monkeypatch, bell, OSError("redis://:password@localhost is gone"))
    with caplog.at_level(logging.WARNING, "grader.dispatch"):
        bell.ring()
    assert "OSError" in caplog.text
    assert "password" not in caplog.text
