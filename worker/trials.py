"""Trying assignments out while no submission waits, one small step after another."""

import logging
import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.orm import Session

from grader import logs
from grader.assignments import load_folder, samples
from grader.contract.jail import Jail
from grader.db import Database
from grader.errors import (
    AssignmentError,
    GraderError,
    JailNotLockedError,
    LeaseLostError,
    RefusedError,
    StorageError,
)
from grader.services import health, trial_queue
from grader.services.trial_queue import TrialJob
from grader.storage import BlobStore
from worker.lease import LeaseKeeper

if TYPE_CHECKING:
    from grader.validation.bench import Bench

log = logging.getLogger(__name__)

# How often what was found is stored: the page shows it, and a dead worker's steps
# since then are done again.
KEEP_SECONDS = 2.0


class MakeWayError(GraderError):
    """Between two checks: a submission waits, or this worker was asked to stop."""


class Place(Protocol):
    """What a grading process has and is asked, as far as trials need it."""

    database: Database
    store: BlobStore
    worker_id: str
    lease_seconds: float
    heartbeat_seconds: float

    @property
    def should_stop(self) -> Callable[[], bool]:
        """Return what is asked between two steps."""
        ...

    @property
    def show_life(self) -> Callable[[], None]:
        """Return what is called with every heartbeat."""
        ...

    @property
    def clock(self) -> Callable[[], float]:
        """Return the clock of deadlines."""
        ...


@dataclass
class TrialRunner:
    """Does trials for one grading process.

    Parameters
    ----------
    alarm
        Told of a jail that was not locked as it must be.
    """

    place: Place
    alarm: Callable[[JailNotLockedError], None]

    def work(self, jail: Jail, deadline: float) -> bool:
        """Go on with a trial until it is done, time is up or a submission waits.

        Parameters
        ----------
        deadline
            By ``clock``.

        Returns
        -------
        bool
            Whether there may be more to do at once.
        """
        with self.place.database.read() as session:
            if not trial_queue.waiting(session):
                return False
        with self.place.database.write() as session:
            job = trial_queue.claim(
                session,
                worker=self.place.worker_id,
                lease_seconds=self.place.lease_seconds,
            )
        if job is None:
            return False
        with logs.bound(trial_id=job.trial_id, worker=self.place.worker_id):
            return self._handle(job, jail, deadline)

    def _handle(self, job: TrialJob, jail: Jail, deadline: float) -> bool:
        """Go on with one trial; whatever happens, the row says so afterwards."""
        try:
            with self._keeper(job) as keeper:
                self._go_on(job, jail, deadline, keeper)
        except LeaseLostError as error:
            log.warning("%s", error)
        except (AssignmentError, RefusedError) as error:
            reason = str(error)
            self._settle(lambda s: trial_queue.fail(s, job, reason))
        except StorageError:
            raise
        except JailNotLockedError as error:
            self._settle(lambda s: trial_queue.give_back(s, job))
            self.alarm(error)
            return False
        except Exception:
            log.exception("our own failure")
            self._settle(lambda s: trial_queue.give_back(s, job))
            return False
        return not self.place.should_stop()

    def _go_on(
        self, job: TrialJob, jail: Jail, deadline: float, keeper: LeaseKeeper
    ) -> None:
        bench = self._bench(job, jail)
        kept = bench.resumed(job.kept)
        total = len(bench.programs)
        stored_at = self.place.clock()
        while kept["done"] < total:
            try:
                self._make_way(deadline)
                kept = bench.step(kept)
            except MakeWayError:
                self._pause(job, kept, total)
                return
            keeper.check()
            if self.place.clock() - stored_at >= KEEP_SECONDS:
                self._store(job, kept, total)
                stored_at = self.place.clock()
        self._store(job, kept, total)
        report = bench.proof(kept).to_json()
        with self.place.database.write() as session:
            trial_queue.finish(session, job, report)
        log.info("tried out in %d steps", total)

    def _make_way(self, deadline: float = math.inf) -> None:
        if self.place.should_stop() or self.place.clock() >= deadline:
            raise MakeWayError("time is up")
        with self.place.database.read() as session:
            if trial_queue.submission_waits(session):
                raise MakeWayError("a submission waits")

    def _pause(self, job: TrialJob, kept: dict[str, Any], total: int) -> None:
        with self.place.database.write() as session:
            if job.kept is None or kept["done"] > job.kept["done"]:
                trial_queue.keep(session, job, kept, total)
            trial_queue.release(session, job)

    def _store(self, job: TrialJob, kept: dict[str, Any], total: int) -> None:
        with self.place.database.write() as session:
            trial_queue.keep(session, job, kept, total)

    def _bench(self, job: TrialJob, jail: Jail) -> "Bench":
        """Read the files of a trial; nothing of them is executed here."""
        # A worker that only grades never needs these, and they are large.
        from grader.validation.bench import Bench
        from grader.validation.sample_runs import SOLUTION, solution_sample

        with tempfile.TemporaryDirectory(prefix="trial-") as folder:
            path = Path(folder)
            for name, blob in job.manifest.items():
                _write(path, name, self.place.store.get(blob))
            assignment = load_folder(path)
            has_solution = (path / SOLUTION).is_dir()
            return Bench(
                assignment,
                solution_sample(assignment, path) if has_solution else None,
                samples(path),
                jail,
                runs=job.runs,
                between=self._make_way,
            )

    def _keeper(self, job: TrialJob) -> LeaseKeeper:
        place = self.place

        def renew(session: Session) -> None:
            trial_queue.heartbeat(session, job, place.lease_seconds)
            health.worker_beat(session, place.worker_id)

        return LeaseKeeper(
            place.database,
            renew,
            what=f"trial {job.trial_id}",
            every=place.heartbeat_seconds,
            show_life=place.show_life,
        )

    def _settle(self, write: Callable[[Session], None]) -> None:
        """Write how it ended, unless the trial is somebody else's by now."""
        try:
            with self.place.database.write() as session:
                write(session)
        except LeaseLostError as error:
            log.warning("%s", error)


def _write(folder: Path, name: str, content: bytes) -> None:
    """Write one file below a folder, and nowhere else.

    Raises
    ------
    RefusedError
        If its name leads out of the folder.
    """
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise RefusedError(f"The file name {name!r} cannot be used.", code="bad-name")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
