"""Keeping a claim alive while a check runs that may take minutes."""

import logging
import threading
from collections.abc import Callable
from contextvars import copy_context
from types import TracebackType

from sqlalchemy.orm import Session

from grader.db import Database
from grader.errors import LeaseLostError, StorageError

log = logging.getLogger(__name__)


class LeaseKeeper:
    """Renews the lease of one job from a thread of its own, which does nothing else.

    A database that is away for a while is no reason to stop: whether the job is still
    ours is decided when something is written.

    Parameters
    ----------
    renew
        Called with every beat, in a transaction; raises `LeaseLostError` when the job
        belongs to somebody else.
    what
        The job, for messages.
    show_life
        Called with every beat, whether the database is there or not.
    lost
        Becomes true when the job belongs to somebody else.
    """

    def __init__(
        self,
        database: Database,
        renew: Callable[[Session], None],
        *,
        what: str,
        every: float,
        show_life: Callable[[], None] = lambda: None,
    ) -> None:
        self.lost = False
        self._database = database
        self._renew = renew
        self._what = what
        self._every = every
        self._show_life = show_life
        self._done = threading.Event()
        # Its log lines have the same ids.
        self._thread = threading.Thread(
            target=copy_context().run,
            args=(self._beat,),
            name="lease-keeper",
            daemon=True,
        )

    def check(self) -> None:
        """Raise if the job was lost since the last beat.

        Raises
        ------
        LeaseLostError
            Stop and write nothing.
        """
        if self.lost:
            raise LeaseLostError(f"{self._what}: the lease was lost")

    def __enter__(self) -> "LeaseKeeper":
        """Start beating."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop beating and wait for the thread."""
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(self._every):
            self._show_life()
            try:
                with self._database.write() as session:
                    self._renew(session)
            except LeaseLostError:
                self.lost = True
                return
            except StorageError as error:
                log.warning("no heartbeat: %s", error)
