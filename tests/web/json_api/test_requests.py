"""What a program sends, what it gets back, and what is refused."""

import base64
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from grader.db import Database
from grader.models import ApiToken
from grader.services import tokens
from grader.web import create_app
from tests.web import seed
from tests.web.conftest import token_of as form_token
from tests.web.seed import CODE, World

Program = Callable[..., Callable[..., TestResponse]]
HERE = f"/courses/{seed.COURSE}/assignments/{seed.SLUG}"
SUBMIT = f"{HERE}/submissions"
PROBLEM = "application/problem+json"


def test_the_same_key_hands_in_once_by_either_kind_of_body(program: Program) -> None:
    ask = program("ada", "submit")
    headers = {"Idempotency-Key": "one-key"}

    form = {"files": [(BytesIO(CODE), "mlp.py")]}
    first = ask("POST", SUBMIT, data=form, headers=headers)
    encoded = {"name": "mlp.py", "base64": base64.b64encode(CODE).decode()}
    second = ask("POST", SUBMIT, json={"files": [encoded]}, headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    report = ask("GET", f"/submissions/{first.get_json()['submission']}").get_json()
    assert (report["status"], report["is_pending"]) == ("queued", True)
    assert report["queue_place"] >= 1
    listed = ask("GET", SUBMIT).get_json()["attempts"]
    numbers = [one["number"] for one in listed]
    assert numbers.count(first.get_json()["number"]) == 1


def test_a_waiting_submission_can_be_taken_back_once(program: Program) -> None:
    ask = program("ben", "submit")
    file = {"name": "mlp.py", "text": "x = 1\n"}
    made = ask("POST", SUBMIT, json={"files": [file]}).get_json()["submission"]

    first = ask("POST", f"/submissions/{made}/cancel")
    again = ask("POST", f"/submissions/{made}/cancel")

    assert (first.status_code, again.status_code) == (200, 422)
    assert again.get_json()["code"] == "not-waiting"
    assert ask("GET", f"/submissions/{made}").get_json()["is_withdrawn"] is True


def test_a_refusal_has_the_sentence_and_the_lines_of_the_page(
    program: Program,
) -> None:
    file = {"name": "mlp.py", "text": "def f(:\n"}
    answer = program("ada")("POST", SUBMIT, json={"files": [file]})
    body = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (422, PROBLEM)
    assert body["code"] == "syntax-error"
    assert "def f(:" in body["lines"]
    assert body["detail"].endswith(".")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "no-json"),
        (b"\xff\xfe", "application/json", 400, "no-json"),
        (b"[" * 5000, "application/json", 400, "no-json"),
        (b"[]", "application/json", 422, "wrong-fields"),
        (b"x=1", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b'{"text": 5}', "application/json", 422, "wrong-fields"),
        (b'{"text": "a\\u0000"}', "application/json", 422, "wrong-fields"),
    ],
)
def test_a_body_that_is_not_right_is_refused_in_a_sentence(
    program: Program, world: World, content: bytes, kind: str, status: int, code: str
) -> None:
    path = f"/submissions/{world.ids['perfect']}/comments"
    answer = program("tess")("POST", path, data=content, content_type=kind)
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM)
    assert answer.get_json()["code"] == code
    assert answer.get_json()["detail"].endswith(".")


def test_fields_that_are_not_known_are_refused_by_name(
    program: Program, world: World
) -> None:
    body = {"text": "Good.", "author_id": 1, "submission_id": "x"}
    path = f"/submissions/{world.ids['perfect']}/comments"
    answer = program("tess")("POST", path, json=body)
    assert answer.status_code == 422
    fields = {one["field"] for one in answer.get_json()["fields"]}
    assert fields == {"author_id", "submission_id"}
    query = program("tess")("GET", f"{SUBMIT}/all?page=1&role=admin")
    assert query.status_code == 400


