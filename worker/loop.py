"""The grading loop: claim, grade, record, finish. Knows no broker."""

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import Session

from grader import engine
from grader.assignments import Assignment
from grader.config import Settings
from grader.contract.jail import Jail
from grader.db import Database
from grader.engine import Progress, ProgressListener
from grader.errors import (
    AssignmentError,
    GraderError,
    LeaseLostError,
    SandboxUnavailableError,
    StorageError,
)
from grader.report import Report
from grader.services import assignments, health, runs
from grader.services.runs import GradeJob
from grader.storage import BlobStore
from worker.janitor import Janitor, stop_on_signals
from worker.lease import LeaseKeeper

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
QUARANTINE_SECONDS = 60.0
# After so many failures of ours in a row this process is the one that is sick.
FAILURES_IN_A_ROW = 2
PATIENCE_SECONDS = 120.0


class Grade(Protocol):
    """``engine.grade``, as far as the loop calls it."""

    def __call__(  # noqa: D102 - said by the class
        self,
        assignment: Assignment,
        files: dict[str, bytes],
        entry: str,
        *,
        seed: int,
        jail: Jail,
        notices: tuple[str, ...],
        on_progress: ProgressListener,
    ) -> Report: ...


class StopRequestedError(GraderError):
    """Between two checks, this worker was asked to stop."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What came of one bell.

    ``more`` says that time was up before the queue was empty.
    """

    graded: int
    more: bool


@dataclass
class Worker:
    """One process that grades.

    Parameters
    ----------
    jail_factory
        Makes the jail when it is first needed, in the thread that grades.
    worker_id
        Random for each start of the worker; its processes share it.
    should_stop
        Asked between runs and between checks.
    patience_seconds
        How long a finished report waits for a database that is away.
    """

    database: Database
    store: BlobStore
    jail_factory: Callable[[], Jail]
    worker_id: str
    lease_seconds: float = 30.0
    heartbeat_seconds: float = 10.0
    should_stop: Callable[[], bool] = lambda: False
    grade: Grade = engine.grade
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    patience_seconds: float = PATIENCE_SECONDS
    _jail: Jail | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)
    _sick_until: float = field(default=0.0, init=False)
    _said: str | None = field(default=None, init=False)

    def drain(self, budget: float) -> Drained:
        """Grade one run after the other until none is left or the time is up.

        Parameters
        ----------
        budget
            Seconds after which no further run is claimed.
        """
        deadline = self.clock() + budget
        graded = 0
        try:
            while (jail := self._ready()) is not None:
                with self.database.write() as session:
                    job = runs.claim(
                        session,
                        worker=self.worker_id,
                        lease_seconds=self.lease_seconds,
                    )
                if job is None:
                    return Drained(graded, more=False)
                self._handle(job, jail)
                graded += 1
                if self.clock() >= deadline:
                    return Drained(graded, more=True)
        except StorageError as error:
            log.warning("not grading: %s", error)
        return Drained(graded, more=False)

    def _ready(self) -> Jail | None:
        """Return the jail, or ``None`` if this process must not claim anything."""
        if self.should_stop() or self.clock() < self._sick_until:
            return None
        try:
            self._jail = self._jail or self.jail_factory()
        except SandboxUnavailableError as error:
            log.error("no jail: %s", error)  # noqa: TRY400 - the sentence says it all
            self._say(f"No jail can be started: {error}")
            return None
        except Exception as error:
            log.exception("no jail, by our own fault")
            self._say(f"No jail can be started: {type(error).__name__}: {error}")
            return None
        self._say("")
        return self._jail

    def _say(self, problem: str) -> None:
        """Tell staff how this worker is, when that has changed."""
        if problem == self._said:
            return
        with self.database.write() as session:
            health.worker_beat(
                session,
                self.worker_id,
                host=socket.gethostname(),
                pid=os.getpid(),
                answered=True,
                jail_tier=str(getattr(self._jail, "tier", "")),
                problem=problem,
            )
        self._said = problem

    def _handle(self, job: GradeJob, jail: Jail) -> None:
        """Grade one run; whatever happens, the row says so afterwards."""
        keeper = LeaseKeeper(
            self.database, job, lease=self.lease_seconds, every=self.heartbeat_seconds
        )
        log.info("run %s: attempt %d begins", job.run_id, job.attempt)
        try:
            with keeper:
                report = self._graded(job, jail, keeper)
                stored = self._settle(job, lambda s: runs.finish(s, job, report))
        except LeaseLostError as error:
            log.warning("%s", error)
        except StopRequestedError:
            self._settle(job, lambda s: runs.release(s, job))
        except AssignmentError as error:
            reason = f"The assignment cannot be read: {error}"
            self._settle(job, lambda s: runs.fail(s, job, reason))
        except Exception as error:
            log.exception("run %s: our own failure", job.run_id)
            self._failed(job, f"{type(error).__name__}: {error}")
        else:
            self._failures = 0
            if stored:
                log.info("run %s: graded", job.run_id)

    def _graded(self, job: GradeJob, jail: Jail, keeper: LeaseKeeper) -> Report:
        with self.database.read() as session:
            assignment = assignments.load(session, self.store, job.snapshot_id)
        return self.grade(
            assignment,
            {name: self.store.get(blob) for name, blob in job.files.items()},
            job.entry,
            seed=job.seed,
            jail=jail,
            notices=job.notices,
            on_progress=lambda progress: self._progress(job, keeper, progress),
        )

    def _progress(self, job: GradeJob, keeper: LeaseKeeper, progress: Progress) -> None:
        keeper.check()
        if progress.results is None:
            if self.should_stop():
                raise StopRequestedError("asked to stop")
            return
        try:
            with self.database.write() as session:
                runs.record(
                    session,
                    job,
                    progress.index,
                    progress.total,
                    progress.check,
                    progress.results,
                )
        except StorageError as error:
            # The report holds the same results and is written with more patience.
            log.warning("run %s: progress not stored: %s", job.run_id, error)

    def _failed(self, job: GradeJob, reason: str) -> None:
        """Give a run back, and stop claiming if this happens again and again."""
        self._failures += 1
        self._settle(job, lambda s: runs.give_back(s, job, reason))
        if self._failures >= FAILURES_IN_A_ROW:
            self._sick_until = self.clock() + QUARANTINE_SECONDS
            self._jail = None
            self._say(f"Failed {self._failures} times in a row, last with {reason}")

    def _settle(self, job: GradeJob, write: Callable[[Session], None]) -> bool:
        """Write how a run ended; wait for a database that is away.

        Returns false if it was not written: the lease decides what happens then.
        """
        wait, deadline = 0.2, self.clock() + self.patience_seconds
        while True:
            try:
                with self.database.write() as session:
                    write(session)
            except LeaseLostError as error:
                log.warning("%s", error)
                return False
            except StorageError as error:
                if self.clock() + wait > deadline:
                    log.error("run %s: its end was not stored: %s", job.run_id, error)  # noqa: TRY400
                    return False
                self.pause(wait)
                wait = min(wait * 2, 5.0)
            else:
                return True


