"""Whether this machine's clock and the database's agree well enough to work."""

import logging
import socket
import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from grader.db import Database, database_now
from grader.errors import ClockSkewError, StorageError
from grader.services import alarms
from grader.services.alarms import AlarmKind

log = logging.getLogger(__name__)

MOST_SKEW_SECONDS = 30.0


def require_right_clock(
    database: Database, clock: Callable[[], float] = time.time
) -> None:
    """Refuse to work with a clock that is wrong; the alarm ends when it is right.

    Leases go by the database's clock alone; but certificates, files and logs do not.
    If the database is away, nothing is known and nothing is refused.

    Raises
    ------
    ClockSkewError
        If the clocks differ by more than 30 s.
    """
    host = socket.gethostname()
    try:
        with database.read() as session:
            skew = _skew(session, clock)
            was_wrong = alarms.is_open(session, AlarmKind.CLOCK_SKEW, host)
        if abs(skew) <= MOST_SKEW_SECONDS and not was_wrong:
            return
        with database.write() as session:
            if abs(skew) <= MOST_SKEW_SECONDS:
                alarms.end(session, AlarmKind.CLOCK_SKEW, host)
                return
            alarms.sound(
                session,
                AlarmKind.CLOCK_SKEW,
                subject=host,
                host=host,
                problems=[f"It is {_words(skew)} the database's."],
            )
    except StorageError as error:
        log.warning("the clock was not compared: %s", error)
        return
    raise ClockSkewError(
        f"the clock of {host} is {_words(skew)} the database's; set it right"
    )


def _skew(session: Session, clock: Callable[[], float]) -> float:
    """Return by how many seconds this clock is surely ahead, negative if behind."""
    # Not the first question: that one waits for the connection.
    database_now(session)
    before = clock()
    there = database_now(session).timestamp()
    after = clock()
    if before > there:
        return before - there
    return min(0.0, after - there)


def _words(skew: float) -> str:
    return f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'}"
