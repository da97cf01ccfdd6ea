"""One seeded world for the whole run, copied for every module that uses it."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.db import Database
from grader.models import User
from grader.services import sessions
from grader.web import create_app
from grader.web.guessing import Doors
from grader.web.throttle import SignInThrottle
from tests.web import seed
from tests.web.seed import World

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
KEY = re.compile(r'name="idempotency_key" value="([^"]+)"')
ASSIGNMENT = f"/courses/{seed.COURSE}/assignments/{seed.SLUG}"
SERVICE = f"/courses/{seed.COURSE}/service"


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> World:
    return seed.build(tmp_path_factory.mktemp("seeded"), seed.small_assignment())


@pytest.fixture(scope="module")
def world(seeded: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    home = tmp_path_factory.mktemp("world") / "home"
    shutil.copytree(seeded.settings.home, home)
    return replace(seeded, settings=seed.settings_for(home))


@pytest.fixture(scope="module")
def database(world: World) -> Iterator[Database]:
    database = Database(world.settings.database_url)
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def app(world: World, database: Database) -> Flask:
    return create_app(world.settings, database)


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def visit(app: Flask, database: Database, world: World) -> Callable[[str], FlaskClient]:
    """Return a client that is signed in, without the cost of hashing a password."""

    def client_of(person: str) -> FlaskClient:
        client = app.test_client()
        if person == "anonymous":
            return client
        with database.write() as session:
            key = sessions.start(
                session,
                user_id=world.people[person],
                mark=session.get_one(User, world.people[person]).fs_uniquifier,
                now=datetime.now(UTC),
            )
        with client.session_transaction() as cookie:
            cookie["_user_id"] = key
            cookie["_fresh"] = True
        return client

    return client_of


@pytest.fixture
def still_doors(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget who failed before, and let no pause pass however slow the machine is."""
    kinds = [field.name for field in fields(Doors)]
    doors = Doors(**{kind: SignInThrottle(clock=lambda: 0.0) for kind in kinds})
    monkeypatch.setitem(app.extensions, "doors", doors)


def token_of(client: FlaskClient, path: str = "/account/password") -> str:
    found = TOKEN.search(client.get(path).text)
    assert found is not None
    return found.group(1)


def upload(
    client: FlaskClient,
    files: dict[str, bytes],
    *,
    key: str = "",
    path: str = ASSIGNMENT,
    follow: bool = False,
) -> TestResponse:
    return client.post(
        path,
        data={
            "csrf_token": token_of(client),
            "idempotency_key": key,
            "files": [(BytesIO(content), name) for name, content in files.items()],
        },
        follow_redirects=follow,
    )
