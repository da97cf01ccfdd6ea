"""What the Celery worker does before it forks anything."""

from typing import Any

import pytest
from celery.signals import worker_init

from grader.errors import ClockSkewError
from worker import app


def test_a_wrong_clock_ends_the_worker_and_not_only_its_signal(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(_: Any) -> None:
        raise ClockSkewError("the clock is two hours ahead")

    monkeypatch.setattr(app, "require_right_clock", wrong)

    with pytest.raises(SystemExit) as ended:
        worker_init.send(sender=None)

    assert ended.value.code == app.EXIT_WRONG_CLOCK
    assert "two hours ahead" in caplog.text


def test_with_a_right_clock_the_worker_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[Any] = []
    monkeypatch.setattr(app, "require_right_clock", compared.append)

    worker_init.send(sender=None)

    assert len(compared) == 1
