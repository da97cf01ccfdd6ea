"""What many tests need: a database of their own, migrated, and a store of blobs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.config import Settings
from grader.db import Database, migrate
from grader.storage import BlobStore


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows; tests copy it, which is quicker."""
    path = tmp_path_factory.mktemp("empty") / "grader.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite: Path) -> Settings:
    """Settings of a home whose database is there, and whose leases are short."""
    home = tmp_path / "home"
    settings = Settings.from_environment(
        {
            "GRADER_HOME": str(home),
            "GRADER_LEASE_SECONDS": "1.5",
            "GRADER_HEARTBEAT_SECONDS": "0.4",
            "GRADER_SWEEP_SECONDS": "0.3",
        }
    ).prepare_home()
    shutil.copy(empty_sqlite, home / empty_sqlite.name)
    return settings


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    yield database
    database.dispose()


@pytest.fixture
def store(settings: Settings) -> BlobStore:
    return BlobStore(settings.blob_dir)
