"""Sweeping up after dead workers and ringing again for bells that got lost."""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from grader import dispatch, logs
from grader.config import Settings
from grader.db import Database
from grader.errors import StorageError
from grader.services import health
from grader.services.sweeping import Swept, sweep, was_away
from worker import heartbeat
from worker.clock import require_right_clock
from worker.watch import Watch

log = logging.getLogger(__name__)

# A lost bell delays the queue until the next sweep; a few at once wake more workers.
MOST_BELLS = 4
FORGET_EVERY_SECONDS = 3600.0


class Janitor:
    """Safe to run in any number of processes at once.

    Parameters
    ----------
    rings
        False where there is no broker.
    """

    def __init__(
        self, database: Database, settings: Settings, *, rings: bool = True
    ) -> None:
        self._database = database
        self._settings = settings
        self._rings = rings
        self._watch = Watch(database, settings)
        self._grace_until = 0.0
        self._forget_at = time.monotonic() + FORGET_EVERY_SECONDS

    def tidy(self) -> Swept:
        """Take back what dead workers left, once; ring if something waits.

        After the database itself was away every lease gets one more period: its worker
        could not renew it. So it does after an answer that took as long as a missed
        heartbeat: a lock that held us up held up the workers.
        """
        swept = Swept(requeued=0, broken=0)
        try:
            with self._promptly(), self._database.read() as session:
                seen = health.glance(session)
            if seen.expired:
                swept = self._sweep()
            self._forget()
            self._watch.look(seen)
        except StorageError as error:
            log.warning("not swept: %s", error)
            self._watch.database_is_away()
            self._grant_grace()
            return swept
        queued = seen.queued + swept.requeued + seen.trials
        if self._rings and queued and seen.listeners:
            dispatch.ring(self._settings, min(queued, MOST_BELLS))
        return swept

    def run(self, stop: threading.Event) -> None:
        """Tidy every few seconds until ``stop`` is set."""
        while not stop.wait(self._settings.sweep_seconds):
            heartbeat.touch(self._settings)
            self.tidy()

    def _sweep(self) -> Swept:
        lease = self._settings.lease_seconds
        with self._database.write() as session:
            with self._promptly():
                others_saw = was_away(session, lease)
            in_grace = others_saw or time.monotonic() < self._grace_until
            swept = sweep(session, grace_seconds=lease if in_grace else 0.0)
        if swept.requeued or swept.broken:
            log.warning(
                "%d runs of dead workers queued again, %d need attention",
                swept.requeued,
                swept.broken,
            )
        return swept

    @contextmanager
    def _promptly(self) -> Iterator[None]:
        """Grant every lease one more period if this takes longer than a heartbeat."""
        began = time.monotonic()
        yield
        if time.monotonic() - began > self._settings.heartbeat_seconds:
            self._grant_grace()

    def _grant_grace(self) -> None:
        self._grace_until = time.monotonic() + self._settings.lease_seconds

    def _forget(self) -> None:
        """Delete old signs of life now and then."""
        if time.monotonic() >= self._forget_at:
            with self._database.write() as session:
                health.forget_old_workers(session)
            self._forget_at = time.monotonic() + FORGET_EVERY_SECONDS


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; for the main thread only."""
    stop = threading.Event()

    def set_stop(_number: int, _frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, set_stop)
    signal.signal(signal.SIGINT, set_stop)
    return stop


def run_janitor(settings: Settings, stop: threading.Event | None = None) -> None:
    """Sweep and ring until asked to stop, as a process of its own.

    Raises
    ------
    ClockSkewError
        If this machine's clock is wrong.
    """
    database = Database(settings.database_url)
    heartbeat.touch(settings)
    try:
        require_right_clock(database)
        Janitor(database, settings).run(stop or stop_on_signals())
    finally:
        database.dispose()


def main() -> None:
    """Run as ``python -m worker.janitor`` with the settings of the environment."""
    settings = Settings.from_environment()
    logs.configure(settings.log_format)
    run_janitor(settings)


if __name__ == "__main__":
    main()
