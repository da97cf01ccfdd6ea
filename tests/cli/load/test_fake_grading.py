"""Grading that only takes its time."""

import pytest

from grader.cli.load import fake_grading
from grader.contract.messages import Bundle
from grader.engine import Progress
from grader.errors import SandboxUnavailableError
from grader.report import ReportStatus
from tests.services.world import CHECKS, tiny


def test_every_check_passes_and_tells_its_beginning_and_its_end() -> None:
    heard: list[Progress] = []

    report = fake_grading.grade(
        tiny(), {"tiny.py": b"x = 1\n"}, "tiny.py", seed=5, on_progress=heard.append
    )

    assert (report.status, report.score, report.seed) == (ReportStatus.GRADED, 6.0, 5)
    assert [one.check.id for one in heard if one.results is None] == list(CHECKS)
    assert [one.check.id for one in heard if one.results] == list(CHECKS)


def test_it_takes_as_long_as_the_first_line_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    code = f"# {fake_grading.mark(0.6, 'number 4')}\nx = 1\n".encode()

    fake_grading.grade(
        tiny(), {"tiny.py": code}, "tiny.py", seed=1, on_progress=lambda _: None
    )

    assert slept == pytest.approx([0.2, 0.2, 0.2])


def test_it_never_runs_any_code() -> None:
    jail = fake_grading.NoJail()

    with pytest.raises(SandboxUnavailableError):
        jail.open(Bundle(files={}, entry=""))
