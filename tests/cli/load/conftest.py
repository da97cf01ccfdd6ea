"""One small course on SQLite: what is counted is the same on every database."""

from collections.abc import Iterator

import pytest

from grader.config import Settings
from grader.db import Database
from grader.storage import BlobStore
from tests.services.world import World, make_world


@pytest.fixture
def world(settings: Settings, store: BlobStore) -> Iterator[World]:
    database = Database(settings.database_url)
    yield make_world(database, store)
    database.dispose()