def worker_for(
    settings: Settings,
    worker_id: str,
    *,
    should_stop: Callable[[], bool] = lambda: False,
) -> Worker:
    """Return the worker of this process, as the settings want it."""
    return Worker(
        database=Database(settings.database_url),
        store=BlobStore(settings.blob_dir),
        jail_factory=lambda: jail_for(settings),
        worker_id=worker_id,
        lease_seconds=settings.lease_seconds,
        heartbeat_seconds=settings.heartbeat_seconds,
        should_stop=should_stop,
    )


def run_polling(
    settings: Settings,
    stop: threading.Event | None = None,
    *,
    worker: Worker | None = None,
    poll_seconds: float = POLL_SECONDS,
) -> None:
    """Grade without a broker: ask the database again and again.

    Parameters
    ----------
    stop
        Ends it once set; if ``None``, SIGTERM and SIGINT do.
    """
    stop = stop or stop_on_signals()
    name = f"{socket.gethostname()}-{uuid.uuid4().hex[:12]}"
    worker = worker or worker_for(settings, name, should_stop=stop.is_set)
    janitor = Janitor(worker.database, settings, rings=False)
    next_sweep = next_beat = 0.0
    while not stop.is_set():
        now = time.monotonic()
        if now >= next_sweep:
            janitor.tidy()
            next_sweep = now + settings.sweep_seconds
        if now >= next_beat:
            _beat(worker)
            next_beat = now + settings.heartbeat_seconds
        if not worker.drain(settings.drain_seconds).more:
            stop.wait(poll_seconds)


def _beat(worker: Worker) -> None:
    try:
        with worker.database.write() as session:
            health.worker_beat(session, worker.worker_id)
    except StorageError as error:
        log.warning("no sign of life: %s", error)


def jail_for(settings: Settings) -> Jail:
    """Start the strongest jail that holds here, as the settings want it.

    Raises
    ------
    SandboxUnavailableError
        If none holds, or none that is strong enough.
    """
    from worker.jail import JailSettings, create_jail

    return create_jail(JailSettings.chosen_by(settings))


def main() -> None:
    """Run as ``python -m worker.loop`` with the settings of the environment."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    run_polling(Settings.from_environment())


if __name__ == "__main__":
    main()
