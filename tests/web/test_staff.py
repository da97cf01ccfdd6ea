"""The pages of teaching assistants and instructors."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.db import Database
from grader.models import Assignment, User
from tests.web.conftest import ASSIGNMENT, token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
ROW = re.compile(r'<th scope="row"><span class="nowrap">([^<]+)</span>')


def save(client: FlaskClient, due_at: str, max_attempts: str) -> TestResponse:
    return client.post(
        f"{ASSIGNMENT}/settings",
        data={
            "csrf_token": token_of(client),
            "due_at": due_at,
            "max_attempts": max_attempts,
        },
    )


def stored(database: Database, world: World) -> tuple[datetime | None, int | None]:
    with database.read() as session:
        row = session.get_one(Assignment, world.assignment_id)
        return row.due_at, row.max_attempts


def test_submissions_come_newest_first_with_score_and_links(
    visit: Visit, world: World
) -> None:
    text = visit("tess").get(f"{ASSIGNMENT}/submissions").text
    assert "5 submissions" in text
    places = [
        text.index(f'/submissions/{world.ids[w]}"') for w in ("queued", "partial")
    ]
    assert places == sorted(places)
    assert 'aria-sort="descending"' in text
    assert f"/submissions/{world.ids['perfect']}/code" in text


def test_submissions_can_be_filtered_by_name_and_address(visit: Visit) -> None:
    client = visit("tess")
    text = client.get(f"{ASSIGNMENT}/submissions?name=LOVE+ada@").text
    assert set(ROW.findall(text)) == {"Ada Lovelace"}
    assert "3 shown" in text
    nobody = client.get(f"{ASSIGNMENT}/submissions?name=%3Cb%3Enobody").text
    assert "No submission matches" in nobody
    assert "<b>nobody" not in nobody


def test_submissions_can_be_sorted_and_missing_values_come_last(visit: Visit) -> None:
    client = visit("tess")
    rising = client.get(f"{ASSIGNMENT}/submissions?sort=score&order=rising").text
    falling = client.get(f"{ASSIGNMENT}/submissions?sort=score&order=falling").text
    scores = [
        re.findall(r'nowrap">(\d+) <span class="soft">/ 20', text)
        for text in (rising, falling)
    ]
    assert scores == [["12", "20"], ["20", "12"]]


@pytest.mark.parametrize(
    "query",
    ["sort=password", "sort=__class__", "order=x", "page=-1", "page=9999999999"],
)
def test_nonsense_in_the_address_of_a_list_means_the_default(
    visit: Visit, query: str
) -> None:
    answer = visit("tess").get(f"{ASSIGNMENT}/submissions?{query}")
    assert answer.status_code == 200
    assert len(ROW.findall(answer.text)) == 5


def test_assistants_have_no_way_to_settings_and_scores(visit: Visit) -> None:
    text = visit("tess").get(f"{ASSIGNMENT}/submissions").text
    assert "/settings" not in text
    assert "/scores" not in text


def test_scores_list_every_student_once_with_the_score_that_counts(
    visit: Visit,
) -> None:
    text = visit("ivo").get(f"{ASSIGNMENT}/scores").text
    assert text.count("Ada Lovelace") >= 1
    assert "Ben &lt;b&gt;Bold&lt;/b&gt;" in text
    assert "no score yet" in text
    assert "Tess Assistant" not in text
    assert "20 / 20" in text


def test_csv_of_scores_is_safe_for_spreadsheets(
    visit: Visit, database: Database, world: World
) -> None:
    with database.write() as session:
        session.get_one(User, world.people["ben"]).name = "=HYPERLINK(1)"
    answer = visit("ivo").get(f"{ASSIGNMENT}/scores.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=deep-learning-tiny-mlp.csv"
    )
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {row["name"]: row["score"] for row in rows} == {
        "'=HYPERLINK(1)": "",
        "Ada Lovelace": "20",
    }


def test_settings_show_the_checks_and_the_published_version(visit: Visit) -> None:
    text = visit("ivo").get(f"{ASSIGNMENT}/settings").text
    assert "linear-backward" in text
    assert "grad_weight" in text
    assert "In Europe/Vienna." in text
    assert re.search(r"Digest</dt><dd><code>[0-9a-f]{64}", text)


def test_due_date_is_read_in_the_time_zone_of_the_course(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("ivo")
    answer = save(client, "2027-07-01T23:59", "7")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Saved." in page
    assert 'value="2027-07-01T23:59"' in page
    assert stored(database, world) == (datetime(2027, 7, 1, 21, 59, tzinfo=UTC), 7)


def test_empty_fields_take_the_limits_away(
    visit: Visit, database: Database, world: World
) -> None:
    assert save(visit("ivo"), "", "").status_code == 303
    assert stored(database, world) == (None, None)


@pytest.mark.parametrize(
    ("due_at", "attempts", "says"),
    [
        ("tomorrow", "3", "Write the date and time like"),
        ("2027-02-30T10:00", "3", "Write the date and time like"),
        ("9999-12-31T23:59", "0", "whole number from 1"),
        ("2027-03-28T02:30", "3", "the clocks are put forward"),
        ("", "0", "whole number from 1"),
        ("", "-1", "whole number from 1"),
        ("", "2.5", "whole number from 1"),
        ("", "\u0663", "whole number from 1"),
        ("", "99999999999999999999", "whole number from 1"),
        ('"><script>', '"><script>', "Write the date and time like"),
    ],
)
def test_settings_that_make_no_sense_are_explained_and_not_saved(
    visit: Visit,
    database: Database,
    world: World,
    due_at: str,
    attempts: str,
    says: str,
) -> None:
    before = stored(database, world)
    answer = save(visit("ivo"), due_at, attempts)
    assert answer.status_code == 422
    assert says in answer.text
    assert "<script>" not in answer.text
    assert stored(database, world) == before
