"""What a worker tells the operator when something is wrong with itself."""

import logging
import socket
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from grader.errors import BlobDamagedError, JailNotLockedError
from grader.services import alarms
from grader.services.alarms import AlarmKind
from grader.services.runs import GradeJob

log = logging.getLogger(__name__)

QUARANTINE_SECONDS = 600.0

Write = Callable[[Session], None]


def jail_not_locked(
    worker: str, run_id: UUID | None, tier: str, error: JailNotLockedError
) -> Write:
    """Return what stores this alarm; it keeps the whole worker from claiming.

    Parameters
    ----------
    tier
        What should have held.
    """
    from worker.jail import kernel

    log.critical("ALARM: run %s, tier %s: %s", run_id, tier, error)

    def write(session: Session) -> None:
        alarms.sound(
            session,
            AlarmKind.JAIL_NOT_LOCKED,
            subject=worker,
            worker=worker,
            host=socket.gethostname(),
            run_id=run_id,
            problems=error.problems,
            facts={"jail_tier": tier, **kernel.facts()},
            quarantine_seconds=QUARANTINE_SECONDS,
        )

    return write


def blob_damaged(job: GradeJob, error: BlobDamagedError) -> Write:
    """Return what stores that a file of this run cannot be graded as it was sent."""

    def write(session: Session) -> None:
        alarms.sound(
            session,
            AlarmKind.BLOB_DAMAGED,
            subject=str(job.run_id),
            worker=job.worker,
            host=socket.gethostname(),
            run_id=job.run_id,
            problems=[str(error)],
        )

    return write


def sick(worker: str, tier: str, problem: str) -> Write:
    """Return what stores that a known right solution cannot be graded here."""

    def write(session: Session) -> None:
        alarms.sound(
            session,
            AlarmKind.WORKER_SICK,
            subject=worker,
            worker=worker,
            host=socket.gethostname(),
            problems=[problem],
            facts={"jail_tier": tier},
        )

    return write


def well(worker: str) -> Write:
    """Return what stores that a sick worker has recovered."""

    def write(session: Session) -> None:
        alarms.end(session, AlarmKind.WORKER_SICK, worker)

    return write


def distrust_jails() -> None:
    """Make every tier pass its self-test again before this process grades."""
    from worker.jail import selection

    selection.forget_findings()
