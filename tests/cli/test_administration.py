"""Rosters, times and accounts from the command line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.cli.administration import local_time, read_roster
from grader.cli.main import main
from grader.errors import RefusedError
from grader.models import CourseRole


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADER_HOME", str(tmp_path / "home"))
    return tmp_path


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0)


def test_a_course_with_its_people_and_an_assignment_is_set_up_by_commands(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = home / "roster.csv"
    roster.write_text("email,name,role\nann@example.org,Ann,ta\nbob@example.org,Bob,\n")
    assert (
        command("course", "add", "bp", "Backprop", "--timezone", "Europe/Berlin") == 0
    )
    assert command("course", "enrol", "bp", str(roster)) == 0
    printed = capsys.readouterr().out
    assert "ann@example.org\tta\t" in printed
    assert "bob@example.org\tstudent\t" in printed
    publish = ("assignment", "publish", "bp", "modular-mlp", "--unproven")
    assert command(*publish) == 0
    assert "published without a proof" in capsys.readouterr().out
    assert command(*publish) == 0
    assert "unchanged" in capsys.readouterr().out


def test_enrolling_again_gives_nobody_a_new_password(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = home / "roster.csv"
    roster.write_text("email,name,role\nann@example.org,Ann,student\n")
    command("course", "add", "bp", "Backprop")
    command("course", "enrol", "bp", str(roster))
    capsys.readouterr()
    command("course", "enrol", "bp", str(roster))
    assert capsys.readouterr().out == "ann@example.org\tstudent\t\n"


def test_a_dry_run_of_a_roster_changes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = home / "roster.csv"
    roster.write_text("email,name,role\nann@example.org,Ann,student\n")
    command("course", "add", "bp", "Backprop")
    assert command("course", "enrol", "bp", str(roster), "--dry-run") == 0
    assert "nothing was changed" in capsys.readouterr().out
    command("course", "enrol", "bp", str(roster))
    _, _, password = capsys.readouterr().out.strip().partition("student\t")
    assert password


@pytest.mark.parametrize(
    "row", ["no-address,Ann,student", "ann@example.org,Ann,professor"]
)
def test_a_wrong_row_of_a_roster_is_named_by_its_line(tmp_path: Path, row: str) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(f"email,name,role\nbob@example.org,Bob,ta\n{row}\n")
    with pytest.raises(RefusedError, match="line 3"):
        read_roster(roster)


def test_a_roster_from_a_spreadsheet_with_a_byte_order_mark_is_read(
    tmp_path: Path,
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_bytes(b"\xef\xbb\xbfemail,name,role\r\nann@example.org,Ann,TA\r\n")
    assert read_roster(roster) == [("ann@example.org", "Ann", CourseRole.TA)]


def test_a_roster_without_its_columns_is_refused(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("mail;name\n")
    with pytest.raises(RefusedError, match="email, name and role"):
        read_roster(roster)


def test_a_due_date_is_read_in_the_zone_of_the_course() -> None:
    due = local_time("2027-03-01 23:59", "Europe/Berlin")
    assert due.astimezone(UTC) == datetime(2027, 3, 1, 22, 59, tzinfo=UTC)


def test_a_due_date_that_is_none_is_refused() -> None:
    with pytest.raises(RefusedError, match="2027-03-01"):
        local_time("tomorrow", "UTC")


@pytest.mark.parametrize("what", ["publish", "enrol"])
def test_a_course_that_does_not_exist_is_refused_with_those_that_do(
    what: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = home / "roster.csv"
    roster.write_text("email,name,role\n")
    command("course", "add", "bp", "Backprop")
    capsys.readouterr()
    wanted = {
        "publish": ("assignment", "publish", "pb", "modular-mlp"),
        "enrol": ("course", "enrol", "pb", str(roster)),
    }

    assert command(*wanted[what]) == 2

    said = capsys.readouterr().err
    assert said.startswith("grader: There is no course 'pb'; there are: bp.")
