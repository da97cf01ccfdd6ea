"""PostgreSQL's own programs: missing, too old, refusing."""

import os
from pathlib import Path

import pytest

from grader.db import Database
from grader.errors import RefusedError, StorageError
from grader.services import backup
from grader.services.backup import postgres
from grader.storage import BlobStore


@pytest.fixture(params=["postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    shared: Database = request.getfixturevalue("shared_postgres")
    return shared


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program in the place of ``pg_dump``."""
    program = folder / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin:/bin")


def make(database: Database, folder: Path) -> None:
    target = folder / "b.tar"
    backup.make(database, BlobStore(folder / "blobs"), target, version="1")


def test_a_missing_program_is_named_with_where_it_comes_from(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RefusedError, match="pg_dump is not installed here") as refused:
        make(database, tmp_path)

    assert refused.value.code == "no-program"
    assert list(tmp_path.glob("*.tar")) == []


def test_a_program_older_than_the_server_is_refused_with_both_versions(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path, monkeypatch, "echo 'pg_dump (PostgreSQL) 9.6.24 (Debian 9.6)'")

    with pytest.raises(
        RefusedError, match=r"of version 9 and the server of version \d"
    ):
        make(database, tmp_path)


def test_what_a_program_complains_of_is_said_and_no_backup_left(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint = "echo 'pg_dump (PostgreSQL) 99.1'; case $1 in --version) ;; "
    complaint += "*) echo 'pg_dump: error: no luck' >&2; exit 1;; esac"
    pretend(tmp_path, monkeypatch, complaint)

    with pytest.raises(StorageError, match="no luck"):
        make(database, tmp_path)

    assert list(tmp_path.glob("*.tar")) == []


def test_a_password_is_not_among_the_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    pretend(tmp_path, monkeypatch, f'echo "$@ / $PGPASSWORD" > {seen}')
    url = Database("postgresql://u:s3cret@nowhere/db").engine.url

    postgres._run("pg_dump", url)

    arguments, _, secret = seen.read_text().partition(" / ")
    assert arguments == "--dbname=postgresql://u@nowhere/db"
    assert secret.strip() == "s3cret"
