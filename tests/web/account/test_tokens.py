"""Tokens on their page and at work; security row 14: they appear nowhere else."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grader.db import Database
from grader.logs import formatter
from grader.models import ApiToken, TokenScope
from grader.services import tokens
from grader.web.access import Access, requires
from tests.web import seed
from tests.web.conftest import token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]


@pytest.fixture
def make(database: Database, world: World) -> Callable[..., tokens.NewToken]:
    def made(person: str = "ada", scope: str = "read") -> tokens.NewToken:
        with database.write() as session:
            return tokens.create(
                session,
                user_id=world.people[person],
                name="Laptop",
                scope=scope,
                days=1,
                now=datetime.now(UTC),
            )

    return made


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_shown_once_and_revoked_by_its_owner_alone(
    app: Flask, visit: Visit, world: World
) -> None:
    client, stranger = visit("ada"), visit("ivo")
    values = {"name": "<b>Lap</b>", "scope": "read", "days": "7"}
    answer = client.post(
        "/account/tokens", data={"csrf_token": token_of(client), **values}
    )
    text = re.search(r"bpg_[\w-]{43}", answer.text)
    assert text is not None
    assert "<b>Lap" not in answer.text
    page = client.get("/account/tokens").text
    assert text.group() not in page
    row = re.search(r"/account/tokens/\d+/revoke", page)
    assert row is not None
    report = f"/api/v1/submissions/{world.ids['perfect']}"
    seen = {"headers": bearing(text.group())}
    refused = stranger.post(row.group(), data={"csrf_token": token_of(stranger)})
    assert refused.status_code == 404
    assert app.test_client().get(report, **seen).status_code == 200
    client.post(row.group(), data={"csrf_token": token_of(client)})
    assert app.test_client().get(report, **seen).status_code == 401


def test_what_was_typed_stays_beside_what_was_wrong(visit: Visit) -> None:
    client = visit("ada")
    values = {"name": "Laptop at home", "scope": "read", "days": "9999"}
    answer = client.post(
        "/account/tokens", data={"csrf_token": token_of(client), **values}
    )
    assert answer.status_code == 422
    assert "A token is valid for 1 to 365 days." in answer.text
    assert 'value="Laptop at home"' in answer.text


def test_a_token_opens_what_its_owner_may_see_and_no_page(
    anonymous: FlaskClient, world: World, make: Callable[..., tokens.NewToken]
) -> None:
    own = bearing(make().text)
    report = f"/api/v1/submissions/{world.ids['perfect']}"
    assert anonymous.get(report, headers=own).status_code == 200
    assert anonymous.get(report, headers=bearing(make("ben").text)).status_code == 404
    for page in ("/", "/account", "/account/tokens"):
        assert anonymous.get(page, headers=own).status_code == 302


def test_with_a_wrong_token_a_good_cookie_does_not_count(
    visit: Visit, world: World
) -> None:
    report = f"/api/v1/submissions/{world.ids['perfect']}"
    client = visit("ada")
    client.environ_base["REMOTE_ADDR"] = "192.0.2.50"
    assert client.get(report).status_code == 200
    answer = client.get(report, headers=bearing("bpg_" + "x" * 43))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_that_only_reads_changes_nothing(
    app: Flask, anonymous: FlaskClient, make: Callable[..., tokens.NewToken]
) -> None:
    for scope, status in (("read", 403), ("submit", 404)):
        headers = bearing(make(scope=scope).text)
        answer = anonymous.post("/api/v1/submissions/x/cancel", headers=headers)
        assert answer.status_code == status


@pytest.mark.usefixtures("still_doors")
def test_who_tries_many_tokens_waits_and_a_right_one_passes_all_the_same(
    anonymous: FlaskClient, world: World, make: Callable[..., tokens.NewToken]
) -> None:
    report = f"/api/v1/submissions/{world.ids['perfect']}"
    anonymous.environ_base["REMOTE_ADDR"] = "192.0.2.51"
    wrong = bearing("bpg_" + "y" * 43)
    answers = [anonymous.get(report, headers=wrong) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert anonymous.get(report, headers=bearing(make().text)).status_code == 200


def test_use_is_shown_on_the_page(
    visit: Visit,
    database: Database,
    world: World,
    make: Callable[..., tokens.NewToken],
) -> None:
    new = make("tess")
    report = f"/api/v1/submissions/{world.ids['perfect']}"
    assert visit("anonymous").get(report, headers=bearing(new.text)).status_code == 200
    with database.read() as session:
        assert session.get_one(ApiToken, new.view.id).used_at is not None
    assert ">never<" not in visit("tess").get("/account/tokens").text


def test_row_14_no_log_page_or_error_page_holds_a_token_or_a_password(
    app: Flask,
    visit: Visit,
    make: Callable[..., tokens.NewToken],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token, password = make().text, "canary-of-a-password"
    client = visit("ada")
    client.environ_base["REMOTE_ADDR"] = "192.0.2.52"

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"a library says {token}")

    with caplog.at_level(logging.DEBUG), monkeypatch.context() as patch:
        endpoint = "api_submissions.report"
        view = requires(Access.SIGNED_IN)(broken)
        patch.setitem(app.view_functions, endpoint, view)
        answers = [
            client.get("/api/v1/submissions/x", headers=bearing(token)),
            client.get(f"/nowhere/{token}"),
            client.get("/account/tokens", headers=bearing(token)),
            client.post("/account/tokens", data={"name": token}),
            client.post(
                "/account/password",
                data={"csrf_token": token_of(client), "password": password},
            ),
            app.test_client().post("/sign-in", data={"password": password}),
        ]
    lines = [
        formatter(form).format(record)
        for record in caplog.records
        for form in ("text", "json")
    ]
    assert [answer.status_code for answer in answers[:2]] == [500, 404]
    for text in [*lines, *(answer.text for answer in answers)]:
        assert token not in text
        assert password not in text


@pytest.mark.parametrize("form", ["text", "json"])
def test_row_14_a_line_that_names_a_token_names_it_no_more(
    form: str, make: Callable[..., tokens.NewToken]
) -> None:
    token = make().text
    trace = (RuntimeError, RuntimeError(f"refused {token}"), None)
    record = logging.LogRecord(
        "x", logging.INFO, "x.py", 1, "token %s was sent", (token,), trace
    )
    line = formatter(form).format(record)
    assert token not in line
    assert "bpg_[removed] was sent" in line
    assert "refused bpg_[removed]" in line


def test_every_scope_of_the_form_is_one_of_the_service(visit: Visit) -> None:
    page = visit("ada").get("/account/tokens").text
    offered = re.findall(r'<option value="(\w+)"', page)
    assert offered == [scope.value for scope in TokenScope]
    assert seed.PASSWORD not in page
