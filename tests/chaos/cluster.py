"""A PostgreSQL server that can be killed and comes back with what it had."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import text

from grader.db import Database
from tests import postgres
from tests.waiting import until

_REFUSE = """
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE read_only_sql_transaction USING MESSAGE = 'this is a standby'; END $$
"""
_ON = (
    "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON {} "
    "EXECUTE FUNCTION refuse()"
)
# What is written survives the death of every process, which is all that happens here.
OPTIONS = ("listen_addresses=", "fsync=off", "shared_buffers=16MB")


class Cluster(postgres.Server):
    """A server of its own for the chaos tests of one test process.

    Parameters
    ----------
    folder
        Holds the data and the socket.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self.folder / ".s.PGSQL.5432"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = [part for option in OPTIONS for part in ("-c", option)]
        program = str(postgres.program("postgres"))
        self.process = subprocess.Popen(
            postgres.unprivileged(
                *(program, "-D", str(self._data), "-k", str(self.folder)), *options
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._is_ready, "for PostgreSQL")

    def kill(self) -> None:
        """Kill every process of the server at one moment, as a power cut does."""
        assert self.process is not None
        pids = [self.process.pid, *_children(self.process.pid)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(30)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
        # Left by the dead: whoever starts next would take them for the living.
        for name in (self._data / "postmaster.pid", self.socket):
            name.unlink(missing_ok=True)

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "PostgreSQL did not start"
        state = self._data / "postmaster.pid"
        return state.exists() and state.read_text().split()[-1:] == ["ready"]


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """Refuse every write as a server does that has become a standby."""
    tables = ("submission", "grading_run", "audit_entry", "attempts", "worker_beat")
    with database.write() as session:
        session.execute(text(_REFUSE))
        for table in tables:
            session.execute(text(_ON.format(table)))
    try:
        yield
    finally:
        with database.write() as session:
            for table in tables:
                session.execute(text(f"DROP TRIGGER refuse ON {table}"))


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Make a cluster and start it; leave nothing of it."""
    folder = Path(tempfile.mkdtemp(prefix="grader-pg-"))
    data = folder / "data"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        for path in (folder, data):
            os.chown(path, postgres.NOBODY, postgres.NOBODY)
    initdb = ["--auth", "trust", "--username", "postgres", "--no-sync"]
    encoding = ["--encoding", "UTF8", "--no-locale", "--pgdata", str(data)]
    cluster = Cluster(folder)
    try:
        subprocess.run(
            postgres.unprivileged(str(postgres.program("initdb")), *initdb, *encoding),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        cluster.start()
        yield cluster
        cluster.stop()
    finally:
        if cluster.process is not None and cluster.process.poll() is None:
            cluster.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]
