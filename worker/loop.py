"""The grading loop: claim, grade, record, finish. Knows no broker."""

import logging
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from grader import engine, logs
from grader.config import Settings
from grader.contract.jail import Jail, StandingJail
from grader.db import Database
from grader.engine import Progress
from grader.errors import (
    AssignmentError,
    BlobDamagedError,
    GraderError,
    JailNotLockedError,
    LeaseLostError,
    SandboxUnavailableError,
    StorageError,
)
from grader.models import Lane
from grader.report import Report
from grader.services import assignments, health, runs
from grader.services.runs import GradeJob
from grader.storage import BlobStore
from worker import alarm, canary, heartbeat
from worker.clock import require_right_clock
from worker.fitness import Fitness
from worker.grading import Grade
from worker.jails import jail_for, standing_jail_for
from worker.janitor import Janitor, stop_on_signals
from worker.lease import LeaseKeeper
from worker.recorder import Recorder
from worker.trials import TrialRunner

__all__ = ["Drained", "Worker", "jail_for", "run_polling", "worker_for"]

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
# Reruns wait behind students, but every so many claims one is looked for first.
BULK_TURN = 10
PATIENCE_SECONDS = 120.0


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
    examine
        The test run that says whether this process grades as it should.
    show_life
        Called with every heartbeat of a run.
    """

    database: Database
    store: BlobStore
    jail_factory: Callable[[], StandingJail]
    worker_id: str
    lease_seconds: float = 30.0
    heartbeat_seconds: float = 10.0
    should_stop: Callable[[], bool] = lambda: False
    grade: Grade = engine.grade
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    patience_seconds: float = PATIENCE_SECONDS
    examine: Callable[[Grade, Jail, BlobStore], str] = canary.trouble
    show_life: Callable[[], None] = lambda: None
    _jail: StandingJail | None = field(default=None, init=False)
    _claims: int = field(default=0, init=False)
    _fitness: Fitness = field(init=False)
    _trials: TrialRunner = field(init=False)

    def __post_init__(self) -> None:
        self._fitness = Fitness(self.database, self.worker_id, self.clock)
        self._trials = TrialRunner(self, lambda error: self._alarm(None, error))

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
                job = self._claim()
                if job is None:
                    return Drained(graded, more=self._trials.work(jail, deadline))
                self._handle(job, jail)
                graded += 1
                if self.clock() >= deadline:
                    return Drained(graded, more=True)
        except StorageError as error:
            log.warning("not grading: %s", error)
        return Drained(graded, more=False)

    def _claim(self) -> GradeJob | None:
        self._claims += 1
        turns = [Lane.BULK, None] if self._claims % BULK_TURN == 0 else [None]
        for lane in turns:
            with self.database.write() as session:
                job = runs.claim(
                    session,
                    worker=self.worker_id,
                    lease_seconds=self.lease_seconds,
                    only=lane,
                )
            if job is not None:
                return job
        return None

    def _ready(self) -> StandingJail | None:
        """Return the jail, or ``None`` if this process must not claim anything."""
        if self.should_stop() or self._fitness.is_resting:
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
        if self._fitness.must_prove:
            return self._jail if self._has_proven(self._jail) else None
        self._say("")
        return self._jail

    def _has_proven(self, jail: StandingJail) -> bool:
        """Do the test run once something waits; idle, it would only take memory."""
        with self.database.read() as session:
            seen = health.glance(session)
        is_idle = not (seen.queued or seen.trials)
        if is_idle and not self._fitness.is_sick:
            self._say("")
            return False
        try:
            is_fit = self._fitness.prove(
                lambda: self.examine(self.grade, jail, self.store), jail.tier
            )
        except JailNotLockedError as error:
            self._alarm(None, error)
            return False
        if not is_fit:
            self.close()
            alarm.distrust_jails()
        return is_fit

    def close(self) -> None:
        """Kill the jails that wait; the next submission starts new ones."""
        jail, self._jail = self._jail, None
        if jail is not None:
            jail.close()

    def _say(self, problem: str) -> None:
        self._fitness.say(problem, self._tier)

    @property
    def _tier(self) -> str:
        return self._jail.tier if self._jail else ""

    def _handle(self, job: GradeJob, jail: Jail) -> None:
        """Grade one run; whatever happens, the row says so afterwards."""
        ids = {"run_id": job.run_id, "submission_id": job.submission_id}
        with logs.bound(**ids, worker=job.worker):
            log.info("attempt %d begins", job.attempt)
            try:
                self._grade(job, jail)
            except LeaseLostError as error:
                log.warning("%s", error)
            except StopRequestedError:
                self._settle(lambda s: runs.release(s, job))
            except AssignmentError as error:
                reason = f"The assignment cannot be read: {error}"
                self._settle(lambda s: runs.fail(s, job, reason))
            except JailNotLockedError as error:
                self._alarm(job, error)
            except Exception as error:
                log.exception("our own failure")
                self._failed(job, error)

    def _grade(self, job: GradeJob, jail: Jail) -> None:
        def renew(session: Session) -> None:
            runs.heartbeat(session, job, self.lease_seconds)
            health.worker_beat(session, job.worker)

        keeper = LeaseKeeper(
            self.database,
            renew,
            what=f"run {job.run_id}",
            every=self.heartbeat_seconds,
            show_life=self.show_life,
        )
        with keeper:
            report = self._graded(job, jail, keeper)
            stored = self._settle(lambda s: runs.finish(s, job, report))
        self._fitness.succeeded()
        if stored:
            log.info("graded")

    def _graded(self, job: GradeJob, jail: Jail, keeper: LeaseKeeper) -> Report:
        with self.database.read() as session:
            assignment = assignments.load(session, self.store, job.snapshot_id)
        files = {name: self.store.get(blob) for name, blob in job.files.items()}
        with Recorder(self.database, job) as recorder:
            return self.grade(
                assignment,
                files,
                job.entry,
                seed=job.seed,
                jail=jail,
                notices=job.notices,
                on_progress=lambda progress: self._progress(keeper, recorder, progress),
            )

    def _progress(
        self, keeper: LeaseKeeper, recorder: Recorder, progress: Progress
    ) -> None:
        keeper.check()
        if progress.results is not None:
            recorder.add(progress)
        elif self.should_stop():
            raise StopRequestedError("asked to stop")

    def _failed(self, job: GradeJob, error: Exception) -> None:
        """Give a run back; after the second time in a row, doubt this process."""
        reason = f"{type(error).__name__}: {error}"
        self._fitness.failed(reason)
        if isinstance(error, BlobDamagedError):
            self._settle(alarm.blob_damaged(job, error))
        try:
            self._settle(lambda s: runs.give_back(s, job, reason))
        except Exception as again:
            # Its lease ends as if it had killed this process: not to many of them.
            log.exception("the run was not given back")
            self._fitness.fall_sick(f"it cannot give a run back: {again}", self._tier)

    def _alarm(self, job: GradeJob | None, error: JailNotLockedError) -> None:
        """Give a run back, tell the operator, and keep this worker from grading.

        No attempt is spent, and no byte of the student was in that jail.
        """
        tier, run_id = self._tier, job.run_id if job else None
        self._fitness.rest(alarm.QUARANTINE_SECONDS)
        self.close()
        alarm.distrust_jails()
        self._settle(alarm.jail_not_locked(self.worker_id, run_id, tier, error))
        if job is not None:
            self._settle(lambda s: runs.give_back(s, job, str(error)))
        self._fitness.say(f"Set apart after an alarm: {error}", tier)

    def _settle(self, write: Callable[[Session], None]) -> bool:
        """Write how a run ended, or what it told about this machine.

        Waits for a database that is away. Returns false if it was not written: the
        lease decides what happens then.
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
                    log.error("the end was not stored: %s", error)  # noqa: TRY400
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
    show_life: Callable[[], None] = lambda: None,
) -> Worker:
    """Return the worker of this process, as the settings want it."""
    return Worker(
        database=Database(settings.database_url),
        store=BlobStore(settings.blob_dir),
        jail_factory=lambda: standing_jail_for(settings),
        worker_id=worker_id,
        lease_seconds=settings.lease_seconds,
        heartbeat_seconds=settings.heartbeat_seconds,
        should_stop=should_stop,
        show_life=show_life,
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

    Raises
    ------
    ClockSkewError
        If this machine's clock is wrong.
    """
    stop = stop or stop_on_signals()
    name = f"{socket.gethostname()}-{uuid.uuid4().hex[:12]}"
    worker = worker or worker_for(
        settings,
        name,
        should_stop=stop.is_set,
        show_life=lambda: heartbeat.touch(settings),
    )
    require_right_clock(worker.database)
    janitor = Janitor(worker.database, settings, rings=False)
    next_sweep = next_beat = 0.0
    try:
        while not stop.is_set():
            now = time.monotonic()
            if now >= next_sweep:
                janitor.tidy()
                next_sweep = now + settings.sweep_seconds
            if now >= next_beat:
                heartbeat.touch(settings)
                _beat(worker)
                next_beat = now + settings.heartbeat_seconds
            if not worker.drain(settings.drain_seconds).more:
                stop.wait(poll_seconds)
    finally:
        worker.close()


def _beat(worker: Worker) -> None:
    try:
        with worker.database.write() as session:
            health.worker_beat(session, worker.worker_id)
    except StorageError as error:
        log.warning("no sign of life: %s", error)


def main() -> None:
    """Run as ``python -m worker.loop`` with the settings of the environment."""
    settings = Settings.from_environment()
    logs.configure(settings.log_format)
    run_polling(settings)


if __name__ == "__main__":
    main()
