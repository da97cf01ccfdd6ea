"""A PostgreSQL server for the length of a test session."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

NOBODY = 65534


def program(name: str) -> str | None:
    """Find a program of the server: on PATH, or where Debian keeps it."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


def is_installed() -> bool:
    has_rights = os.geteuid() != 0 or shutil.which("setpriv") is not None
    return has_rights and all(map(program, ("initdb", "postgres")))


def unprivileged(*command: str) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return list(command)
    user = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    return ["setpriv", *user, "--pdeathsig", "INT", "--", *command]


class Server:
    """A running server that listens on a unix socket only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def run(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def new_database(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"t{uuid.uuid4().hex[:16]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server with an empty cluster; stop it and delete everything after."""
    # The socket's path must be short, and the folder must be open to the other user.
    folder = Path(tempfile.mkdtemp(prefix="grader-pg-"))
    data = folder / "data"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        for path in (folder, data):
            os.chown(path, NOBODY, NOBODY)
    try:
        initdb = ("--auth", "trust", "--username", "postgres", "--no-sync")
        subprocess.run(
            unprivileged(
                str(program("initdb")),
                *initdb,
                *("--encoding", "UTF8", "--no-locale", "--pgdata", str(data)),
            ),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        server = subprocess.Popen(
            unprivileged(
                *(str(program("postgres")), "-D", str(data), "-k", str(folder)),
                *("-c", "listen_addresses=", "-c", "fsync=off"),
                *("-c", "shared_buffers=16MB", "-c", "max_connections=60"),
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(server, data)
            yield Server(folder)
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: subprocess.Popen[bytes], data: Path) -> None:
    """The server writes its own state where it can be read."""
    from tests.waiting import until

    state = data / "postmaster.pid"

    def is_ready() -> bool:
        assert server.poll() is None, "the PostgreSQL server did not start"
        return state.exists() and state.read_text().split()[-1:] == ["ready"]

    until(is_ready)
