"""A whole service of own processes, for one test, in one folder."""

import hashlib
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from sqlalchemy import select, true

from grader import dispatch
from grader.config import Settings
from grader.db import Database
from grader.models import GradingRun, RunStatus, WorkerBeat
from grader.services.receipts import Receipt
from grader.storage import BlobStore
from tests.brokers import valkey_server
from tests.chaos.brokers import Broker
from tests.chaos.ledger import Ledger, ledger
from tests.chaos.processes import Process, with_environment
from tests.chaos.started import faults
from tests.services.world import NOW, World, make_world
from tests.waiting import until
from worker.embedded import web_command, worker_command

PACKAGE = "tests.chaos.started"
MOST_LINES = 25
GONE_SECONDS = 10.0
SECRET = "only-for-tests-and-long-enough"
PENDING = (RunStatus.QUEUED, RunStatus.RUNNING)


class Answer(Protocol):
    """What came back for an upload."""

    @property
    def submission_id(self) -> str: ...


@dataclass
class Site:
    """A database with a course, and whatever was started on it.

    Parameters
    ----------
    patience
        Seconds that something may take to come about.
    settle_seconds
        How long to wait for everything to end where it may never.
    ablated
        Names of the parts that are taken out of all processes.
    """

    folder: Path
    settings: Settings
    world: World
    patience: float = 60.0
    ablated: str = ""
    settle_seconds: float = 60.0
    processes: list[Process] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    listener: socket.socket | None = None

    @property
    def database(self) -> Database:
        return self.world.database

    @property
    def is_sqlite(self) -> bool:
        return self.settings.database_url.startswith("sqlite")

    def start(
        self, command: list[str], name: str, *, fd: int | None = None, **extra: str
    ) -> Process:
        process = Process(
            command,
            self.folder / f"{name}-{len(self.processes)}.log",
            {
                **self.settings.to_environment(),
                "OPENBLAS_NUM_THREADS": "1",
                faults.ABLATIONS: self.ablated,
                **extra,
            },
            pass_fds=() if fd is None else (fd,),
        )
        self.processes.append(process)
        return process

    def poller(self, **extra: str) -> Process:
        """Start a worker that needs no broker; return when it works."""
        before = self.workers()
        process = self.start_poller(**extra)
        self.until(lambda: self.workers() > before, process)
        return process

    def start_poller(self, **extra: str) -> Process:
        command = [sys.executable, "-m", f"{PACKAGE}.poller"]
        return self.start(command, "poller", **extra)

    def celery(self, **extra: str) -> Process:
        """Start a worker that waits for bells; return when it listens."""
        before = self.workers()
        options = worker_command(1)[5:]
        app = ["--app", f"{PACKAGE}.celery_app"]
        name = ["--hostname", f"w{len(self.processes)}@test"]
        process = self.start(
            [sys.executable, "-m", f"{PACKAGE}.celery_worker", *app, *options, *name],
            "celery",
            **extra,
        )
        self.until(lambda: self.workers() > before, process)
        return process

    def worker(self, kind: str, **extra: str) -> Process:
        return self.celery(**extra) if kind == "celery" else self.poller(**extra)

    def janitor(self) -> Process:
        return self.start([sys.executable, "-m", f"{PACKAGE}.janitor"], "janitor")

    def web(self, *before: str, **extra: str) -> Process:
        """Start the pages on a port that stays when they die.

        Parameters
        ----------
        before
            A command that starts the rest of the line.
        """
        if self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        listening = self.listener.fileno()
        pages = [*web_command(listening)[:-1], f"{PACKAGE}.web:create_app()"]
        return self.start([*before, *pages], "web", fd=listening, **extra)

    def broker(self, program: str = "") -> Broker:
        return Broker(program or valkey_server(), self.folder, self.start)

    def workers(self) -> int:
        with self.database.read() as session:
            return len(session.scalars(select(WorkerBeat.worker)).all())

    def gate(self, name: str = "gate") -> Path:
        return self.folder / name

    def submit(self, text: str = "pass\n", user: int | None = None) -> Receipt:
        """Hand in and ring, as the pages do."""
        receipt = self.world.submit(user, text=f"{text}\n# {uuid.uuid4()}\n")
        self.receipts.append(receipt)
        dispatch.ring(self.settings)
        return receipt

    def note(self, answer: Answer, text: str) -> None:
        """Keep the receipt of an upload, so that the ledger asks for it."""
        assert answer.submission_id, answer
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.receipts.append(Receipt(answer.submission_id, "", 0, sha256, NOW))

    def submit_many(self, count: int, text: str = "pass\n") -> None:
        people = (self.world.student, self.world.other, self.world.ta)
        for number in range(count):
            self.submit(text, people[number % len(people)])

    def run(self, receipt: Receipt) -> GradingRun:
        return self.world.run(receipt.run_id)

    def runs(self) -> list[GradingRun]:
        with self.database.read() as session:
            return list(session.scalars(select(GradingRun)))

    def pids(self, gate: Path) -> list[int]:
        """Return the processes that began to wait at a gate, in their order."""
        begun = Path(f"{gate}.begun")
        return [int(w) for w in begun.read_text().split()] if begun.exists() else []

    def until_begun(self, gate: Path, times: int = 1) -> Process:
        """Wait for a grading to begin; return the worker that does it."""
        self.until(lambda: len(self.pids(gate)) >= times)
        pid = self.pids(gate)[times - 1]
        return next(p for p in self.processes if p.owns(pid))

    def until_ended(self, *receipts: Receipt) -> None:
        """Wait until these, or all runs that there are, are over."""
        self.until(self._are_over(receipts))

    def until_ended_by(self, worker: Process, start: Callable[[], Process]) -> None:
        """Wait until all runs are over; start another worker whenever one has ended."""
        is_over = self._are_over(())
        alive = worker

        def is_over_or_goes_on() -> bool:
            nonlocal alive
            if not alive.is_alive:
                alive = start()
            return is_over()

        self.until(is_over_or_goes_on)

    def _are_over(self, receipts: Sequence[Receipt]) -> Callable[[], bool]:
        ids = [uuid.UUID(receipt.run_id) for receipt in receipts]
        query = select(GradingRun.id).where(
            GradingRun.status.in_(PENDING), GradingRun.id.in_(ids) if ids else true()
        )

        def is_over() -> bool:
            with self.database.read() as session:
                return session.scalar(query.limit(1)) is None

        return is_over

    def until_settled(self, *receipts: Receipt) -> None:
        """Wait until these, or all runs, are over, or the time for that is."""
        is_over = self._are_over(receipts)
        deadline = time.monotonic() + self.settle_seconds
        while time.monotonic() < deadline and not is_over():
            time.sleep(0.05)

    def until(
        self, condition: Callable[[], object], process: Process | None = None
    ) -> None:
        try:
            until(condition, seconds=self.patience)
        except AssertionError as error:
            told = self.processes if process is None else [process]
            raise AssertionError(f"{error}\n{last_words(told)}") from None

    def tell(self) -> str:
        return last_words(self.processes)

    def ledger(self) -> Ledger:
        with self.database.read() as session:
            return ledger(session, self.world.store, self.receipts)

    def close(self) -> None:
        """Kill whatever still runs; thaws nothing, for a kill hits the frozen too."""
        for process in reversed(self.processes):
            process.kill()
        if self.listener is not None:
            self.listener.close()
        self.database.dispose()