def test_a_comment_and_other_points_reach_the_student(
    program: Program, world: World
) -> None:
    staff, student = program("tess"), program("ada", "read")
    here = f"/submissions/{world.ids['perfect']}"
    points = {"check": "linear-forward", "points": 1.5, "reason": "By hand."}

    made = staff("POST", f"{here}/overrides", json=points)
    staff("POST", f"{here}/comments", json={"text": "Well done."})

    seen = student("GET", f"{here}/feedback").get_json()
    assert made.status_code == 201
    assert [one["points"] for one in seen["overrides"]] == [1.5]
    assert [one["text"] for one in seen["comments"]] == ["Well done."]
    assert student("GET", here).get_json()["worth"]["final"] == 17.5


def test_a_body_that_is_too_large_is_refused_as_a_problem(program: Program) -> None:
    file = {"name": "mlp.py", "text": "x" * (seed.SMALL_BYTES + (300 << 10))}
    answer = program("ada")("POST", SUBMIT, json={"files": [file]})
    assert (answer.status_code, answer.mimetype) == (413, PROBLEM)


def test_an_answer_that_is_the_same_is_empty(program: Program, world: World) -> None:
    ask = program("ada", "read")
    path = f"{HERE}/starter"
    assert ask("GET", path).status_code == 200
    first = ask("GET", f"/courses/{seed.COURSE}")
    again = ask(
        "GET",
        f"/courses/{seed.COURSE}",
        headers={"If-None-Match": first.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
    ],
)
def test_a_token_that_ended_opens_nothing(
    app: Flask,
    database: Database,
    token_of: Callable[..., str],
    change: dict[str, datetime],
) -> None:
    token = token_of("ada")
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/me", headers=headers).status_code == 200
    with database.write() as session:
        session.execute(
            update(ApiToken)
            .where(ApiToken.digest == tokens._digest(token))
            .values(**change)
        )
    answer = app.test_client().get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.mimetype) == (401, PROBLEM)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_who_tries_many_tokens_waits_and_a_right_one_still_opens(
    world: World, database: Database, token_of: Callable[..., str]
) -> None:
    # Its own application: failures are counted for each.
    client = create_app(world.settings, database).test_client()

    def ask(token: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"}
        return client.get("/api/v1/me", headers=headers)

    answers = [ask(f"bpg_{'x' * 42}{at}") for at in range(7)]

    assert answers[0].status_code == 401
    assert (answers[-1].status_code, answers[-1].mimetype) == (429, PROBLEM)
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert ask(token_of("ada")).status_code == 200


def test_a_cookie_changes_nothing_even_with_a_form_token(
    visit: Callable[[str], FlaskClient], world: World
) -> None:
    client = visit("tess")
    path = f"/api/v1/submissions/{world.ids['perfect']}/comments"
    headers = {"X-CSRFToken": form_token(client)}
    answer = client.post(path, json={"text": "Well."}, headers=headers)
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "token-needed"


def test_no_token_is_in_a_log_or_an_answer(
    app: Flask,
    token_of: Callable[..., str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = token_of("ada")
    caplog.set_level(logging.DEBUG)

    def fail(*_arguments: object, **_options: object) -> None:
        raise ValueError("broken on purpose")

    monkeypatch.setattr("grader.services.own_account.of", fail)
    headers = {"Authorization": f"Bearer {token}"}
    answer = app.test_client().get("/api/v1/me", headers=headers)

    assert (answer.status_code, answer.mimetype) == (500, PROBLEM)
    assert answer.get_json()["incident"] in caplog.text
    assert token not in caplog.text + answer.text
    assert "broken on purpose" not in answer.text


@pytest.mark.parametrize("path", ["/nothing", "/me/more", "/courses/x%00y"])
def test_nothing_here_ever_answers_with_a_page(program: Program, path: str) -> None:
    answer = program("ada")("GET", path)
    assert (answer.status_code, answer.mimetype) == (404, PROBLEM)
    assert "Access-Control-Allow-Origin" not in answer.headers
    wrong = program("ada")("DELETE", "/me")
    assert (wrong.status_code, wrong.mimetype) == (405, PROBLEM)
