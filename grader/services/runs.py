"""A run from claim to end: every change is guarded by the token of the claim."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from grader.assignments import CheckOutline
from grader.db import database_now
from grader.errors import LeaseLostError
from grader.models import AlarmKind, GradingRun, RunResult, RunStatus
from grader.report import CheckResult, Report, ReportStatus
from grader.services import alarms, audit, standings
from grader.services.claiming import GradeJob, claim
from grader.services.outcomes import summary
from grader.services.queueing import place_of, refund, rerun
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
    "place_of",
    "record",
    "release",
    "rerun",
    "sweep",
]

GIVE_BACK_LIMIT = 8
AVOID_SECONDS = 30.0
LONGEST_REASON = 2000
# The hot statements go by the tables: the ORM costs more time than the database.
_RUN = cast(Table, GradingRun.__table__)
_RESULT = cast(Table, RunResult.__table__)


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
    scored = (
        {"score": report.score, "max_score": report.max_score, "problem": ""}
        if graded
        else {"problem": "A check of the assignment is broken; see its results."}
    )
    rows = [
        {
            "run_id": job.run_id,
            "position": position,
            "check_id": check,
            "results": results,
        }
        for position, (check, results) in enumerate(_by_check(report), start=1)
    ]
    now = database_now(session)
    _guarded(
        session,
        job,
        status=RunStatus.GRADED if graded else RunStatus.NEEDS_ATTENTION,
        token=None,
        lease_until=None,
        report=report.summary(),
        outcomes=summary(report.results),
        progress_index=len(rows),
        progress_total=len(rows),
        jail_tier=report.jail_tier,
        versions=dict(report.versions),
        blocked_calls=[asdict(call) for call in report.blocked_calls],
        finished_at=now,
        **scored,
    )
    session.execute(delete(_RESULT).where(_RESULT.c.run_id == job.run_id))
    if rows:
        session.execute(insert(_RESULT), rows)
    audit.add(
        session,
        "graded" if graded else "needs_attention",
        submission_id=job.submission_id,
        run_id=job.run_id,
        attempt=job.attempt,
        new={"score": report.score, "max_score": report.max_score} if graded else None,
        at=now,
    )
    standings.settle(session, job.submission_id)
    if not graded:
        refund(session, _run(session, job), "a check of the assignment is broken")


def give_back(session: Session, job: GradeJob, reason: str) -> None:
    """Return a run to the queue because our own code or machine failed.

    Another worker may take it at once; this one leaves it alone for 30 s. After 8 times
    it needs attention.

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
        avoid_worker=job.worker,
        avoid_until=database_now(session) + timedelta(seconds=AVOID_SECONDS),
        problem=_plain(reason),
    )
    run = _run(session, job)
    run.give_backs += 1
    session.flush()
    if run.give_backs >= GIVE_BACK_LIMIT:
        _break(session, run, job, reason)
        alarms.sound(
            session,
            AlarmKind.POISON_SUBMISSION,
            subject=str(run.id),
            worker=job.worker,
            run_id=run.id,
            problems=[_plain(reason)],
            facts={"give_backs": str(run.give_backs)},
        )


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
    _guarded(session, job, token=None, lease_until=None, problem=_plain(reason))
    _break(session, _run(session, job), job, reason)


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


def _guarded(session: Session, job: GradeJob, **values: Any) -> None:
    """Change a run only while the job's token holds it."""
    new = {f"new_{name}": value for name, value in values.items()}
    changed = session.execute(
        _changing(tuple(values)), {"run": job.run_id, "held": job.token, **new}
    )
    if changed.first() is None:
        raise LeaseLostError(
            f"run {job.run_id}: attempt {job.attempt} does not hold it any more"
        )


@lru_cache(maxsize=32)
def _changing(names: tuple[str, ...]) -> ReturningUpdate[Any]:
    """Return the statement that changes these columns of a run that is held."""
    return (
        update(_RUN)
        .where(
            _RUN.c.id == bindparam("run"),
            _RUN.c.token == bindparam("held"),
            _RUN.c.status == RunStatus.RUNNING,
        )
        .values({name: bindparam(f"new_{name}") for name in names})
        .returning(_RUN.c.id)
    )


def _run(session: Session, job: GradeJob) -> GradingRun:
    """Return the run as it is now."""
    return session.get_one(GradingRun, job.run_id, populate_existing=True)


def _plain(reason: str) -> str:
    """Cut a reason, and take out what a text of the database cannot hold."""
    return reason.replace("\0", "")[:LONGEST_REASON]


def _by_check(report: Report) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (check, [result.to_json() for result in results])
        for check, results in groupby(report.results, key=lambda result: result.check)
    ]
