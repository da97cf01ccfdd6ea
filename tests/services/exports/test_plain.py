"""Our own table of a course, and those of Gradescope."""

import csv
import io
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from grader.services.exports import plain
from tests.services.exports.books import ANN, BOB, CONV, LINEAR, book

VIENNA = ZoneInfo("Europe/Vienna")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_own_table_has_points_possible_and_empty_cells_where_no_score_is() -> None:
    possible, ann, bob = rows(plain.own(book(ANN, BOB)))
    assert (possible["Linear"], possible["'=Conv"], possible["total"]) == (
        "20",
        "10",
        "30",
    )
    assert (ann["Linear"], ann["'=Conv"], ann["student_number"]) == ("12.5", "11", "7")
    assert (bob["name"], bob["Linear"]) == ("'=Bob", "")


def test_assignments_with_one_title_have_two_headings() -> None:
    twice = replace(book(ANN), columns=(LINEAR, replace(CONV, title="Linear")))
    assert {"Linear (linear)", "Linear (conv)"} <= rows(plain.own(twice))[0].keys()


def test_gradescope_assignment_has_the_columns_that_its_readers_expect() -> None:
    ann, bob = rows(plain.gradescope_assignment(book(ANN, BOB), LINEAR, VIENNA))
    assert ann == {
        "First Name": "Ann Bo",
        "Last Name": "Lee",
        "SID": "7",
        "Email": "ann@x.org",
        "Sections": "A",
        "Total Score": "12.5",
        "Max Points": "20",
        "Status": "Graded",
        "Submission ID": "s1",
        "Submission Time": "2026-03-01 13:00:00 +0100",
        "Lateness (H:M:S)": "01:02:05",
        "View Count": "",
        "Submission Count": "2",
    }
    assert (bob["Status"], bob["Total Score"]) == ("Ungraded", "")


def test_gradescope_course_adds_up_lateness() -> None:
    ann, _ = rows(plain.gradescope_course(book(ANN, BOB), VIENNA))
    assert ann["Linear - Max Points"] == "20"
    assert ann["Linear - Lateness (H:M:S)"] == ann["Total Lateness (H:M:S)"]


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "00:00:00"), (59.6, "00:01:00"), (360_000, "100:00:00")],
)
def test_lateness_is_hours_minutes_and_seconds(seconds: float, written: str) -> None:
    assert plain.lateness(seconds) == written