@contextmanager
def new_site(url: str, empty_sqlite: Path) -> Iterator[Site]:
    """Make a site, and leave neither a process nor a file of it.

    Parameters
    ----------
    url
        Of a migrated PostgreSQL database; empty for SQLite.
    """
    # The path of a socket must be short, which that of a test's folder is not.
    folder = Path(tempfile.mkdtemp(prefix="grader-chaos-"))
    home = folder / "home"
    settings = Settings.from_environment(
        {
            "GRADER_HOME": str(home),
            "GRADER_DATABASE_URL": url,
            "GRADER_BROKER_URL": f"redis+socket://{folder}/broker.sock",
            "GRADER_SECRET_KEY": SECRET,
            "GRADER_LEASE_SECONDS": "1.5",
            "GRADER_HEARTBEAT_SECONDS": "0.4",
            "GRADER_SWEEP_SECONDS": "0.3",
            "GRADER_DRAIN_SECONDS": "2",
        }
    ).prepare_home()
    if not url:
        shutil.copy(empty_sqlite, home / "grader.sqlite3")
    database = Database(settings.database_url)
    world = make_world(database, BlobStore(settings.blob_dir))
    world.limit_attempts(1000)
    site = Site(folder, settings, world)
    try:
        yield site
    finally:
        site.close()
        left = left_behind(f"GRADER_HOME={home}")
        shutil.rmtree(folder)
    assert left == [], "processes outlived the test"
    assert not folder.exists()


def last_words(processes: Sequence[Process]) -> str:
    """Return the ends of what processes printed; their files are gone afterwards."""
    ends = []
    for process in processes:
        lines = process.log.read_text(errors="replace").splitlines()
        ends += [f"--- {process.log.name}", *lines[-MOST_LINES:]]
    return "\n".join(ends)


def left_behind(mark: str) -> list[str]:
    """Kill and name what lives on; the dead may take a moment to disappear."""
    with suppress(AssertionError):
        until(lambda: not with_environment(mark), seconds=GONE_SECONDS)
    names = []
    for pid in with_environment(mark):
        with suppress(ProcessLookupError, FileNotFoundError):
            names.append(Path(f"/proc/{pid}/cmdline").read_text())
            os.kill(pid, signal.SIGKILL)
    return names


def with_lease(site: Site, seconds: float) -> Site:
    """Return the same site with longer leases, for what must not be disturbed."""
    site.settings = replace(site.settings, lease_seconds=seconds)
    return site
