"""The pages of dates, extensions and groups."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.db import Database
from grader.models import Assignment, Course
from tests.web.conftest import ASSIGNMENT, token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
DATES = f"{ASSIGNMENT}/dates"
FIELDS = {
    "opens_at": "",
    "due_at": "",
    "max_attempts": "",
    "cooldown": "0",
    "counting": "best",
    "group_size": "1",
    "late": "none",
    "grace_minutes": "0",
    "late_days": "0",
}


@pytest.fixture(autouse=True)
def fresh(database: Database, world: World) -> None:
    """Let every test begin with the same dates."""
    with database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        row.due_at = datetime.now(UTC) + timedelta(days=9)
        row.opens_at = row.late_policy = None
        row.max_attempts, row.group_size, row.cooldown_seconds = 5, 1, 0


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client), **fields})


def save(client: FlaskClient, **fields: str) -> TestResponse:
    return post(client, DATES, **{**FIELDS, **fields})


def stored(database: Database, world: World) -> Assignment:
    with database.read() as session:
        return session.get_one(Assignment, world.assignment_id)


def test_dates_are_read_in_the_time_zone_of_the_course_and_shown_so(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("ivo")
    answer = save(client, due_at="2099-07-01T23:59", max_attempts="7", cooldown="2.5")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    row = stored(database, world)
    assert 'value="2099-07-01T23:59"' in page
    assert row.due_at == datetime(2099, 7, 1, 21, 59, tzinfo=UTC)
    assert (row.max_attempts, row.cooldown_seconds) == (7, 150)


def test_empty_fields_take_the_limits_away(
    visit: Visit, database: Database, world: World
) -> None:
    assert save(visit("ivo")).status_code == 303
    row = stored(database, world)
    assert (row.due_at, row.max_attempts, row.late_policy) == (None, None, None)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"due_at": "tomorrow"}, "Write the date and time like"),
        ({"due_at": "2027-02-30T10:00"}, "Write the date and time like"),
        ({"due_at": "2027-03-28T02:30"}, "the clocks are put forward"),
        ({"due_at": "9999-12-31T23:59", "opens_at": "x"}, "Write the date"),
        ({"max_attempts": "0"}, "whole number from 1"),
        ({"max_attempts": "2.5"}, "whole number from 1"),
        ({"max_attempts": "\u0663"}, "whole number from 1"),
        ({"group_size": "99"}, "whole number from 1 to 20"),
        ({"cooldown": "-1"}, "Give a number from 0"),
        ({"late": "percent", "percent_per_day": "nan"}, "Give a number"),
        ({"late": "percent"}, "Say how many percent."),
        ({"late": "list", "credit": "soon: 50"}, "cannot be read"),
        ({"late": "list", "credit": "2027-03-28 02:30: 50"}, "cannot be read"),
        ({"late": "list", "credit": "24 h: 180 %"}, "makes no sense"),
        ({"late": "list"}, "at least one line"),
        ({"opens_at": "2099-01-02T00:00", "due_at": "2099-01-01T00:00"}, "must open"),
        ({"due_at": '"><script>'}, "Write the date and time like"),
    ],
)
def test_what_makes_no_sense_is_explained_and_not_saved(
    visit: Visit,
    database: Database,
    world: World,
    fields: dict[str, str],
    says: str,
) -> None:
    before = stored(database, world).due_at
    answer = save(visit("ivo"), **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert "<script>" not in answer.text.replace('<script src="', "")
    assert stored(database, world).due_at == before


def test_scores_that_would_change_are_shown_before_anything_is_saved(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("ivo")
    late = {"due_at": "2020-01-01T12:00", "late": "list", "credit": "99999 h: 50 %"}
    before = stored(database, world).due_at
    shown = save(client, **{**late, "credit": "2099-01-01 00:00: 50 %"})
    assert "1 score would change" in shown.text
    assert "Ada Lovelace" in shown.text
    assert stored(database, world).due_at == before
    agreed = {**late, "credit": "2099-01-01 00:00: 50 %", "agreed": "1"}
    assert save(client, **agreed).status_code == 303
    assert stored(database, world).due_at == datetime(2020, 1, 1, 11, tzinfo=UTC)
    assert post(client, f"{DATES}/undo").status_code == 303
    assert stored(database, world).due_at == before


def test_the_example_is_worked_out_for_what_is_typed(visit: Visit) -> None:
    answer = save(
        visit("ivo"),
        due_at="2099-01-01T12:00",
        late="percent",
        percent_per_day="10",
        action="look",
    )
    assert answer.status_code == 200
    assert "No score would change" in answer.text
    rows = answer.text.split("26")[0], answer.text
    assert "1 day 2 h late" in rows[1]
    assert ">16<" in rows[1].split("1 day 2 h late")[1][:80]


def test_late_days_are_those_of_the_course(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("ivo")
    assert save(client, late_days="4", uses_bank="1").status_code == 303
    row = stored(database, world)
    with database.read() as session:
        assert session.get_one(Course, row.course_id).late_days == 4
    assert row.late_policy is not None
    assert row.late_policy["uses_bank"]


def test_an_extension_is_granted_listed_taken_away_and_put_back(visit: Visit) -> None:
    client = visit("ivo")
    page = f"{ASSIGNMENT}/extensions"
    wanted = {"students": "ada@example.org", "extra_attempts": "2", "reason": "<b>ill"}
    granted = post(client, page, **wanted)
    text = client.get(granted.location).text
    assert "Granted to 1 student." in text
    assert "&lt;b&gt;ill" in text
    remove = text.split('action="')[2].split('"')[0]
    assert remove.endswith("/remove")
    text = client.get(post(client, remove).location).text
    assert "Nobody has an extension" in text
    back = remove.replace("/remove", "/put-back")
    assert "&lt;b&gt;ill" in client.get(post(client, back).location).text
    post(client, remove)


def test_a_wrong_extension_keeps_what_was_typed(visit: Visit) -> None:
    answer = post(
        visit("ivo"),
        f"{ASSIGNMENT}/extensions",
        students="who@example.org",
        extra_attempts="1",
    )
    assert answer.status_code == 422
    assert "These fit no student" in answer.text
    assert ">who@example.org</textarea>" in answer.text


def test_groups_are_made_by_form_and_by_table(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("ivo")
    page = f"{ASSIGNMENT}/groups"
    alone = post(client, page, name="Red", students="ada@example.org")
    assert alone.status_code == 422
    save(client, group_size="2")
    assert post(client, page, name="Red", students="ada@example.org").status_code == 303
    table = BytesIO(b"group,email\nBlue,ben@example.org\n")
    done = post(client, f"{page}/table", file=(table, "groups.csv"))
    text = client.get(done.location).text
    assert text.index(">Blue<") < text.index(">Red<")
    assert "Everybody is in a group." in text
    for person in ("ada", "ben"):
        answer = post(client, f"{page}/{world.people[person]}/take-out")
        assert answer.status_code == 303
    assert "There is no group yet." in client.get(page).text
