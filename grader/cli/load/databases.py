"""Databases that a benchmark may fill and kill: SQLite files, PostgreSQL clusters."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from grader.db import migrate

KINDS = ("sqlite", "postgresql")
# PostgreSQL refuses to run as root; this user owns nothing else.
NOBODY = 65534
START_SECONDS = 60.0


def postgres_program(name: str) -> str | None:
    """Find a program of the server: on PATH, or where Debian keeps it."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


def installed_kinds() -> list[str]:
    """Return the kinds of database that can be started here."""
    has_rights = os.geteuid() != 0 or shutil.which("setpriv") is not None
    has_programs = all(map(postgres_program, ("initdb", "postgres")))
    return list(KINDS if has_rights and has_programs else KINDS[:1])


def chosen_kinds(asked: Sequence[str]) -> list[str]:
    """Return the kinds that were asked for, or all that can be started here.

    Raises
    ------
    ClickException
        If one that was asked for is not installed.
    """
    there = installed_kinds()
    missing = [kind for kind in asked if kind not in there]
    if missing:
        raise click.ClickException(f"{missing[0]} is not installed here")
    return list(asked) or there


class SqliteFile:
    """A database in a file; nothing runs for it."""

    kind = "sqlite"
    pid: int | None = None

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder}/grader.sqlite3"


class Cluster:
    """A PostgreSQL server on a unix socket, as safe on disk as its defaults make it.

    Parameters
    ----------
    folder
        Short, since the socket lies in it. Made by the caller, and removed by it.
    """

    kind = "postgresql"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql+psycopg://postgres@/postgres?host={folder}"

    @property
    def pid(self) -> int | None:
        """Return the id of the server's first process."""
        return None if self._process is None else self._process.pid

    def create(self) -> None:
        """Make the cluster's files."""
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            for path in (self._folder, self._data):
                os.chown(path, NOBODY, NOBODY)
        subprocess.run(
            _unprivileged(
                str(postgres_program("initdb")),
                *("--auth", "trust", "--username", "postgres", "--no-sync"),
                *("--encoding", "UTF8", "--no-locale", "--pgdata", str(self._data)),
            ),
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def start(self) -> None:
        """Start the server; return when it takes connections.

        Raises
        ------
        ClickException
            If it does not start within a minute.
        """
        self._process = subprocess.Popen(
            _unprivileged(
                *(str(postgres_program("postgres")), "-D", str(self._data)),
                *("-k", str(self._folder), "-c", "listen_addresses="),
                *("-c", "shared_buffers=64MB", "-c", "max_connections=80"),
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise click.ClickException("the PostgreSQL server did not start")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server and wait; ``SIGQUIT`` drops everything as a crash does."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_SECONDS)
            self._process = None

    def _is_ready(self) -> bool:
        state = self._data / "postmaster.pid"
        try:
            return state.read_text().split()[-1:] == ["ready"]
        except OSError:
            return False


@contextmanager
def database(kind: str, home: Path) -> Iterator[SqliteFile | Cluster]:
    """Give an empty database with our tables; it is gone afterwards."""
    if kind == SqliteFile.kind:
        file = SqliteFile(home)
        migrate(file.url)
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="grader-pg-") as folder:
        cluster = Cluster(Path(folder))
        cluster.create()
        cluster.start()
        try:
            migrate(cluster.url)
            yield cluster
        finally:
            cluster.stop()


def _unprivileged(*command: str) -> list[str]:
    if os.geteuid() != 0:
        return list(command)
    user = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    return ["setpriv", *user, "--pdeathsig", "INT", "--", *command]
