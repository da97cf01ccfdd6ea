"""Dumps of PostgreSQL, by its own programs ``pg_dump`` and ``pg_restore``."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from grader.db import Database
from grader.errors import RefusedError, StorageError

KIND = "postgresql"
_MOVED_ASIDE = "replaced_"


@contextmanager
def dumped(database: Database, folder: Path) -> Iterator[tuple[Path, Session]]:
    """Yield a dump and a session that sees the moment of that dump.

    Raises
    ------
    RefusedError
        ``no-program`` or ``old-program``, see ``check_tools``.
    StorageError
        If the database cannot be read, or the dump not be written.
    """
    dump = folder / "database.pgdump"
    with database.read() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        _refuse_old_program("pg_dump", _major(server_version(session)))
        moment = session.scalar(text("SELECT pg_export_snapshot()"))
        _run(
            "pg_dump",
            database.engine.url,
            *("--format=custom", "--no-owner", "--no-privileges"),
            *(f"--exclude-schema={_MOVED_ASIDE}*", f"--snapshot={moment}"),
            f"--file={dump}",
        )
        yield dump, session


def server_version(session: Session) -> str:
    """Return the version of the server."""
    return str(session.scalar(text("SHOW server_version")))


def check_tools(_url: URL) -> None:
    """See that a restore can begin.

    Raises
    ------
    RefusedError
        ``no-program`` if ``pg_restore`` is not installed.
    """
    _program_version("pg_restore")


def load(url: URL, dump: Path, aside: str) -> str:
    """Restore a dump; return the schema that the old tables were moved to.

    Raises
    ------
    StorageError
        If the server refuses; the old tables are in their place again.
    """
    moved = f"{_MOVED_ASIDE}{re.sub(r'[^0-9a-z]', '_', aside)}"
    _execute(url, f"ALTER SCHEMA public RENAME TO {moved}", "CREATE SCHEMA public")
    try:
        _run(
            "pg_restore",
            url,
            *("--single-transaction", "--exit-on-error"),
            *("--no-owner", "--no-privileges", "--schema=public"),
            str(dump),
        )
    except BaseException:
        _execute(
            url,
            "DROP SCHEMA public CASCADE",
            f"ALTER SCHEMA {moved} RENAME TO public",
        )
        raise
    return moved


def forget(url: URL, aside: str) -> None:
    """Delete what was moved aside."""
    _execute(url, f"DROP SCHEMA {aside} CASCADE")


def _execute(url: URL, *statements: str) -> None:
    """Run statements in one transaction."""
    database = Database(url.render_as_string(hide_password=False), pooled=False)
    try:
        with database.write() as session:
            for statement in statements:
                session.execute(text(statement))
    finally:
        database.dispose()


def _run(program: str, url: URL, *options: str) -> None:
    plain = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=url.query,
    )
    # Not in the arguments, which every user of the machine can read.
    secret = {"PGPASSWORD": url.password} if url.password else {}
    try:
        done = subprocess.run(
            [program, f"--dbname={plain.render_as_string()}", *options],
            env={**os.environ, **secret},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise _missing(program) from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["nothing was said"]
        raise StorageError(f"{program}: {said[0]}")


def _refuse_old_program(program: str, server: int) -> None:
    """Refuse a program that is older than the server: it cannot read all it has."""
    ours = _major(_program_version(program))
    if ours < server:
        raise RefusedError(
            f"{program} is of version {ours} and the server of version {server}. "
            f"Install the client programs of PostgreSQL {server} or newer.",
            code="old-program",
        )


def _program_version(program: str) -> str:
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True
        ).stdout
    except FileNotFoundError:
        raise _missing(program) from None
    except subprocess.CalledProcessError as error:
        raise StorageError(f"{program}: {error}") from error
    return said.partition(")")[2].strip()


def _missing(program: str) -> RefusedError:
    return RefusedError(
        f"{program} is not installed here, or not on PATH. It comes with the client "
        "programs of PostgreSQL (Debian: postgresql-client).",
        code="no-program",
    )


def _major(version: str) -> int:
    found = re.match(r"\d+", version)
    return int(found.group()) if found else 0
