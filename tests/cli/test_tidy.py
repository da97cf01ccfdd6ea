"""``grader tidy`` deletes nothing unless it is told to."""

import os
from pathlib import Path

import pytest

from grader.cli.main import main
from grader.config import Settings
from grader.db import Database
from grader.storage import BlobStore
from tests.services.world import make_world


@pytest.fixture
def orphan(
    settings: Settings,
    database: Database,
    store: BlobStore,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A file of 1970 that no row names, in the home that the environment names."""
    monkeypatch.setenv("GRADER_HOME", str(settings.home))
    make_world(database, store).submit()
    name = store.put(b"x" * 2000)
    path = store.directory / name[:2] / name
    os.utime(path, (1, 1))
    return path


def tidy(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main(["tidy", *options])
    assert not stopped.value.code
    return capsys.readouterr().out


def test_without_being_told_to_it_only_says_what_it_found(
    orphan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tidy(capsys)

    assert orphan.exists()
    assert str(orphan) in out
    assert "1 files (0 of them unfinished), 2.0 kB, would be deleted" in out


def test_when_told_to_it_deletes(
    orphan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tidy(capsys, "--delete", "--days", "2")

    assert not orphan.exists()
    assert "1 files (0 of them unfinished), 2.0 kB, deleted" in out
    assert "0 files" in tidy(capsys)
