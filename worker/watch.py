"""What a janitor looks out for beside runs, and tells staff when it changes."""

import logging
import shutil
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from grader.config import Settings
from grader.db import Database
from grader.services import alarms
from grader.services.alarms import AlarmKind
from grader.services.health import Glance

log = logging.getLogger(__name__)

LEAST_FREE_BYTES = 256 << 20


@dataclass
class Watch:
    """Sounds an alarm when something begins, and ends it when that is over.

    Each process tells what it sees once; what it did not see begin, such as an alarm
    from before its start, it ends as well.

    Parameters
    ----------
    least_free_bytes
        With less than this on the disk of the uploads there is an alarm; it ends when
        there is twice as much.
    """

    database: Database
    settings: Settings
    least_free_bytes: int = LEAST_FREE_BYTES
    _host: str = field(default_factory=socket.gethostname, init=False)
    _told: dict[tuple[AlarmKind, str], bool] = field(default_factory=dict, init=False)
    _stalled_since: float | None = field(default=None, init=False)
    _away_since: float | None = field(default=None, init=False)

    def database_is_away(self) -> None:
        """Note that the database did not answer just now."""
        self._away_since = self._away_since or time.monotonic()

    def look(self, seen: Glance) -> None:
        """Compare what there is with what was told.

        Raises
        ------
        StorageError
            If the database is away; what is due is told the next time.
        """
        self._report_absence()
        waiting = (
            f"{seen.queued} wait, the first since {seen.oldest_queued_seconds:.0f} s."
        )
        self._tell(AlarmKind.NO_WORKER, "", self._is_stalled(seen), waiting)
        free = self._free_bytes()
        if free is not None:
            was_low = self._told.get((AlarmKind.STORAGE_FULL, self._host), False)
            is_low = free < self.least_free_bytes * (2 if was_low else 1)
            left = f"{free >> 20} MiB are left for {self.settings.blob_dir}."
            self._tell(AlarmKind.STORAGE_FULL, self._host, is_low, left)

    def _report_absence(self) -> None:
        """Tell afterwards that the database was away: before, nobody could note it."""
        if self._away_since is None:
            return
        seconds = time.monotonic() - self._away_since
        with self.database.write() as session:
            self._sound(
                session,
                AlarmKind.DATABASE_AWAY,
                self._host,
                f"It did not answer for about {seconds:.0f} s.",
            )
        self._away_since = None

    def _is_stalled(self, seen: Glance) -> bool:
        """Tell whether nobody came for a while; a worker needs a moment to start."""
        if not seen.is_stalled:
            self._stalled_since = None
            return False
        now = time.monotonic()
        self._stalled_since = self._stalled_since or now
        return now - self._stalled_since >= 2 * self.settings.sweep_seconds

    def _tell(self, kind: AlarmKind, subject: str, holds: bool, problem: str) -> None:
        if self._told.get((kind, subject)) == holds:
            return
        if holds:
            log.error("ALARM: %s: %s", kind, problem)
            with self.database.write() as session:
                self._sound(session, kind, subject, problem)
        else:
            self._end(kind, subject)
        self._told[kind, subject] = holds

    def _sound(
        self, session: Session, kind: AlarmKind, subject: str, problem: str
    ) -> None:
        alarms.sound(
            session, kind, subject=subject, host=self._host, problems=[problem]
        )

    def _end(self, kind: AlarmKind, subject: str) -> None:
        with self.database.read() as session:
            is_open = alarms.is_open(session, kind, subject)
        if is_open:
            with self.database.write() as session:
                alarms.end(session, kind, subject)

    def _free_bytes(self) -> int | None:
        """Return the room for uploads; ``None`` where there is no such folder."""
        try:
            return shutil.disk_usage(Path(self.settings.blob_dir)).free
        except OSError:
            return None
