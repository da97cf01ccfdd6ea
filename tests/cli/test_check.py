"""``grader check`` says what is not as it must be, and changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from grader.cli.main import main
from grader.models import Attempts
from grader.services.invariants import INVARIANTS
from tests.services.world import World


def check(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["check", *options])
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


def as_json(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, Any]:
    code, out, _ = check(capsys, "--json", *options)
    return code, json.loads(out)


@pytest.mark.usefixtures("kept")
def test_what_holds_is_said_promise_by_promise(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = check(capsys)

    assert code == 0
    assert all(each.promise in out for each in INVARIANTS)
    assert "NO" not in out
    assert "Entries in the list of what happened: 1." in out


def test_what_is_broken_is_said_in_a_sentence(
    kept: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with kept.database.write() as session:
        session.execute(update(Attempts).values(used=7))

    code, out, _ = check(capsys)

    assert code == 1
    assert f"student {kept.student} is charged 7 attempts" in out


def test_a_document_holds_every_promise(
    kept: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with kept.database.write() as session:
        session.execute(update(Attempts).values(used=7))

    code, document = as_json(capsys)

    broken = [each["id"] for each in document["invariants"] if each["broken"]]
    assert (code, document["holds"], broken) == (1, False, ["attempts-add-up"])
    assert [each["id"] for each in document["invariants"]] == [
        each.id for each in INVARIANTS
    ]


def test_a_list_that_was_cut_is_noticed_by_what_was_noted(
    kept: World, capsys: pytest.CaptureFixture[str]
) -> None:
    noted = as_json(capsys)[1]["audit"]
    kept.submit(kept.other)

    still = as_json(capsys, "--noted", f"{noted['entries']}:{noted['hash']}")
    cut = as_json(capsys, "--noted", f"9:{noted['hash']}")

    assert (still[0], still[1]["holds"]) == (0, True)
    assert (cut[0], cut[1]["invariants"][-1]["id"]) == (1, "list-was-not-cut")


@pytest.mark.usefixtures("kept")
def test_a_note_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = check(capsys, "--noted", "yesterday")

    assert code == 2
    assert "must be a number, a colon and 64 hexadecimal digits" in err


def test_a_home_without_a_database_is_refused_and_stays_without_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_HOME", str(tmp_path))

    code, _, err = check(capsys)

    assert code == 2
    assert "There is no database at" in err
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_tables_is_told_what_brings_it_up_to_date(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_HOME", str(tmp_path))
    (tmp_path / "grader.sqlite3").touch()

    code, _, err = check(capsys)

    assert code == 2
    assert "is at version none" in err
    assert "grader migrate" in err
