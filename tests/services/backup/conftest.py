"""A second, empty place beside the world: where backups are restored."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.db import Database
from grader.storage import BlobStore
from tests import postgres
from tests.services.world import World


@dataclass(frozen=True)
class Place:
    """Address of a database that has no tables, and a store without files."""

    url: str
    store: BlobStore


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> Iterator[Place]:
    store = BlobStore(tmp_path / "elsewhere" / "blobs")
    if database.engine.dialect.name == "sqlite":
        yield Place(f"sqlite:///{tmp_path}/elsewhere/grader.sqlite3", store)
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.new_database()
    yield Place(server.url(name), store)
    server.drop(name)


@pytest.fixture
def used(world: World) -> World:
    """A world in which somebody has handed in, and something was graded."""
    world.limit_attempts(9)
    world.submit(text="y = 'é'\n")
    world.grade(score=3.5)
    world.submit(world.other)
    return world
