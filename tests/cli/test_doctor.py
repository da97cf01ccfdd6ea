"""``grader doctor`` says in words what holds."""

import json
from pathlib import Path

import pytest

from grader.cli import doctor
from grader.cli.main import main
from worker.jail import TierFinding


def examine(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    *tiers: TierFinding,
) -> tuple[int, str]:
    monkeypatch.setenv("GRADER_HOME", str(tmp_path))
    monkeypatch.setattr("worker.jail.diagnose", lambda settings: list(tiers))
    with pytest.raises(SystemExit) as stopped:
        main(["doctor", "--json"])
    return int(stopped.value.code or 0), capsys.readouterr().out


def tier(name: str, *, holds: bool) -> TierFinding:
    return TierFinding(name, holds, "refused here", "do this", "what it is", True)


def test_the_strongest_tier_that_holds_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out = examine(
        monkeypatch, capsys, tmp_path, tier("T1", holds=False), tier("T2", holds=True)
    )
    found = {finding["what"]: finding for finding in json.loads(out)}
    assert code == 0
    assert found["jail"]["found"] == "submissions are graded in T2"
    assert found["jail tier T1"]["advice"] == "do this"


def test_a_machine_on_which_nothing_holds_is_told_so_and_what_would_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out = examine(monkeypatch, capsys, tmp_path, tier("T1", holds=False))
    found = {finding["what"]: finding for finding in json.loads(out)}
    assert code == 3
    assert found["jail"]["fine"] is False
    assert found["jail tier T1"]["found"] == "does not hold: refused here"
    assert found["jail tier T1"]["advice"] == "do this"


def test_a_database_that_does_not_answer_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv(
        "GRADER_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none"
    )
    code, out = examine(monkeypatch, capsys, tmp_path, tier("T1", holds=True))
    found = {finding["what"]: finding for finding in json.loads(out)}
    assert code == 3
    assert found["database"]["fine"] is False


def test_a_finding_without_a_verdict_is_only_worth_knowing() -> None:
    assert doctor.Finding("x", None, "y").fine is None
