"""Signing in and out, passwords, and what a guesser meets."""

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.config import Settings
from grader.db import Database
from grader.errors import ConfigurationError
from grader.models import User
from grader.web import create_app
from grader.web.throttle import SignInThrottle
from tests.web import seed
from tests.web.conftest import token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
WRONG = "The e-mail address or the password is not right."


def sign_in(
    client: FlaskClient, email: str, password: str, **more: str
) -> TestResponse:
    return client.post(
        "/sign-in",
        data={
            "csrf_token": token_of(client, "/sign-in"),
            "email": email,
            "password": password,
            **more,
        },
    )


def session_cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def test_right_password_opens_the_home_page(anonymous: FlaskClient) -> None:
    answer = sign_in(anonymous, "Ada@Example.org", seed.PASSWORD)
    assert answer.status_code == 302
    assert answer.location == "/"
    assert "Ada Lovelace" in anonymous.get("/").text


def test_wrong_password_and_unknown_person_read_the_same(app: Flask) -> None:
    texts = set()
    for email in ("ada@example.org", "nobody@example.org"):
        answer = sign_in(app.test_client(), email, "wrong password")
        assert answer.status_code == 200
        assert WRONG in answer.text
        texts.add(
            answer.text.replace(email, "").split("csrf_token")[0]
        )  # the token differs
    assert len(texts) == 1


def test_after_signing_in_the_page_that_was_asked_for_opens(
    anonymous: FlaskClient,
) -> None:
    first = anonymous.get("/account/password")
    assert first.status_code == 302
    assert first.location == "/sign-in?next=/account/password"
    answer = sign_in(
        anonymous, "ada@example.org", seed.PASSWORD, next="/account/password"
    )
    assert answer.location == "/account/password"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "http:x"]
)
def test_signing_in_never_leads_to_another_site(
    anonymous: FlaskClient, target: str
) -> None:
    answer = sign_in(anonymous, "ada@example.org", seed.PASSWORD, next=target)
    place = urlsplit(urljoin("http://localhost/sign-in", answer.location or ""))
    assert (place.scheme, place.netloc) == ("http", "localhost")
    assert "\\" not in place.path


def test_cookie_copied_before_signing_out_is_dead_after(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, "ada@example.org", seed.PASSWORD)
    copied = session_cookie(client)
    answer = client.post("/sign-out", data={"csrf_token": token_of(client)})
    assert answer.location == "/sign-in"
    assert client.get("/").status_code == 302
    thief = app.test_client()
    thief.set_cookie("session", copied)
    assert thief.get("/").status_code == 302


def test_signing_out_needs_a_post(visit: Visit) -> None:
    assert visit("ada").get("/sign-out").status_code == 405


def test_new_password_ends_other_sessions_and_the_reminder(
    app: Flask, database: Database, world: World
) -> None:
    with database.write() as session:
        user = session.get_one(User, world.people["tess"])
        user.must_change_password = True
    client, elsewhere = app.test_client(), app.test_client()
    for one in (client, elsewhere):
        sign_in(one, "tess@example.org", seed.PASSWORD)
    assert "one-time password" in client.get("/").text
    answer = client.post(
        "/account/password",
        data={
            "csrf_token": token_of(client),
            "password": seed.PASSWORD,
            "new_password": "another long password",
            "new_password_confirm": "another long password",
        },
        follow_redirects=True,
    )
    assert "Your new password is set" in answer.text
    assert "one-time password" not in answer.text
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert (
        sign_in(app.test_client(), "tess@example.org", seed.PASSWORD).status_code == 200
    )
    with database.read() as session:
        assert not session.get_one(User, world.people["tess"]).must_change_password


@pytest.mark.parametrize(
    ("current", "new", "again", "says"),
    [
        ("wrong", "a long password", "a long password", "not your current password"),
        (seed.PASSWORD, "short", "short", "at least 10 characters"),
        (seed.PASSWORD, "a long password", "another one", "two new passwords differ"),
    ],
)
def test_unfit_new_password_is_explained(
    visit: Visit, current: str, new: str, again: str, says: str
) -> None:
    client = visit("ben")
    answer = client.post(
        "/account/password",
        data={
            "csrf_token": token_of(client),
            "password": current,
            "new_password": new,
            "new_password_confirm": again,
        },
    )
    assert says in answer.text


def test_account_that_is_switched_off_is_out_at_once(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("nils")
    assert client.get("/").status_code == 200
    with database.write() as session:
        session.get_one(User, world.people["nils"]).active = False
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("still_doors")
def test_guessing_meets_growing_pauses_and_the_owner_signs_in_from_elsewhere(
    app: Flask,
) -> None:
    guesser = app.test_client()
    answers = [sign_in(guesser, "ivo@example.org", f"guess {n}") for n in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "Too many tries" in answers[-1].text
    owner = app.test_client()
    owner.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert sign_in(owner, "ivo@example.org", seed.PASSWORD).status_code == 302


class TestThrottle:
    def test_pause_doubles_and_has_an_end(self) -> None:
        now = [0.0]
        throttle = SignInThrottle(clock=lambda: now[0])
        for _ in range(5):
            assert throttle.wait_seconds("Ada", "a") == 0
            throttle.failed("ada", "a")
        waits = []
        for _ in range(12):
            waits.append(throttle.wait_seconds("ada", "a"))
            now[0] += waits[-1]
            throttle.failed("ada", "a")
        assert waits[:4] == [1, 2, 4, 8]
        assert waits[-1] == 120
        now[0] += 1000
        assert throttle.wait_seconds("ada", "a") == 0

    def test_success_forgets_the_pair(self) -> None:
        throttle = SignInThrottle(clock=lambda: 0.0)
        for _ in range(8):
            throttle.failed("ada", "a")
        throttle.succeeded("ADA", "a")
        assert throttle.wait_seconds("ada", "a") == 0

    def test_one_address_cannot_try_many_accounts_for_ever(self) -> None:
        throttle = SignInThrottle(clock=lambda: 0.0)
        for at in range(30):
            throttle.failed(f"person{at}", "a")
        assert throttle.wait_seconds("somebody", "a") > 0
        assert throttle.wait_seconds("somebody", "b") == 0


def test_pages_are_not_served_without_a_secret_key(world: World) -> None:
    settings = Settings(
        home=world.settings.home,
        database_url=world.settings.database_url,
        broker_url="",
        blob_dir=world.settings.blob_dir,
    )
    with pytest.raises(ConfigurationError, match="GRADER_SECRET_KEY"):
        create_app(settings)
