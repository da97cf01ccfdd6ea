"""``grader doctor`` says in words what holds."""

import json
from pathlib import Path

import pytest

from grader.cli.finding import Finding
from grader.cli.main import main
from grader.db import Database, migrate
from grader.services import alarms
from grader.services.alarms import AlarmKind
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


def tier(name: str, *, holds: bool, accepted: bool = True) -> TierFinding:
    reason = "All probes were refused." if holds else "refused here"
    return TierFinding(name, holds, reason, "do this", "what it is", accepted)


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
    assert Finding("x", None, "y").fine is None


def test_a_tier_that_holds_is_described_with_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, out = examine(
        monkeypatch, capsys, tmp_path, tier("T1", holds=False), tier("T2", holds=True)
    )
    found = {finding["what"]: finding for finding in json.loads(out)}
    assert found["jail tier T2"]["found"].startswith("holds: what it is. All probes")
    assert "which files exist" in found["jail tier T2"]["found"]
    assert found["jail"]["advice"] == "Stronger would be T1; see its line."


def test_a_tier_that_holds_but_is_too_weak_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("GRADER_MIN_TIER", "T1")
    code, out = examine(
        monkeypatch,
        capsys,
        tmp_path,
        tier("T1", holds=False),
        tier("T2", holds=True, accepted=False),
    )
    found = {finding["what"]: finding for finding in json.loads(out)}
    assert code == 3
    assert found["jail"]["fine"] is False
    assert "T2 holds, but GRADER_MIN_TIER demands at least T1" in found["jail"]["found"]
    assert found["GRADER_MIN_TIER"]["found"] == "T1: nothing weaker is ever used"


def test_the_kernel_is_described(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    facts = {"kernel": "Linux 6.1", "landlock": "3", "user_namespaces": "yes"}
    monkeypatch.setattr("worker.jail.kernel.facts", lambda: facts)
    _, out = examine(monkeypatch, capsys, tmp_path, tier("T1", holds=True))
    found = {finding["what"]: finding["found"] for finding in json.loads(out)}
    assert found["kernel"] == "Linux 6.1"
    assert found["Landlock"] == "version 3"
    assert found["user namespaces"] == "yes"


def test_what_programs_said_is_printed_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    odd = TierFinding("T1", False, "said [bold]no[/bold] and [/red]", "do this")
    monkeypatch.setenv("GRADER_HOME", str(tmp_path))
    monkeypatch.setattr("worker.jail.diagnose", lambda settings: [odd])
    with pytest.raises(SystemExit):
        main(["doctor", "--jail-only"])
    assert "said [bold]no[/bold] and [/red]" in capsys.readouterr().out


def sound_an_alarm(url: str, *, resolved: bool = False) -> None:
    migrate(url)
    database = Database(url)
    with database.write() as session:
        alarms.sound(
            session,
            AlarmKind.JAIL_NOT_LOCKED,
            subject="w1",
            worker="w1",
            host="node-1",
            problems=["Seccomp is 0"],
        )
        if resolved:
            alarms.end(session, AlarmKind.JAIL_NOT_LOCKED, "w1")
    database.dispose()


def test_an_open_alarm_is_told_with_what_to_do_and_is_no_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sound_an_alarm(f"sqlite:///{tmp_path}/grader.sqlite3")

    code, out = examine(monkeypatch, capsys, tmp_path, tier("T1", holds=True))

    found = {finding["what"]: finding for finding in json.loads(out)}
    assert code == 1
    assert found["alarms"]["fine"] is False
    assert "jail-not-locked on node-1" in found["alarms"]["found"]
    assert found["alarms"]["found"].endswith("Seccomp is 0")
    assert "Look at that machine" in found["alarms"]["advice"]


def test_a_machine_that_cannot_grade_is_worse_than_an_alarm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sound_an_alarm(f"sqlite:///{tmp_path}/grader.sqlite3")

    code, _ = examine(monkeypatch, capsys, tmp_path, tier("T1", holds=False))

    assert code == 3


def test_alarms_that_are_over_are_only_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sound_an_alarm(f"sqlite:///{tmp_path}/grader.sqlite3", resolved=True)

    code, out = examine(monkeypatch, capsys, tmp_path, tier("T1", holds=True))

    found = {finding["what"]: finding for finding in json.loads(out)}
    assert code == 0
    assert found["alarms"]["found"] == "none is open; 1 of the last 30 days are over"


def test_without_alarms_there_is_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    migrate(f"sqlite:///{tmp_path}/grader.sqlite3")
    code, out = examine(monkeypatch, capsys, tmp_path, tier("T1", holds=True))
    found = {finding["what"]: finding for finding in json.loads(out)}
    assert code == 0
    assert found["alarms"]["found"] == "none is open"
