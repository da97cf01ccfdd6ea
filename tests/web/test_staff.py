"""The pages of teaching assistants and instructors."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from grader.db import Database
from grader.models import User
from tests.web.conftest import ASSIGNMENT
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
ROW = re.compile(r'<th scope="row"><span class="nowrap">([^<]+)</span>')


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
    assert re.search(r"Digest</dt><dd><code>[0-9a-f]{64}", text)
