"""Bells, workers and brokers as real processes that are really killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader import dispatch
from grader.config import Settings
from grader.db import Database
from grader.models import RunStatus
from grader.services import health, submissions
from grader.storage import BlobStore
from tests.brokers import redis_server, valkey_server
from tests.services.world import World, make_world
from tests.waiting import until
from worker.embedded import broker_command, has_answer

pytestmark = pytest.mark.service

ROOT = Path(__file__).parents[2]


class Process:
    """A child in its own session, so that all of it can be killed."""

    def __init__(self, command: list[str], log: Path, **extra: str) -> None:
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **extra},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


@dataclass
class Site:
    """A broker, a database with a course, and workers."""

    settings: Settings
    world: World
    server: str
    folder: Path
    processes: list[Process]

    @property
    def socket(self) -> Path:
        return self.folder / "broker.sock"

    def start(self, command: list[str], name: str) -> Process:
        process = Process(
            command, self.folder / f"{name}.log", **self.settings.to_environment()
        )
        self.processes.append(process)
        return process

    def start_broker(self) -> Process:
        process = self.start(broker_command(self.server, self.socket), "broker")
        until(lambda: has_answer(self.socket), "for the broker")
        return process

    def start_worker(self) -> Process:
        before = self.workers()
        celery = [sys.executable, "-m", "celery", "--app", "tests.worker.obeying_app"]
        options = ["--queues", "grade", "--concurrency", "1", "--without-gossip"]
        name = ["--hostname", f"w{before}@test", "--without-mingle"]
        process = self.start([*celery, "worker", *options, *name], "worker")
        until(lambda: self.workers() > before, self.log("worker"))
        return process

    def workers(self) -> int:
        with self.world.database.read() as session:
            return health.status(session).workers_alive

    def log(self, name: str) -> str:
        return f"for what {self.folder}/{name}.log tells"

    def submit(self, text: str = "pass\n", user: int | None = None) -> str:
        """Hand in and ring, as the pages do; return the run's id."""
        receipt = self.world.submit(user, text=text)
        dispatch.ring(self.settings)
        return receipt.run_id

    def status(self, run_id: str) -> RunStatus:
        return self.world.run(run_id).status

    def until_graded(self, *run_ids: str) -> None:
        def all_graded() -> bool:
            return all(self.status(r) is RunStatus.GRADED for r in run_ids)

        until(all_graded, self.log("worker"))


@pytest.fixture
def new_site(
    settings: Settings, database: Database, store: BlobStore
) -> Iterator[Callable[[str], Site]]:
    # The path of a socket must be short, which that of a test's folder is not.
    folder = Path(tempfile.mkdtemp(prefix="grader-queue-"))
    processes: list[Process] = []

    def build(server: str) -> Site:
        world = make_world(database, store)
        world.limit_attempts(100)
        own = replace(
            settings,
            broker_url=f"redis+socket://{folder}/broker.sock",
            lease_seconds=3.0,
            heartbeat_seconds=0.5,
        )
        site = Site(own, world, server, folder, processes)
        site.start_broker()
        return site

    yield build
    for process in processes:
        process.kill()
    shutil.rmtree(folder)


@pytest.fixture
def site(new_site: Callable[[str], Site]) -> Site:
    return new_site(valkey_server())


@pytest.mark.parametrize("server", [redis_server, valkey_server])
def test_a_bell_gets_submissions_graded(
    new_site: Callable[[str], Site], server: Callable[[], str]
) -> None:
    site = new_site(server())
    site.start_worker()
    handed_in = [site.submit() for _ in range(5)]
    site.until_graded(*handed_in)
    assert [site.world.run(run).attempt for run in handed_in] == [1] * 5


def test_work_that_waited_before_the_worker_came_is_graded(site: Site) -> None:
    run = site.world.submit().run_id
    assert site.status(run) is RunStatus.QUEUED
    site.start_worker()
    site.until_graded(run)
    assert site.world.run(run).attempt == 1


def test_a_killed_workers_submission_is_graded_by_another(site: Site) -> None:
    gate = site.folder / "gate"
    first = site.start_worker()
    run = site.submit(f"# wait {gate}\n")
    until(Path(f"{gate}.begun").exists, site.log("worker"))
    first.kill()
    gate.touch()
    site.start_worker()
    site.until_graded(run)
    row = site.world.run(run)
    assert (row.attempt, row.lost_workers, row.crash_strikes) == (2, 1, 0)
    assert site.world.audit().count("graded") == 1


def test_a_submission_that_kills_its_grader_is_put_aside_and_others_go_on(
    site: Site,
) -> None:
    site.start_worker()
    poison = site.submit("# crash\n")
    honest = site.submit(user=site.world.other)
    site.until_graded(honest)
    until(lambda: site.status(poison) is RunStatus.NEEDS_ATTENTION, site.log("worker"))
    row = site.world.run(poison)
    assert (row.attempt, row.crash_strikes, row.lost_workers) == (3, 3, 0)
    with site.world.database.read() as session:
        used = submissions.attempts_used(
            session,
            assignment_id=site.world.assignment_id,
            user_id=site.world.student,
        )
    assert used == 0


def test_a_worker_told_to_stop_gives_its_run_back_and_ends(site: Site) -> None:
    gate = site.folder / "gate"
    worker = site.start_worker()
    run = site.submit(f"# wait {gate}\n")
    until(Path(f"{gate}.begun").exists, site.log("worker"))
    worker.popen.terminate()
    until(
        lambda: "Warm shutdown" in (site.folder / "worker.log").read_text(),
        site.log("worker"),
    )
    gate.touch()
    assert worker.popen.wait(60) == 0
    row = site.world.run(run)
    assert (row.status, row.token) == (RunStatus.QUEUED, None)
    assert (row.crash_strikes, row.lost_workers, row.give_backs) == (0, 0, 0)


def test_a_broker_that_dies_and_comes_back_empty_loses_no_submission(
    site: Site,
) -> None:
    worker = site.start_worker()
    site.processes[0].kill()
    during = [site.submit(user=user) for user in (None, site.world.other)]
    assert {site.status(run) for run in during} == {RunStatus.QUEUED}
    site.start_broker()
    site.until_graded(*during)
    site.until_graded(site.submit())
    assert worker.popen.poll() is None
