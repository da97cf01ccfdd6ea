"""The database: two kinds of transactions, the same on SQLite and PostgreSQL."""

import fcntl
import json
import math
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from grader.errors import ConfigurationError, StorageError

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_SECONDS = 30
# How libpq notices that nobody is at the other end: a network that was cut answers
# nothing, and by itself a socket waits for a quarter of an hour. While we wait for an
# answer, probes tell after 5 + 2 x 2 s; while what we sent is not confirmed, 9 s do.
# With ``client_encoding`` the driver gives text even where the server promises none.
POSTGRES_OPTIONS: dict[str, str | int] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 9_000,
    "client_encoding": "utf8",
}
READ_ONLY = "grader_read_only"
VERSION_TABLE = "alembic_version"
# Any number will do, as long as every version of the grader takes the same one.
MIGRATION_LOCK = 0x6261636B
# PostgreSQL's word for a server that takes no writes, such as one that follows another.
READ_ONLY_STATE = "25006"
_SQLITE_NOW = "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')"


class Database:
    """One engine and its two kinds of transactions.

    SQLite must know when a transaction begins whether it will write: a reader that
    turns into a writer fails at once, whatever the busy time-out says. So there are
    two context managers and no third way.

    Parameters
    ----------
    url
        ``sqlite:///path`` or ``postgresql://...``.
    pooled
        False opens a connection for each transaction, for a process that forks.
    busy_seconds
        How long SQLite waits for another writer.
    """

    def __init__(
        self, url: str, *, pooled: bool = True, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        address = _address(url)
        options: dict[str, Any] = {"json_serializer": to_json}
        if not pooled:
            options["poolclass"] = NullPool
        if address.get_backend_name() == "sqlite":
            options["connect_args"] = {"timeout": busy_seconds}
        else:
            options["pool_pre_ping"] = pooled
            options["connect_args"] = dict(POSTGRES_OPTIONS)
        self.engine: Engine = create_engine(address, **options)
        if address.get_backend_name() == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        read_only = {READ_ONLY: True, "postgresql_readonly": True}
        if address.get_backend_name() == "sqlite":
            del read_only["postgresql_readonly"]
        self._write = sessionmaker(self.engine, expire_on_commit=False)
        self._read = sessionmaker(
            self.engine.execution_options(**read_only), expire_on_commit=False
        )

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session that may write; commits at the end, rolls back on error.

        On SQLite the write lock is taken with the first statement, so do slow things
        before it.

        Raises
        ------
        StorageError
            If the database is away, locked or full; nothing was changed.
        """
        with _translated(), self._write() as session:
            yield session
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one moment of the database and cannot write.

        Raises
        ------
        StorageError
            If the database is away.
        """
        with _translated(), self._read() as session:
            yield session

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def database_now(session: Session) -> datetime:
    """Return the time by the database's clock, the only one that decides on leases."""
    # Asked in almost every transaction, hence not by way of the ORM.
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        stated = connection.exec_driver_sql(_SQLITE_NOW).scalar()
        return datetime.fromisoformat(str(stated)).replace(tzinfo=UTC)
    moment = connection.exec_driver_sql("SELECT clock_timestamp()").scalar()
    assert isinstance(moment, datetime)  # noqa: S101 - narrows the type
    return moment.astimezone(UTC)


def migrate(url: str) -> None:
    """Bring the schema up to date; safe to call from several processes at once.

    Raises
    ------
    ConfigurationError
        If the database cannot hold every text; nothing was changed.
    StorageError
        If the database cannot be reached.
    """
    database = Database(url, pooled=False)
    try:
        with _translated(), _alone(database), database.engine.connect() as connection:
            _require_every_text(connection)
            _upgrade(connection)
    finally:
        database.dispose()


def revision(session: Session) -> str:
    """Return the version of the schema; empty if the database has none of ours."""
    connection = session.connection()
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    # A constant of ours, no text of anybody's.
    return connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) or ""  # noqa: S608


def known_revisions() -> list[str]:
    """Return every version of the schema that this program knows, the newest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config())
    return [script.revision for script in scripts.walk_revisions()]


def alembic_config() -> "Config":
    """Return Alembic's configuration; there is no ini file."""
    from alembic.config import Config

    # The default is the stream of the time when Alembic was imported.
    config = Config(stdout=sys.stdout)
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    return config


def _require_every_text(connection: Connection) -> None:
    """Refuse a PostgreSQL database of another encoding before a name breaks on it."""
    if connection.dialect.name == "sqlite":
        return
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise ConfigurationError(
            f"GRADER_DATABASE_URL: the database's encoding must be UTF8, got {encoding}"
            "; make it anew: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )


def _upgrade(connection: Connection) -> None:
    # Imported here because no other process needs it, and it is large.
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Hold a lock that only one migrating process can have."""
    path = database.engine.url.database
    if database.engine.dialect.name == "sqlite":
        if not path or path == ":memory:":
            raise ConfigurationError(
                "GRADER_DATABASE_URL: SQLite must be a file, got memory"
            )
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(f"{path}.migrating", "w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with database.engine.connect() as connection:
        lock = {"key": MIGRATION_LOCK}
        connection.execute(text("SELECT pg_advisory_lock(:key)"), lock)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), lock)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a database that is away, locked, full or read-only into our exception."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StorageError(f"database: {_first_line(error)}") from error
    except DBAPIError as error:
        refuses_writes = getattr(error.orig, "sqlstate", None) == READ_ONLY_STATE
        if not (error.connection_invalidated or refuses_writes):
            raise
        raise StorageError(f"database: {_first_line(error)}") from error


def to_json(value: Any) -> str:
    """Write JSON that every database takes; PostgreSQL's knows no NaN."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_with_named_numbers(value), allow_nan=False)


def _with_named_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_named_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_named_numbers(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(
            "GRADER_DATABASE_URL: must be a database address"
        ) from error
    if address.drivername in {"postgres", "postgresql"}:
        return address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigurationError(
            "GRADER_DATABASE_URL: must be sqlite or postgresql, "
            f"got {address.get_backend_name()}"
        )
    return address


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Without this the driver begins transactions by itself, and not for every
    # statement: updates are lost silently.
    connection.isolation_level = None
    cursor = connection.cursor()
    mode = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError(f"SQLite: journal mode must be wal, got {mode}")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
