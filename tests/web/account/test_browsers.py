"""Security row 7: sessions, as the browser that holds a cookie meets them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from grader.db import Database
from grader.models import AccountSession
from grader.services import sessions
from grader.web import create_app
from grader.web.account.browser_names import browser_name
from tests.web import seed
from tests.web.conftest import token_of
from tests.web.seed import World
from tests.web.test_sign_in import session_cookie, sign_in

Visit = Callable[[str], FlaskClient]


def carrying(app: Flask, cookie: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("session", cookie)
    return client


def rows_of(database: Database, user_id: int) -> list[AccountSession]:
    with database.read() as session:
        found = select(AccountSession).where(AccountSession.user_id == user_id)
        return list(session.scalars(found.order_by(AccountSession.id)))


def test_row_7_signing_out_ends_this_session_and_no_other(
    app: Flask, visit: Visit
) -> None:
    client, elsewhere = visit("ada"), visit("ada")
    copied = session_cookie(client)
    client.post("/sign-out", data={"csrf_token": token_of(client)})
    assert carrying(app, copied).get("/").status_code == 302
    assert elsewhere.get("/").status_code == 200


def test_row_7_the_cookie_of_before_signing_in_is_worth_nothing_after(
    app: Flask,
) -> None:
    client = app.test_client()
    form_token = token_of(client, "/sign-in")
    planted = session_cookie(client)
    sign_in(client, "ada@example.org", seed.PASSWORD)
    assert carrying(app, planted).get("/").status_code == 302
    assert session_cookie(client) != planted
    answer = client.post("/sign-out", data={"csrf_token": form_token})
    assert answer.status_code == 400


def test_row_7_each_sign_in_has_a_key_of_its_own_and_the_database_only_its_hash(
    app: Flask, database: Database, world: World
) -> None:
    keys = []
    for _ in range(2):
        client = app.test_client()
        client.environ_base["HTTP_USER_AGENT"] = "Firefox/140 (Linux)"
        sign_in(client, "ada@example.org", seed.PASSWORD)
        with client.session_transaction() as cookie:
            keys.append(cookie["_user_id"])
    *_, first, second = rows_of(database, world.people["ada"])
    assert first.digest != second.digest
    assert not set(keys) & {first.digest, second.digest}
    assert (second.browser, second.address) == ("Firefox/140 (Linux)", "127.0.0.1")


def test_row_7_a_session_ended_elsewhere_is_dead_with_the_next_request(
    visit: Visit, database: Database, world: World
) -> None:
    other, here = visit("ben"), visit("ben")
    page = here.get("/account/sessions").text
    assert "this browser" in page
    ended = rows_of(database, world.people["ben"])[-2]
    answer = here.post(
        f"/account/sessions/{ended.id}/end", data={"csrf_token": token_of(here)}
    )
    assert (answer.status_code, answer.location) == (303, "/account/sessions")
    assert other.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_row_7_all_other_sessions_end_at_once(visit: Visit) -> None:
    others, here = [visit("tess") for _ in range(3)], visit("tess")
    answer = here.post(
        "/account/sessions/end-others",
        data={"csrf_token": token_of(here)},
        follow_redirects=True,
    )
    assert "signed out everywhere else" in answer.text
    assert [client.get("/").status_code for client in others] == [302] * 3


def test_row_7_nobody_ends_the_session_of_somebody_else(
    visit: Visit, database: Database, world: World
) -> None:
    victim, stranger = visit("ada"), visit("ivo")
    row = rows_of(database, world.people["ada"])[-1]
    answer = stranger.post(
        f"/account/sessions/{row.id}/end", data={"csrf_token": token_of(stranger)}
    )
    assert answer.status_code == 404
    assert victim.get("/").status_code == 200


def test_row_7_a_session_that_nobody_used_for_two_weeks_is_over(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("nils")
    long_ago = datetime.now(UTC) - sessions.IDLE
    with database.write() as session:
        session.execute(
            update(AccountSession)
            .where(AccountSession.user_id == world.people["nils"])
            .values(seen_at=long_ago)
        )
    assert client.get("/").status_code == 302


def test_use_of_a_session_is_noted_but_not_with_every_request(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("olga")
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    with database.write() as session:
        row = session.get_one(
            AccountSession, rows_of(database, world.people["olga"])[-1].id
        )
        row.seen_at = earlier
    client.get("/")
    first = rows_of(database, world.people["olga"])[-1].seen_at
    client.get("/")
    assert first > earlier
    assert rows_of(database, world.people["olga"])[-1].seen_at == first


def test_under_https_the_cookie_belongs_to_this_host_alone(
    world: World, database: Database
) -> None:
    settings = replace(world.settings, base_url="https://grader.example.org")
    answer = create_app(settings, database).test_client().get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_browsers_have_names_that_people_know() -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"
    assert browser_name(chrome) == "Chrome on Windows"
    assert browser_name(f"{chrome} Edg/140.0") == "Edge on Windows"
    assert browser_name("curl/8.0") == "curl/8.0"
    assert browser_name("") == "Unknown browser"
