"""Taking back runs whose worker has gone silent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.models import AlarmKind, GradingRun, RunStatus, WorkerBeat
from grader.services import alarms, audit
from grader.services.queueing import refund

CRASH_LIMIT = 3
LOST_WORKER_LIMIT = 8


@dataclass(frozen=True, slots=True)
class Swept:
    """How many runs went back to the queue, and how many need attention now."""

    requeued: int
    broken: int


def sweep(session: Session, *, grace_seconds: float = 0.0) -> Swept:
    """Return every run whose lease is over to the queue; safe to run anywhere, often.

    If the worker as a whole still beats, the process that graded died: 3 such crash
    strikes mean that the submission kills its grader. If the worker is gone too, that
    says nothing about the submission, and 8 times are allowed.

    Parameters
    ----------
    grace_seconds
        Extra time for every lease, after the database itself was away.
    """
    now = database_now(session)
    expired = session.scalars(
        select(GradingRun)
        .where(
            GradingRun.status == RunStatus.RUNNING,
            GradingRun.lease_until < now - timedelta(seconds=grace_seconds),
        )
        .with_for_update(skip_locked=True, of=GradingRun)
    ).all()
    broken = [run for run in expired if not _take_back(session, run, now)]
    return Swept(requeued=len(expired) - len(broken), broken=len(broken))


def was_away(session: Session, within_seconds: float) -> bool:
    """Tell whether workers could not reach the database lately, whoever asks.

    A sweeper that sees no error itself, because it started later, looks rarely or is
    nearer to the database, would take runs from workers that only could not say that
    they live. Two things in the database tell it: when its server started, which is
    when a server that crashed was back, and what other sweepers noted.
    """
    marks = [alarms.last_seen(session, AlarmKind.DATABASE_AWAY)]
    if session.connection().dialect.name == "postgresql":
        marks.append(session.scalar(select(func.pg_postmaster_start_time())))
    limit = database_now(session) - timedelta(seconds=within_seconds)
    return any(mark is not None and mark > limit for mark in marks)


def _take_back(session: Session, run: GradingRun, now: datetime) -> bool:
    """Take one run from its worker; tell whether it may be tried again."""
    if _worker_outlived(session, run):
        run.crash_strikes += 1
        reason = "The process that graded it died."
        is_over = run.crash_strikes >= CRASH_LIMIT
    else:
        run.lost_workers += 1
        reason = "The worker that graded it went away."
        is_over = run.lost_workers >= LOST_WORKER_LIMIT
    action = "needs_attention" if is_over else "requeued"
    run.status = RunStatus.NEEDS_ATTENTION if is_over else RunStatus.QUEUED
    run.token = None
    run.lease_until = None
    run.progress_index = 0
    run.problem = reason
    run.finished_at = now if is_over else None
    session.flush()
    audit.add(
        session,
        action,
        submission_id=run.submission_id,
        run_id=run.id,
        attempt=run.attempt,
        old={"worker": run.worker},
        reason=reason,
    )
    if is_over:
        refund(session, run, reason)
        alarms.sound(
            session,
            AlarmKind.POISON_SUBMISSION,
            subject=str(run.id),
            worker=run.worker or "",
            run_id=run.id,
            problems=[reason],
            facts={
                "crash_strikes": str(run.crash_strikes),
                "lost_workers": str(run.lost_workers),
            },
        )
    return not is_over


def _worker_outlived(session: Session, run: GradingRun) -> bool:
    """Tell whether the worker gave a sign of life well after its run's last one."""
    if run.worker is None or run.heartbeat_at is None or run.lease_until is None:
        return False
    halfway = run.heartbeat_at + (run.lease_until - run.heartbeat_at) / 2
    beat = session.scalar(
        select(WorkerBeat.beat_at).where(WorkerBeat.worker == run.worker)
    )
    return beat is not None and beat > halfway
