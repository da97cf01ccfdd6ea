"""What must hold of runs: where they stand, how they end, which score counts."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import aliased

from grader.db import database_now
from grader.models import (
    AuditEntry,
    GradingRun,
    Lane,
    RerunItem,
    RunStatus,
    Submission,
)
from grader.services.invariants.look import ROWS_AT_ONCE, Look

_GRADED = "graded"
_ENDED = (RunStatus.GRADED, RunStatus.NEEDS_ATTENTION, RunStatus.SUPERSEDED)


def nothing_is_stuck(look: Look) -> Iterator[str]:
    """Yield runs that are pending for too long, or that nobody swept."""
    now = database_now(look.session)
    bounds = look.bounds
    late = [
        and_(
            GradingRun.lane == lane,
            GradingRun.created_at < now - timedelta(seconds=seconds),
        )
        for lane, seconds in ((Lane.LIVE, bounds.live), (Lane.BULK, bounds.bulk))
    ]
    unswept = GradingRun.lease_until < now - timedelta(seconds=bounds.expired)
    runs = look.session.execute(
        select(GradingRun.id, GradingRun.status, GradingRun.created_at)
        .where(GradingRun.status.in_((RunStatus.QUEUED, RunStatus.RUNNING)))
        .where(or_(*late, unswept))
        .order_by(GradingRun.created_at)
    )
    for run_id, status, created_at in runs:
        waited = (now - created_at).total_seconds()
        yield f"run {run_id} is {status}, {waited:.0f} s after it was asked for."


def each_has_one_current_run(look: Look) -> Iterator[str]:
    """Yield submissions whose runs do not end in one that counts.

    Runs of a batch that is not applied, or undone, may come after it.
    """
    runs, last = func.count(GradingRun.id), func.max(GradingRun.ordinal)
    is_trial = func.coalesce(RerunItem.applied, true()).is_(False)
    last_real = func.max(GradingRun.ordinal).filter(~is_trial)
    current = func.count().filter(GradingRun.is_current)
    newest = func.max(GradingRun.ordinal).filter(GradingRun.is_current)
    strangers = func.count().filter(GradingRun.user_id != Submission.user_id)
    rows = look.session.execute(
        select(Submission.id, runs, current)
        .outerjoin(GradingRun, GradingRun.submission_id == Submission.id)
        .outerjoin(RerunItem, RerunItem.new_run_id == GradingRun.id)
        .group_by(Submission.id)
        .having(
            or_(
                *(runs == 0, current != 1, last != runs, strangers > 0),
                newest != last_real,
            )
        )
    )
    for submission_id, count, marked in rows:
        yield (
            f"submission {submission_id} has {count} runs, {marked} of them current: "
            "the last one must be, numbered from 1 without a gap."
        )


def each_ends_once(look: Look) -> Iterator[str]:
    """Yield runs with a result too many or too few."""
    results = func.count(AuditEntry.id)
    rows = look.session.execute(
        select(GradingRun.id, GradingRun.status, results)
        .outerjoin(
            AuditEntry,
            and_(AuditEntry.run_id == GradingRun.id, AuditEntry.action == _GRADED),
        )
        .group_by(GradingRun.id, GradingRun.status)
        .having(
            or_(
                results > 1,
                and_(GradingRun.status == RunStatus.GRADED, results != 1),
                and_(GradingRun.status != RunStatus.GRADED, results != 0),
            )
        )
    )
    for run_id, status, count in rows:
        yield f"run {run_id} is {status} and was noted {count} times as graded."


def scores_are_those_noted(look: Look) -> Iterator[str]:
    """Yield runs whose score is not the last one noted for their submission.

    A run that is graded has its own note; one that is not shows the score before it.
    """
    noted = aliased(AuditEntry)
    trials = select(RerunItem.new_run_id).where(~RerunItem.applied)
    last = (
        select(func.max(noted.id))
        .where(
            noted.submission_id == GradingRun.submission_id,
            noted.action == _GRADED,
            or_(
                noted.run_id == GradingRun.id,
                and_(
                    GradingRun.status != RunStatus.GRADED, noted.run_id.not_in(trials)
                ),
            ),
        )
        .scalar_subquery()
    )
    rows = look.session.execute(
        select(GradingRun.id, GradingRun.score, GradingRun.max_score, AuditEntry.new)
        .outerjoin(AuditEntry, AuditEntry.id == last)
        .where(GradingRun.is_current)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for run_id, score, most, noted_score in rows:
        stated = noted_score or {"score": None, "max_score": None}
        if stated != {"score": score, "max_score": most}:
            yield (
                f"run {run_id} shows {score} of {most}, but {stated['score']} of "
                f"{stated['max_score']} was noted last."
            )


def states_are_whole(look: Look) -> Iterator[str]:
    """Yield runs with a token while nobody has them, or an end before they are over."""
    running = GradingRun.status == RunStatus.RUNNING
    is_over = GradingRun.status.in_(_ENDED)
    claimed = and_(GradingRun.token.is_not(None), GradingRun.lease_until.is_not(None))
    free = and_(GradingRun.token.is_(None), GradingRun.lease_until.is_(None))
    wrong = or_(
        and_(running, ~claimed),
        and_(~running, ~free),
        and_(is_over, GradingRun.finished_at.is_(None)),
        and_(~is_over, GradingRun.finished_at.is_not(None)),
        and_(
            GradingRun.status == RunStatus.GRADED,
            or_(GradingRun.score.is_(None), GradingRun.report.is_(None)),
        ),
    )
    for run_id, status in look.session.execute(
        select(GradingRun.id, GradingRun.status).where(wrong)
    ):
        yield f"run {run_id} is {status}, but its other columns say something else."
