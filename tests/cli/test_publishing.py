"""An assignment is proved before it is published, and refused if it contradicts."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from grader.cli.main import main
from grader.config import Settings
from grader.db import Database
from grader.models import AssignmentSnapshot, AuditEntry
from tests.cli.test_validate import RIGHT, SPEC, WRONG
from tests.requirements import require_sandbox


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an assignment and its solution, beside a home with a course."""
    monkeypatch.setenv("GRADER_HOME", str(tmp_path / "home"))
    place = tmp_path / "tiny"
    (place / "solution").mkdir(parents=True)
    (place / "assignment.toml").write_text(SPEC)
    (place / "solution/relu.py").write_text(RIGHT)
    assert command("course", "add", "bp", "Backprop") == 0
    return place


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0)


def publish(folder: Path, *options: str) -> int:
    return command("assignment", "publish", "bp", str(folder), *options)


def stored() -> tuple[list[str], list[Any]]:
    """Return the digests of all snapshots and what was noted when they were made."""
    database = Database(Settings.from_environment().database_url)
    try:
        with database.read() as session:
            digests = session.scalars(select(AssignmentSnapshot.digest)).all()
            noted = session.scalars(
                select(AuditEntry.new).where(AuditEntry.action == "published")
            ).all()
    finally:
        database.dispose()
    return list(digests), list(noted)


def test_what_holds_is_published_and_the_proof_is_noted(folder: Path) -> None:
    require_sandbox()

    code = publish(folder)

    (digest,), (noted,) = stored()
    assert code == 0
    assert (noted["assignment"], noted["digest"]) == ("tiny", digest)
    assert noted["proof"]["holds"] is True
    assert noted["proof"]["runs"] == 1
    assert noted["proof"]["mistakes"]["caught"] > 5


def test_a_contradiction_is_named_and_nothing_is_published(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_sandbox()
    (folder / "solution/relu.py").write_text(WRONG)

    code = publish(folder)

    said = " ".join(capsys.readouterr().err.split())
    assert code == 1
    assert stored() == ([], [])
    assert "backward.grad_x: expected passed, got failed" in said
    assert "nothing was published" in said


def test_without_a_proof_it_is_published_on_demand_and_noted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "solution/relu.py").write_text(WRONG)

    code = publish(folder, "--unproven")

    (digest,), (noted,) = stored()
    assert code == 0
    assert (noted["digest"], noted["proof"]) == (digest, None)
    assert "published without a proof" in capsys.readouterr().out


def test_without_a_solution_the_sentence_says_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "solution/relu.py").unlink()
    (folder / "solution").rmdir()

    code = publish(folder)

    said = capsys.readouterr().err
    assert code == 2
    assert "has no folder solution/" in said
    assert "--unproven" in said
    assert stored() == ([], [])


def test_what_is_published_already_is_not_proved_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(folder, "--unproven") == 0
    (folder / "solution/relu.py").write_text(WRONG)

    code = publish(folder)

    assert code == 0
    assert "already published, unchanged" in capsys.readouterr().out
    assert len(stored()[0]) == 1


def test_a_course_that_does_not_exist_is_named_before_anything_is_proved(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "solution/relu.py").write_text(WRONG)

    code = command("assignment", "publish", "nowhere", str(folder))

    said = capsys.readouterr().err
    assert code == 2
    assert "nowhere" in said
    assert "contradicts" not in said
