"""What commands work on."""

import pytest

from grader.config import Settings
from grader.db import Database
from grader.storage import BlobStore
from tests.services.world import World, make_world


@pytest.fixture
def kept(
    settings: Settings,
    database: Database,
    store: BlobStore,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """A home with one submission, which the environment names."""
    monkeypatch.setenv("GRADER_HOME", str(settings.home))
    world = make_world(database, store)
    world.submit(text="kept\n")
    return world
