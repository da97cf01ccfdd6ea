"""Services are tested on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from grader.config import Settings
from grader.db import Database, migrate
from grader.models import Base
from grader.storage import BlobStore
from tests import postgres
from tests.requirements import require
from tests.services.world import World, make_world


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    if not postgres.is_installed():
        require("postgres", "initdb and postgres are not installed")
    with postgres.running_server() as server:
        yield server


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: postgres.Server) -> Iterator[Database]:
    url = postgres_server.url(postgres_server.new_database())
    migrate(url)
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(settings.database_url)
        yield database
        database.dispose()
        return
    shared: Database = request.getfixturevalue("shared_postgres")
    tables = ", ".join(Base.metadata.tables)
    with shared.write() as session:
        # Much quicker than a new database for each test.
        session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    yield shared


@pytest.fixture
def world(database: Database, store: BlobStore) -> World:
    return make_world(database, store)
