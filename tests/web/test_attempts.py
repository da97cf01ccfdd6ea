"""All attempts: which one counts, and what changed between two."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from grader.db import Database
from grader.models import Assignment, Counting
from grader.services.reports import Worth
from grader.web.differences import MOST_LINES, file_changes, pairs
from grader.web.reading import how_it_came
from tests.web.conftest import ASSIGNMENT, token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]


def test_page_lists_the_attempts_with_scores_and_marks_the_one_that_counts(
    visit: Visit,
) -> None:
    text = visit("ada").get(f"{ASSIGNMENT}/attempts").text
    assert "12 / 20" in text
    assert "That is attempt 2. Of equal scores, the earliest counts." in text
    assert text.count("<td>counts") == 1
    assert 'aria-label="Score over attempts' in text
    assert "Let attempt" not in text


def test_page_of_somebody_without_attempts_leads_to_the_upload(visit: Visit) -> None:
    text = visit("tess").get(f"{ASSIGNMENT}/attempts").text
    assert "You have not submitted anything yet." in text


def test_difference_shows_lines_and_checks_that_changed(
    visit: Visit, world: World
) -> None:
    old, new = world.ids["partial"], world.ids["perfect"]
    text = visit("ada").get(f"{ASSIGNMENT}/attempts/diff?a={old}&b={new}").text
    assert "This file is not there any more." in text
    assert "Nothing changed in this file." in text
    assert "Linear: backward" in text
    assert "The other 2 checks came out the same." in text


@pytest.mark.parametrize("person", ["ben", "olga"])
def test_difference_with_somebody_elses_attempt_is_not_found(
    visit: Visit, world: World, person: str
) -> None:
    a, b = world.ids["partial"], world.ids["attention"]
    path = f"{ASSIGNMENT}/attempts/diff?a={a}&b={b}"
    assert visit(person).get(path).status_code == 404


def test_a_waiting_submission_is_cancelled_on_its_page(
    visit: Visit, world: World
) -> None:
    client, path = visit("ada"), f"/submissions/{world.ids['queued']}"
    assert "Cancel this submission" in client.get(path).text
    assert "Cancel this submission" not in visit("tess").get(path).text
    sent = {"csrf_token": token_of(client)}
    answer = client.post(f"{path}/cancel", data=sent)
    assert answer.status_code == 303
    assert "You took this submission back" in client.get(path).text
    again = client.post(f"{path}/cancel", data=sent)
    assert again.status_code == 422
    assert "does not wait in the queue any more" in again.text


@pytest.mark.parametrize(
    ("worth", "said"),
    [
        (Worth(8.0, 8.0, "", 0.0, 8.0, counts=True), ""),
        (
            Worth(8.0, 8.0, "1 day", 0.8, 7.2, counts=True),
            "8 of 10, minus 10 % for 1 day late = 7.2.",
        ),
        (
            Worth(8.0, 9.0, "", 0.0, 9.0, counts=True),
            "8 from the checks, plus 1 by the staff = 9.",
        ),
        (Worth(8.0, 8.0, "5 min", 0.0, 8.0, counts=True), "5 min late, which costs"),
        (Worth(None, None, "", 0.0, None, counts=False), ""),
    ],
)
def test_the_sum_behind_a_score_is_shown(worth: Worth, said: str) -> None:
    found = how_it_came(worth, 10.0)
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_student_chooses_the_attempt_that_counts(
    visit: Visit, world: World, database: Database
) -> None:
    with database.write() as session:
        session.get_one(Assignment, world.assignment_id).counting = Counting.CHOSEN
    client = visit("ada")
    sent = {"submission": world.ids["partial"], "csrf_token": token_of(client)}
    answer = client.post(f"{ASSIGNMENT}/attempts/choose", data=sent)
    assert answer.status_code == 303
    text = client.get(answer.location).text
    assert "Attempt 1 counts now." in text
    assert "Attempt 1 counts, because you chose it." in text
    assert "Let attempt 2 count" in text


def test_equal_lines_far_from_a_change_are_left_out() -> None:
    old = [str(at) for at in range(20)]
    new = [*old[:10], "ten", "and a half", *old[11:]]
    found = list(pairs(old, new))
    assert [p.count for p in found if p.kind == "skipped"] == [7, 6]
    changed = [p for p in found if p.kind == "changed"]
    assert [(p.old.number, p.new.number) for p in changed] == [(11, 11), (0, 12)]


def test_file_that_is_too_long_is_not_compared() -> None:
    (change,) = file_changes({"a.py": b"x\n" * (MOST_LINES + 1)}, {"a.py": b"y\n"})
    assert change.pairs == ()
    assert "too long" in change.said
