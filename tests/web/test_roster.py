"""The pages of the roster, and joining by a code."""

import csv
import html
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from grader.db import Database
from grader.models import CourseRole, Enrolment, User
from grader.services import accounts, courses
from tests.web import seed
from tests.web.conftest import token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
ROSTER = f"/courses/{seed.COURSE}/roster"


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client), **fields})


def role(database: Database, world: World, person: str) -> CourseRole | None:
    with database.read() as session:
        course = courses.by_slug(session, seed.COURSE)
        return accounts.role_in(session, world.people[person], course.id)


def test_the_roster_lists_everybody_and_narrows_down(visit: Visit) -> None:
    client = visit("ivo")
    text = client.get(ROSTER).text
    assert "4 people" in text
    assert "Ben &lt;b&gt;Bold&lt;/b&gt;" in text
    narrowed = client.get(f"{ROSTER}?search=ADA+love&role=student&state=here").text
    assert "1 shown" in narrowed
    assert "Tess Assistant" not in narrowed
    assert "Nobody fits this." in client.get(f"{ROSTER}?search=%3Cb%3Ezz").text


def test_the_roster_asks_as_many_questions_for_many_as_for_few(
    visit: Visit, database: Database
) -> None:
    client = visit("ivo")

    def questions() -> int:
        seen = []

        def count(*_: object) -> None:
            seen.append(1)

        event.listen(database.engine, "before_cursor_execute", count)
        client.get(ROSTER)
        event.remove(database.engine, "before_cursor_execute", count)
        return len(seen)

    few = questions()
    with database.write() as session:
        course = courses.by_slug(session, seed.COURSE)
        more = [User(email=f"x{n}@example.org", name=f"X {n}") for n in range(30)]
        session.add_all(more)
        session.flush()
        for user in more:
            session.add(
                Enrolment(course_id=course.id, user_id=user.id, role=CourseRole.STUDENT)
            )
    many = questions()
    with database.write() as session:
        for user in more:
            session.delete(session.get_one(Enrolment, (course.id, user.id)))
        session.flush()
        for user in more:
            session.delete(session.get_one(User, user.id))
    assert many == few


def test_a_demoted_assistant_is_out_with_the_next_click(
    visit: Visit, database: Database, world: World
) -> None:
    tess, ivo = visit("tess"), visit("ivo")
    staff_page = f"/courses/{seed.COURSE}/assignments/{seed.SLUG}/submissions"
    before = tess.get(staff_page).status_code
    path = f"{ROSTER}/{world.people['tess']}/role"
    assert post(ivo, path, role="student").status_code == 303
    copied_cookie = tess.get(staff_page).status_code
    signed_in_again = visit("tess").get(staff_page).status_code
    post(ivo, path, role="ta")
    assert (before, copied_cookie, signed_in_again) == (200, 302, 403)
    assert role(database, world, "tess") is CourseRole.TA


def test_the_last_instructor_is_told_why_the_role_stays(
    visit: Visit, world: World
) -> None:
    answer = post(visit("ivo"), f"{ROSTER}/{world.people['ivo']}/role", role="student")
    assert answer.status_code == 422
    assert "This is the last instructor of the course." in answer.text


def test_extra_time_that_is_no_number_is_explained_and_kept(
    visit: Visit, world: World
) -> None:
    path = f"{ROSTER}/{world.people['ada']}/details"
    answer = post(visit("ivo"), path, section="Lab", extra_minutes="<b>")
    assert answer.status_code == 422
    assert "whole number from 0" in answer.text
    assert 'value="&lt;b&gt;"' in answer.text


def test_nobody_of_another_course_is_on_this_roster(visit: Visit, world: World) -> None:
    client = visit("ivo")
    assert client.get(f"{ROSTER}/{world.people['olga']}").status_code == 404
    gone = post(client, f"{ROSTER}/{world.people['olga']}/drop")
    assert gone.status_code == 404


def test_a_table_is_looked_at_applied_and_its_passwords_come_as_a_file(
    visit: Visit, app: Flask
) -> None:
    client = visit("ivo")
    table = "name;email\n=SUM(1);zoe@example.org\nAda;ada@example.org\n;wrong\n"
    file = (io.BytesIO(table.encode("utf-8-sig")), "roster.csv")
    looked = post(client, f"{ROSTER}/table", file=file)
    assert "1 new account" in looked.text
    assert "Line 4: “wrong” is no e-mail address." in looked.text
    assert "Ben &lt;b&gt;Bold" in looked.text
    done = post(client, f"{ROSTER}/table/apply", text=table)
    found = re.search(r"<code>([a-z2-9-]{19})</code>", done.text)
    listed = re.search(r'name="listed"[^>]*>([^<]*)<', done.text)
    assert found is not None
    assert listed is not None
    sent = post(
        client, f"{ROSTER}/table/passwords", listed=html.unescape(listed.group(1))
    )
    (row,) = csv.reader(io.StringIO(sent.data.decode("utf-8-sig")))
    assert row == ["'=SUM(1)", "zoe@example.org", found.group(1)]
    newcomer = app.test_client()
    signed_in = newcomer.post(
        "/sign-in",
        data={
            "csrf_token": token_of(newcomer, "/sign-in"),
            "email": "zoe@example.org",
            "password": found.group(1),
        },
    )
    assert signed_in.status_code == 302
    again = post(client, f"{ROSTER}/table/apply", text=table)
    assert "0 new accounts" in again.text


def test_a_table_without_addresses_is_refused_in_words(visit: Visit) -> None:
    answer = post(visit("ivo"), f"{ROSTER}/table", text="name\nAda\n")
    assert answer.status_code == 422
    assert "one of them must be called email" in answer.text


def test_a_join_code_lets_people_in_and_wrong_ones_ask_for_patience(
    visit: Visit, database: Database, world: World
) -> None:
    ivo, nils = visit("ivo"), visit("nils")
    assert post(ivo, f"{ROSTER}/join-code").status_code == 303
    found = re.search(r'code-word">([a-z2-9]{10})<', ivo.get(ROSTER).text)
    assert found is not None
    joined = post(nils, "/join", code=found.group(1))
    assert joined.status_code == 303
    assert role(database, world, "nils") is CourseRole.STUDENT
    post(ivo, f"{ROSTER}/join-code/stop")
    olga = visit("olga")
    answers = [post(olga, "/join", code=found.group(1)) for _ in range(7)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [422] * 5 + [429] * 2
    assert "No course has this code now." in answers[0].text
    assert answers[-1].headers["Retry-After"]


@pytest.mark.parametrize("person", ["tess", "ada"])
def test_the_join_code_is_shown_to_instructors_only(visit: Visit, person: str) -> None:
    assert visit(person).get(ROSTER).status_code == 403
