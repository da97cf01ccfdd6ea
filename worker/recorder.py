"""Results of a run stored while it goes on, several with one commit."""

import logging
import threading
import time
from contextvars import copy_context
from types import TracebackType

from grader.db import Database
from grader.engine import Progress
from grader.errors import LeaseLostError, StorageError
from grader.services import runs
from grader.services.runs import GradeJob

log = logging.getLogger(__name__)

# A commit waits for the disk, often longer than a check runs.
RECORD_SECONDS = 0.3


class Recorder:
    """Stores what checks came to, so that the page shows it while others still run.

    What ends is stored at once, or as soon as the last commit is ``every`` seconds ago,
    whether or not another check ends until then. At the end of grading nothing more is
    stored: the report holds all results. If grading breaks off, the rest is.

    Parameters
    ----------
    every
        Seconds; no result waits longer, and no two commits are closer together.
    """

    def __init__(
        self, database: Database, job: GradeJob, *, every: float = RECORD_SECONDS
    ) -> None:
        self._database = database
        self._job = job
        self._every = every
        self._lock = threading.Lock()
        self._waiting: list[Progress] = []
        self._next = 0.0
        self._timer: threading.Timer | None = None
        self._error: Exception | None = None

    def add(self, ended: Progress) -> None:
        """Store what one check came to, now or soon.

        A database that is away is no reason to stop: the report holds the same results
        and is written with more patience.

        Raises
        ------
        LeaseLostError
            If the run was found to belong to somebody else; nothing is stored.
        """
        with self._lock:
            if self._error is not None:
                raise self._error
            self._waiting.append(ended)
            wait = self._next - time.monotonic()
            if wait <= 0:
                self._store()
            elif self._timer is None:
                self._timer = threading.Timer(
                    wait, copy_context().run, (self._when_due,)
                )
                self._timer.daemon = True
                self._timer.start()

    def __enter__(self) -> "Recorder":
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Store nothing later; what waits is stored now if grading broke off."""
        with self._lock:
            timer, self._timer = self._timer, None
            if error is not None and not isinstance(error, LeaseLostError):
                self._try_to_store()
            self._waiting = []
        if timer is not None:
            timer.cancel()
            timer.join()

    def _when_due(self) -> None:
        with self._lock:
            self._timer = None
            self._try_to_store()

    def _try_to_store(self) -> None:
        """Keep what goes wrong for the thread that grades."""
        try:
            self._store()
        except Exception as error:  # noqa: BLE001 - raised where grading goes on
            self._error = error

    def _store(self) -> None:
        ended, self._waiting = self._waiting, []
        if not ended:
            return
        try:
            with self._database.write() as session:
                for one in ended:
                    runs.record(
                        session,
                        self._job,
                        one.index,
                        one.total,
                        one.check,
                        one.results or (),
                    )
        except StorageError as error:
            log.warning("progress not stored: %s", error)
        self._next = time.monotonic() + self._every
