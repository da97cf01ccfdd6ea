"""Scores of one assignment, and the table for a spreadsheet."""

import csv
import io

import pytest

from grader.services import scores
from grader.services.cells import copied, harmless, number
from grader.services.scores import ScoreRow
from tests.services.world import World


def row(name: str, score: float | None = 5.0) -> ScoreRow:
    return ScoreRow(1, name, "a@example.org", 2, score, 6.0, "some-id")


def test_every_student_has_a_score_row_and_staff_have_none(world: World) -> None:
    for score in (4.0, 2.0):
        world.submit()
        world.grade(score)
    with world.database.read() as session:
        rows = scores.scores(session, world.assignment_id)
        page = scores.listed(session, world.assignment_id, sort="score", falling=True)
    assert [(r.name, r.attempts, r.score) for r in rows] == [
        ("Other", 0, None),
        ("Student", 2, 4.0),
    ]
    assert [r.name for r in page.rows] == ["Student", "Other"]
    assert (page.students, page.submitted, page.mean) == (2, 1, 4.0)


@pytest.mark.parametrize(
    "cell",
    [
        "=HYPERLINK(1)",
        "+1",
        "-1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        " =1",
        "'=1",
        '"=1',
        "\n=1",
        "\u00a0=1",
    ],
)
def test_no_cell_can_become_a_formula(cell: str) -> None:
    table = scores.scores_csv([row(cell)])
    read = next(csv.DictReader(io.StringIO(table, newline="")))["name"]
    assert read == f"'{cell}"


@pytest.mark.parametrize("cell", ["Ann", "O'Neil", "Ann = Bob", "王 伟", "a@b.org"])
def test_an_ordinary_name_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_numbers_that_somebody_exported_stay_numbers() -> None:
    assert [copied(cell) for cell in ("-5", "1e3", "-5+1")] == ["-5", "1e3", "'-5+1"]


def test_points_are_written_without_needless_digits() -> None:
    assert [number(one) for one in (4.5, 120.0, 0.0, None)] == ["4.5", "120", "0", ""]


def test_scores_stay_numbers_and_missing_ones_are_empty() -> None:
    table = scores.scores_csv([row("Ann", 4.5), row("Bob", None)])
    read = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [line["score"] for line in read] == ["4.5", ""]
    assert read[0]["max_score"] == "6"
