"""A run from claim to end: every change is guarded by the token of the claim."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from grader.assignments import CheckOutline
from grader.db import database_now
from grader.errors import LeaseLostError
from grader.models import GradingRun, RunResult, RunStatus, Submission
from grader.report import CheckResult, Report, ReportStatus
from grader.services import audit
from grader.services.queueing import queue_place, refund, rerun
from grader.services.sweeping import Swept, sweep
from grader.services.upserts import insert_or_update

__all__ = [
    "GradeJob",
    "Swept",
    "claim",
    "fail",
    "finish",
    "give_back",
    "heartbeat",
    "queue_place",
    "record",
    "release",
    "rerun",
    "sweep",
]

GIVE_BACK_LIMIT = 8
AVOID_SECONDS = 30.0
LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class GradeJob:
    """What a worker needs to grade one run, and the token that lets it write.

    Parameters
    ----------
    files
        Name to SHA-256 in the blob store.
    """

    run_id: uuid.UUID
    token: uuid.UUID
    attempt: int
    worker: str
    submission_id: uuid.UUID
    snapshot_id: int
    seed: int
    entry: str
    files: Mapping[str, str]
    notices: tuple[str, ...]


def claim(session: Session, *, worker: str, lease_seconds: float) -> GradeJob | None:
    """Take the first run of the queue, or return ``None`` if there is none.

    One conditional UPDATE decides who grades, whatever the broker delivered and how
    often. Commit before running student code.

    Parameters
    ----------
    worker
        Who asks. A run that this worker gave back is left to others for a while.
    """
    now = database_now(session)
    first = (
        select(GradingRun.id)
        .where(
            GradingRun.status == RunStatus.QUEUED,
            or_(
                GradingRun.avoid_worker.is_(None),
                GradingRun.avoid_worker != worker,
                GradingRun.avoid_until <= now,
            ),
        )
        .order_by(GradingRun.eff, GradingRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    run = session.scalars(
        update(GradingRun)
        .where(GradingRun.id == first, GradingRun.status == RunStatus.QUEUED)
        .values(
            status=RunStatus.RUNNING,
            attempt=GradingRun.attempt + 1,
            token=uuid.uuid4(),
            worker=worker,
            lease_until=now + timedelta(seconds=lease_seconds),
            heartbeat_at=now,
            started_at=now,
            progress_index=0,
        )
        .returning(GradingRun),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    if run is None:
        return None
    session.execute(delete(RunResult).where(RunResult.run_id == run.id))
    return _job(run, session.get_one(Submission, run.submission_id))


def heartbeat(session: Session, job: GradeJob, lease_seconds: float) -> None:
    """Renew the lease.

    Raises
    ------
    LeaseLostError
        If the run belongs to somebody else now.
    """
    now = database_now(session)
    _guarded(
        session,
        job,
        heartbeat_at=now,
        lease_until=now + timedelta(seconds=lease_seconds),
    )


def record(
    session: Session,
    job: GradeJob,
    index: int,
    total: int,
    check_outline: CheckOutline,
    results: Sequence[CheckResult],
) -> None:
    """Store what one check came to, so that the page shows it at once.

    Parameters
    ----------
    index
        Of the check that ended, from 1.

    Raises
    ------
    LeaseLostError
        If the run belongs to somebody else now; nothing is stored.
    """
    _guarded(session, job, progress_index=index, progress_total=total)
    values = {"results": [result.to_json() for result in results]}
    insert_or_update(
        session,
        RunResult,
        {
            "run_id": job.run_id,
            "position": index,
            "check_id": check_outline.id,
            **values,
        },
        values,
    )


def finish(session: Session, job: GradeJob, report: Report) -> None:
    """Store the report and the score, once.

    A report that needs attention (the assignment itself is wrong) gives no score and
    the attempt back.

    Raises
    ------
    LeaseLostError
        If the run belongs to somebody else now; nothing is stored.
    """
    graded = report.status is ReportStatus.GRADED
    summary = report.to_json()
    del summary["results"]
    scored = (
        {"score": report.score, "max_score": report.max_score, "problem": ""}
        if graded
        else {"problem": "A check of the assignment is broken; see its results."}
    )
    rows = [
        {"run_id": job.run_id, "position": position, "check": check, "results": results}
        for position, (check, results) in enumerate(_by_check(report), start=1)
    ]
    run = _guarded(
        session,
        job,
        status=RunStatus.GRADED if graded else RunStatus.NEEDS_ATTENTION,
        token=None,
        lease_until=None,
        report=summary,
        progress_index=len(rows),
        progress_total=len(rows),
        jail_tier=report.jail_tier,
        versions=dict(report.versions),
        finished_at=database_now(session),
        **scored,
    )
    session.execute(delete(RunResult).where(RunResult.run_id == job.run_id))
    if rows:
        session.execute(insert(RunResult), rows)
    audit.add(
        session,
        "graded" if graded else "needs_attention",
        submission_id=job.submission_id,
        run_id=job.run_id,
        attempt=job.attempt,
        new={"score": report.score, "max_score": report.max_score} if graded else None,
    )
    if not graded:
        refund(session, run, "a check of the assignment is broken")


def give_back(session: Session, job: GradeJob, reason: str) -> None:
    """Return a run to the queue because our own code or machine failed.

    Another worker may take it at once; this one leaves it alone for 30 s. After 8 times
    it needs attention.

    Raises
    ------
    LeaseLostError
        If the run belongs to somebody else now.
    """
    run = _guarded(
        session,
        job,
        status=RunStatus.QUEUED,
        token=None,
        lease_until=None,
        progress_index=0,
        give_backs=GradingRun.give_backs + 1,
        avoid_worker=job.worker,
        avoid_until=database_now(session) + timedelta(seconds=AVOID_SECONDS),
        problem=_plain(reason),
    )
    if run.give_backs >= GIVE_BACK_LIMIT:
        _break(session, run, job, reason)


def release(session: Session, job: GradeJob) -> None:
    """Return a run to the queue because this worker was asked to stop.

    Raises
    ------
    LeaseLostError
        If the run belongs to somebody else now.
    """
    _guarded(
        session,
        job,
        status=RunStatus.QUEUED,
        token=None,
        lease_until=None,
        progress_index=0,
    )


def fail(session: Session, job: GradeJob, reason: str) -> None:
    """End a run that no retry can help: it needs attention, the attempt is refunded.

    Raises
    ------
    LeaseLostError
        If the run belongs to somebody else now.
    """
    run = _guarded(session, job, token=None, lease_until=None, problem=_plain(reason))
    _break(session, run, job, reason)


def _break(session: Session, run: GradingRun, job: GradeJob, reason: str) -> None:
    session.execute(
        update(GradingRun)
        .where(GradingRun.id == run.id)
        .values(status=RunStatus.NEEDS_ATTENTION, finished_at=database_now(session)),
        execution_options={"synchronize_session": False},
    )
    audit.add(
        session,
        "needs_attention",
        submission_id=job.submission_id,
        run_id=job.run_id,
        attempt=job.attempt,
        reason=reason,
    )
    refund(session, run, reason)


def _guarded(session: Session, job: GradeJob, **values: Any) -> GradingRun:
    """Change a run only while the job's token holds it."""
    run = session.scalars(
        update(GradingRun)
        .where(
            GradingRun.id == job.run_id,
            GradingRun.token == job.token,
            GradingRun.status == RunStatus.RUNNING,
        )
        .values(**values)
        .returning(GradingRun),
        execution_options={"synchronize_session": False, "populate_existing": True},
    ).one_or_none()
    if run is None:
        raise LeaseLostError(
            f"run {job.run_id}: attempt {job.attempt} does not hold it any more"
        )
    return run


def _plain(reason: str) -> str:
    """Cut a reason, and take out what a text of the database cannot hold."""
    return reason.replace("\0", "")[:LONGEST_REASON]


def _by_check(report: Report) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (check, [result.to_json() for result in results])
        for check, results in groupby(report.results, key=lambda result: result.check)
    ]


def _job(run: GradingRun, submission: Submission) -> GradeJob:
    assert run.token is not None and run.worker is not None  # noqa: S101, PT018
    return GradeJob(
        run_id=run.id,
        token=run.token,
        attempt=run.attempt,
        worker=run.worker,
        submission_id=submission.id,
        snapshot_id=run.snapshot_id,
        seed=run.seed,
        entry=submission.entry,
        files=dict(submission.files),
        notices=tuple(submission.notices),
    )
