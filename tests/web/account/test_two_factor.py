"""Signing in with two steps, from the set-up to the lost phone."""

import re
import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from grader.db import Database
from grader.models import User
from grader.services import two_factor
from grader.services.sealing import Sealer
from tests.web import seed
from tests.web.conftest import token_of
from tests.web.seed import World
from tests.web.test_sign_in import sign_in

Visit = Callable[[str], FlaskClient]
PAGE = "/account/two-factor"


def post(client: FlaskClient, path: str, **values: str) -> TestResponse:
    where = "/sign-in/code" if path == "/sign-in/code" else "/account/password"
    return client.post(path, data={"csrf_token": token_of(client, where), **values})


def code(key: str, steps: int = 0) -> str:
    """Return the code of the half minute that is so many after this one."""
    return str(TOTP(key).generate(time.time() + 30 * steps).token)


@pytest.fixture
def key(database: Database, world: World) -> str:
    """Switch it on for ivo, with a code of a minute ago, and return the secret."""
    sealer = Sealer(world.settings.secret_key)
    with database.write() as session:
        user = session.get_one(User, world.people["ivo"])
        offer = two_factor.offer(sealer, user.email)
        user.totp_secret = offer.sealed
        user.recovery_codes = []
    return offer.key.replace(" ", "")


@pytest.fixture
def waiting(
    app: Flask, database: Database, world: World, key: str
) -> Callable[[], FlaskClient]:
    """Return a maker of browsers where ivo's password was right just now."""
    assert key
    with database.read() as session:
        mark = session.get_one(User, world.people["ivo"]).fs_uniquifier

    def browser() -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["second_step"] = {"mark": mark, "at": time.time(), "next": "/"}
        return client

    return browser


def test_the_set_up_shows_a_picture_and_a_key_until_a_code_is_right(
    visit: Visit,
) -> None:
    client = visit("ben")
    page = client.get(PAGE).text
    shown = re.search(r'class="key">([^<]+)', page)
    assert shown is not None
    assert 'src="data:image/svg+xml' in page
    wrong = post(client, PAGE, code="000000")
    assert wrong.status_code == 422
    assert "This code is not right" in wrong.text
    assert shown.group(1) in wrong.text
    right = post(client, PAGE, code=code(shown.group(1).replace(" ", "")))
    assert right.status_code == 200
    assert len(re.findall(r"<li><code>[a-z2-9-]{19}</code>", right.text)) == 10
    assert "switched on" in client.get(PAGE).text
    assert shown.group(1) not in client.get(PAGE).text
    refused = post(client, f"{PAGE}/off", password="not it")
    assert refused.status_code == 422
    assert "This is not your password" in refused.text
    assert post(client, f"{PAGE}/off", password=seed.PASSWORD).status_code == 303
    assert "Switch on" in client.get(PAGE).text


def test_the_password_alone_opens_nothing(app: Flask, key: str) -> None:
    client = app.test_client()
    answer = sign_in(client, "ivo@example.org", seed.PASSWORD, next="/account/tokens")
    assert answer.location == "/sign-in/code"
    assert client.get("/").status_code == 302
    assert post(client, "/sign-in/code", code="123").status_code == 422
    assert client.get("/").status_code == 302
    assert post(client, "/sign-in/code", code=code(key)).location == "/account/tokens"
    assert client.get("/").status_code == 200


def test_a_code_that_was_used_does_not_sign_in_again(
    waiting: Callable[[], FlaskClient], key: str
) -> None:
    first, second = waiting(), waiting()
    seen = code(key)
    assert post(first, "/sign-in/code", code=seen).status_code == 303
    assert post(second, "/sign-in/code", code=seen).status_code == 422
    assert second.get("/").status_code == 302


@pytest.mark.usefixtures("still_doors")
def test_who_guesses_codes_meets_pauses_wherever_they_come_from(
    waiting: Callable[[], FlaskClient],
) -> None:
    statuses = []
    for n in range(7):
        client = waiting()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{n}"
        statuses.append(post(client, "/sign-in/code", code=f"00000{n}").status_code)
    assert statuses == [422] * 5 + [429] * 2


def test_the_second_step_does_not_stand_alone_or_for_long(
    anonymous: FlaskClient, waiting: Callable[[], FlaskClient]
) -> None:
    assert anonymous.get("/sign-in/code").location == "/sign-in"
    client = waiting()
    assert client.get("/sign-in/code").status_code == 200
    with client.session_transaction() as cookie:
        cookie["second_step"] = {**cookie["second_step"], "at": time.time() - 301}
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_changed_password_takes_the_right_of_the_second_step_away(
    waiting: Callable[[], FlaskClient], database: Database, world: World
) -> None:
    client = waiting()
    with database.write() as session:
        session.get_one(User, world.people["ivo"]).fs_uniquifier = "changed"
    assert client.get("/sign-in/code").location == "/sign-in"


def test_staff_without_it_are_asked_to_switch_it_on(visit: Visit) -> None:
    hint = "You can see and change other people"
    assert hint in visit("tess").get("/account").text
    assert hint not in visit("ada").get("/account").text
