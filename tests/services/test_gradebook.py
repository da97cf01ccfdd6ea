"""Lists of attempts and scores, and the table for a spreadsheet."""

import csv
import io

import pytest

from grader.models import RunStatus
from grader.services import reports
from grader.services.gradebook import ScoreRow, harmless
from tests.services.world import World


def row(name: str, score: float | None = 5.0) -> ScoreRow:
    return ScoreRow(1, name, "a@example.org", 2, score, 6.0, "some-id")


def graded(world: World, *scores: float) -> None:
    for score in scores:
        world.submit()
        world.grade(score)


def test_the_best_score_counts_and_of_equal_ones_the_first(world: World) -> None:
    graded(world, 4.0, 5.0, 5.0, 3.0)
    with world.database.read() as session:
        rows = reports.attempts(
            session, assignment_id=world.assignment_id, user_id=world.student
        )
    assert [(r.number, r.score, r.counts) for r in rows] == [
        (4, 3.0, False),
        (3, 5.0, False),
        (2, 5.0, True),
        (1, 4.0, False),
    ]


def test_nothing_counts_before_something_is_graded(world: World) -> None:
    world.submit()
    with world.database.read() as session:
        (only,) = reports.attempts(
            session, assignment_id=world.assignment_id, user_id=world.student
        )
    assert (only.status, only.score, only.counts) == (RunStatus.QUEUED, None, False)


def test_staff_see_everybodys_submissions_the_newest_first(world: World) -> None:
    world.submit()
    world.submit(world.other)
    world.grade()
    with world.database.read() as session:
        rows = reports.submissions(session, assignment_id=world.assignment_id)
    assert {r.name for r in rows} == {"Student", "Other"}
    assert [r.run_seconds is None for r in rows if r.status is RunStatus.GRADED] == [
        False
    ]


def test_every_student_has_a_score_row_and_staff_have_none(world: World) -> None:
    graded(world, 4.0, 2.0)
    with world.database.read() as session:
        rows = reports.scores(session, world.assignment_id)
    assert [(r.name, r.attempts, r.score) for r in rows] == [
        ("Other", 0, None),
        ("Student", 2, 4.0),
    ]


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
    table = reports.scores_csv([row(cell)])
    read = next(csv.DictReader(io.StringIO(table, newline="")))["name"]
    assert read == f"'{cell}"


@pytest.mark.parametrize("cell", ["Ann", "O'Neil", "Ann = Bob", "王 伟", "a@b.org"])
def test_an_ordinary_name_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_scores_stay_numbers_and_missing_ones_are_empty() -> None:
    table = reports.scores_csv([row("Ann", 4.5), row("Bob", None)])
    read = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [line["score"] for line in read] == ["4.5", ""]
    assert read[0]["max_score"] == "6"
