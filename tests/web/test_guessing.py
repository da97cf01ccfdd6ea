"""Security rows 8 and 9: what guessers learn, and how far they come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.context import CryptContext

from grader.db import Database
from grader.models import User
from grader.web.guessing import visitor_address
from grader.web.throttle import SignInThrottle
from tests.web import seed
from tests.web.conftest import token_of
from tests.web.seed import World
from tests.web.test_sign_in import sign_in


@contextmanager
def counted_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Count how often a password is hashed, which is all that takes time."""
    found: list[str] = []
    with monkeypatch.context() as patch:
        for name in ("hash", "verify"):
            plain = getattr(CryptContext, name)

            def counting(
                self: CryptContext,
                *values: object,
                _plain: object = plain,
                _name: str = name,
                **options: object,
            ) -> object:
                found.append(_name)
                return _plain(self, *values, **options)  # type: ignore[operator]

            patch.setattr(CryptContext, name, counting)
        yield found


def test_row_8_known_unknown_and_switched_off_people_cost_one_hash_each(
    app: Flask, database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        session.get_one(User, world.people["nils"]).active = False
        session.get_one(User, world.people["olga"]).password = None
    counts = {}
    for person in ("ada", "nils", "olga", "nobody"):
        with counted_hashes(monkeypatch) as hashes:
            sign_in(app.test_client(), f"{person}@example.org", "a wrong password")
        counts[person] = len(hashes)
    assert counts == {"ada": 1, "nils": 1, "olga": 1, "nobody": 1}


@pytest.mark.usefixtures("still_doors")
def test_row_9_many_guesses_are_few_tries(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    guesser = app.test_client()
    guesser.environ_base["REMOTE_ADDR"] = "192.0.2.60"
    with counted_hashes(monkeypatch) as hashes:
        statuses = {
            sign_in(guesser, "ben@example.org", f"guess {n}").status_code
            for n in range(9)
        }
    assert statuses == {200, 429}
    assert len(hashes) == 5
    owner = app.test_client()
    owner.environ_base["REMOTE_ADDR"] = "192.0.2.61"
    assert sign_in(owner, "ben@example.org", seed.PASSWORD).status_code == 302


def test_row_9_a_thousand_guesses_in_a_minute_are_at_most_twenty_tries() -> None:
    now = [0.0]
    throttle = SignInThrottle(clock=lambda: now[0])
    tries = 0
    for _ in range(1000):
        now[0] += 0.06
        if throttle.wait_seconds("ada", "a") == 0:
            tries += 1
            throttle.failed("ada", "a")
    assert 5 < tries <= 20
    assert throttle.wait_seconds("ada", "elsewhere") == 0


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_row_9_who_owns_a_network_of_addresses_is_one_visitor(
    app: Flask, address: str, counted_as: str
) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert visitor_address() == counted_as


@pytest.mark.usefixtures("still_doors")
def test_row_9_the_current_password_cannot_be_guessed_from_a_stolen_session(
    visit: Callable[[str], FlaskClient],
) -> None:
    thief = visit("ada")
    statuses = [
        thief.post(
            "/account/password",
            data={
                "csrf_token": token,
                "password": f"guess {n}",
                "new_password": "a long password",
                "new_password_confirm": "a long password",
            },
        ).status_code
        for n, token in enumerate([token_of(thief)] * 7)
    ]
    assert statuses == [200] * 5 + [429] * 2
