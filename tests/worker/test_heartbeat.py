"""The file whose age says whether a worker or a janitor is well."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.cli.main import main
from grader.config import Settings
from grader.errors import ConfigurationError
from worker import heartbeat
from worker.heartbeat import LEAST_AGE_SECONDS, sickness


@pytest.fixture
def watched(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, heartbeat_file=str(tmp_path / "run" / "beat"))


def age(settings: Settings, seconds: float) -> None:
    path = Path(settings.heartbeat_file)
    now = path.stat().st_mtime
    os.utime(path, (now - seconds, now - seconds))


def check(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("GRADER_HEARTBEAT_FILE", settings.heartbeat_file)
    with pytest.raises(SystemExit) as ended:
        main(["work", "--healthcheck"])
    return int(ended.value.code or 0)


def test_a_process_that_has_just_touched_its_file_is_well(
    watched: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeat.touch(watched)

    assert sickness(watched) == ""
    assert check(watched, monkeypatch) == 0


def test_a_process_that_never_touched_its_file_is_not_well(
    watched: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert check(watched, monkeypatch) == 1
    assert "there is no sign of life" in capsys.readouterr().err


def test_a_process_that_has_fallen_silent_is_not_well(
    watched: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    heartbeat.touch(watched)
    age(watched, LEAST_AGE_SECONDS + 5)

    assert check(watched, monkeypatch) == 1
    assert "the last sign of life was 0:01:0" in capsys.readouterr().err


def test_a_slow_heart_may_miss_two_beats(watched: Settings) -> None:
    slow = replace(watched, heartbeat_seconds=60.0)
    heartbeat.touch(slow)

    age(slow, 170.0)
    assert sickness(slow) == ""
    age(slow, 20.0)
    assert sickness(slow) != ""


def test_touching_again_makes_it_well_again(watched: Settings) -> None:
    heartbeat.touch(watched)
    age(watched, 1000.0)

    heartbeat.touch(watched)

    assert sickness(watched) == ""


def test_without_a_file_a_check_is_a_mistake_of_the_settings(
    settings: Settings,
) -> None:
    heartbeat.touch(settings)

    with pytest.raises(ConfigurationError, match="GRADER_HEARTBEAT_FILE"):
        sickness(settings)


def test_a_file_that_cannot_be_written_stops_nobody(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    impossible = replace(settings, heartbeat_file=str(tmp_path / "file" / "beat"))

    heartbeat.touch(impossible)

    assert "no sign of life" in caplog.text
