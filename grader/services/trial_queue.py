"""Trials on the worker's side: taken when no submission waits, kept step by step.

Every change is guarded by the token of the claim.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import LeaseLostError
from grader.models import GradingRun, RunStatus, Trial, TrialState
from grader.services import alarms
from grader.services.states import stands

# A trial whose worker dies so often, without one more step done, kills its worker.
MOST_ATTEMPTS = 3
_LONGEST_PROBLEM = 2000
_TRIAL = cast(Table, Trial.__table__)
_DIED = (
    "The program that tried this assignment out ended {times} times at the same step, "
    "perhaps because it needs more memory than there is."
)


@dataclass(frozen=True, slots=True)
class TrialJob:
    """What a worker needs to go on with a trial, and the token that lets it write.

    Parameters
    ----------
    manifest
        File name to SHA-256 in the blob store; solution and samples included.
    kept
        What is known so far; ``None`` before the first step.
    """

    trial_id: uuid.UUID
    token: uuid.UUID
    worker: str
    manifest: Mapping[str, str]
    runs: int
    kept: dict[str, Any] | None


def waiting(session: Session) -> int:
    """Return how many trials a worker could take."""
    return session.scalars(free(database_now(session))).one()


def free(now: datetime) -> Select[int]:
    """Return the query for how many trials nobody alive holds."""
    return select(func.count()).select_from(_TRIAL).where(_is_free(now))


def submission_waits(session: Session) -> bool:
    """Tell whether a submission is in the queue: trials make way for it."""
    return session.scalars(select(_a_submission_waits())).one()


def claim(session: Session, *, worker: str, lease_seconds: float) -> TrialJob | None:
    """Take the oldest trial if no submission waits, or return ``None``.

    One of a worker that has gone silent is taken over; the third time in a row that
    this happens at the same step it has failed.
    """
    now = database_now(session)
    free = (
        select(_TRIAL.c.id)
        .where(
            _is_free(now),
            ~_a_submission_waits(),
            ~alarms.is_quarantined(worker, now),
        )
        .order_by(_TRIAL.c.ordered_at, _TRIAL.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = session.execute(
        update(_TRIAL)
        .where(_TRIAL.c.id == free, _is_free(now))
        .values(
            state=TrialState.RUNNING,
            token=uuid.uuid4(),
            lease_until=now + timedelta(seconds=lease_seconds),
            attempts=_TRIAL.c.attempts + 1,
        )
        .returning(
            *(_TRIAL.c[name] for name in ("id", "token", "manifest", "runs", "report")),
            _TRIAL.c.attempts,
        )
    ).one_or_none()
    if claimed is None:
        return None
    job = TrialJob(
        trial_id=claimed.id,
        token=claimed.token,
        worker=worker,
        manifest=dict(claimed.manifest),
        runs=claimed.runs,
        kept=claimed.report,
    )
    if claimed.attempts > MOST_ATTEMPTS:
        fail(session, job, _DIED.format(times=MOST_ATTEMPTS))
        return None
    return job


def heartbeat(session: Session, job: TrialJob, lease_seconds: float) -> None:
    """Renew the lease.

    Raises
    ------
    LeaseLostError
        If the trial was stopped or belongs to somebody else now.
    """
    until = database_now(session) + timedelta(seconds=lease_seconds)
    _guarded(session, job, lease_until=until)


def keep(session: Session, job: TrialJob, kept: Mapping[str, Any], total: int) -> None:
    """Store what is known so far; whoever goes on starts from there.

    Raises
    ------
    LeaseLostError
        If the trial was stopped or belongs to somebody else now.
    """
    _guarded(session, job, report=kept, progress=kept["done"], total=total, attempts=1)


def release(session: Session, job: TrialJob) -> None:
    """Put a trial back, because a submission waits or the worker was asked to stop.

    Raises
    ------
    LeaseLostError
        If the trial was stopped or belongs to somebody else now.
    """
    _guarded(
        session,
        job,
        state=TrialState.QUEUED,
        token=None,
        lease_until=None,
        attempts=_TRIAL.c.attempts - 1,
    )


def give_back(session: Session, job: TrialJob) -> None:
    """Put a trial back after a failure of ours: one attempt is gone.

    Raises
    ------
    LeaseLostError
        If the trial was stopped or belongs to somebody else now.
    """
    _guarded(session, job, state=TrialState.QUEUED, token=None, lease_until=None)


def finish(session: Session, job: TrialJob, report: Mapping[str, Any]) -> None:
    """Store what was found.

    Raises
    ------
    LeaseLostError
        If the trial was stopped or belongs to somebody else now.
    """
    _guarded(
        session,
        job,
        state=TrialState.DONE,
        token=None,
        lease_until=None,
        report=report,
        finished_at=database_now(session),
    )


def fail(session: Session, job: TrialJob, problem: str) -> None:
    """End a trial that another try cannot help.

    Raises
    ------
    LeaseLostError
        If the trial was stopped or belongs to somebody else now.
    """
    _guarded(
        session,
        job,
        state=TrialState.FAILED,
        token=None,
        lease_until=None,
        report=None,
        problem=problem.replace("\0", "")[:_LONGEST_PROBLEM],
        finished_at=database_now(session),
    )


def _guarded(session: Session, job: TrialJob, **values: Any) -> None:
    changed = session.execute(
        update(_TRIAL)
        .where(_TRIAL.c.id == job.trial_id, _TRIAL.c.token == job.token)
        .values(**values)
        .returning(_TRIAL.c.id)
    ).one_or_none()
    if changed is None:
        raise LeaseLostError(f"trial {job.trial_id}: this worker does not hold it")


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody alive holds a trial that is to be done."""
    return or_(
        _TRIAL.c.state == TrialState.QUEUED,
        and_(_TRIAL.c.state == TrialState.RUNNING, _TRIAL.c.lease_until < now),
    )


def _a_submission_waits() -> ColumnElement[bool]:
    return exists().where(stands(RunStatus.QUEUED, GradingRun.status))
