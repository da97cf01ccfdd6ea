"""The list of everybody's submissions, sorted and cut by the database."""

import pytest

from grader.services import submission_list
from grader.services.submission_list import SORTS, Wanted
from tests.services.statements import statements
from tests.services.world import World


def listed(world: World, wanted: Wanted) -> submission_list.SubmissionPage:
    with world.database.read() as session:
        return submission_list.listed(session, world.assignment_id, wanted)


def made(world: World) -> None:
    for user, score in ((world.student, 4.0), (world.other, 6.0)):
        world.submit(user)
        world.grade(score)
    world.submit(world.student)


@pytest.mark.parametrize("column", SORTS)
def test_every_column_sorts_both_ways_and_what_is_missing_comes_last(
    world: World, column: str
) -> None:
    made(world)
    rising = listed(world, Wanted(sort=column, falling=False)).rows
    falling = listed(world, Wanted(sort=column)).rows
    values = [
        [v for row in rows if (v := getattr(row, column)) is not None]
        for rows in (rising, falling)
    ]
    assert values == [sorted(values[0]), sorted(values[0], reverse=True)]
    if column in ("score", "run_seconds"):
        assert getattr(rising[-1], column) is getattr(falling[-1], column) is None


def test_filter_finds_parts_of_names_and_addresses(world: World) -> None:
    made(world)
    found = listed(world, Wanted(name="STUD example"))
    assert (found.total, found.found) == (3, 2)
    assert {row.name for row in found.rows} == {"Student"}
    assert listed(world, Wanted(name="%")).found == 0


def test_pages_hold_each_submission_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(world)
    monkeypatch.setattr(submission_list, "PAGE_ROWS", 2)
    pages = [listed(world, Wanted(page=page)) for page in (1, 2, 9)]
    assert [len(page.rows) for page in pages] == [2, 1, 1]
    assert pages[2].page == pages[2].pages == 2
    assert len({row.submission_id for page in pages[:2] for row in page.rows}) == 3


def test_more_submissions_need_no_more_statements(world: World) -> None:
    made(world)
    few = statements(world.database, lambda: listed(world, Wanted()))
    made(world)
    many = statements(world.database, lambda: listed(world, Wanted()))
    assert few == many
