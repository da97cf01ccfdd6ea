"""Making the runs of a batch count, taking that back, and giving a batch up."""

import uuid
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, select, update
from sqlalchemy.orm import Session, aliased

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import (
    BatchState,
    GradingRun,
    RerunBatch,
    RerunItem,
    RunStatus,
    Standing,
    Submission,
)
from grader.services import audit, standings
from grader.services.ids import parsed
from grader.services.reruns.ordering import (
    Meant,
    counts,
    instructor_of,
    is_latest,
)
from grader.services.states import is_pending

_ITEM = cast(Table, RerunItem.__table__)
_RUN = cast(Table, GradingRun.__table__)
_AT_ONCE = 1000


def apply(session: Session, batch_id: str | uuid.UUID, actor_id: int) -> int:
    """Let the new runs count, and return how many do; all in this transaction.

    What was rerun by itself meanwhile, what could not be graded, and what the order no
    longer means because the student handed in again stays as it is.

    Raises
    ------
    NotFoundError
        If there is no such batch, or the actor is no instructor of its course.
    RefusedError
        ``batch-closed``, ``batch-not-ended`` while runs are waiting, or
        ``nothing-to-apply``.
    """
    batch = _locked(session, batch_id, actor_id)
    if batch.state not in (BatchState.PREVIEWING, BatchState.UNDONE):
        raise RefusedError(
            "This batch has been applied or given up.", code="batch-closed"
        )
    if pending_ids(session, batch.id):
        raise RefusedError(
            "Some submissions are still being graded. Wait until all have ended.",
            code="batch-not-ended",
        )
    _lock_runs(session, batch.id)
    ready = applicable(session, batch)
    if not ready:
        raise RefusedError(
            "Nothing of this batch can be applied now; see what is left out.",
            code="nothing-to-apply",
        )
    _flip(session, batch.id, ready, applied=True)
    batch.state = BatchState.APPLIED
    batch.applied_at = batch.ended_at = database_now(session)
    batch.applied_by = actor_id
    _settle(session, batch, ready, actor_id, "rerun_applied")
    return len(ready)


def undo(session: Session, batch_id: str | uuid.UUID, actor_id: int) -> int:
    """Let the runs count again that did before, and return how many do.

    What was rerun since then stays as it is.

    Raises
    ------
    NotFoundError
        If there is no such batch, or the actor is no instructor of its course.
    RefusedError
        ``batch-closed`` if it is not applied.
    """
    batch = _locked(session, batch_id, actor_id)
    if batch.state is not BatchState.APPLIED:
        raise RefusedError("This batch is not applied.", code="batch-closed")
    _lock_runs(session, batch.id)
    back = session.scalars(
        select(RerunItem.submission_id)
        .join(GradingRun, GradingRun.id == RerunItem.new_run_id)
        .where(RerunItem.batch_id == batch.id, RerunItem.applied, GradingRun.is_current)
    ).all()
    _flip(session, batch.id, back, applied=False)
    batch.state = BatchState.UNDONE
    batch.ended_at = database_now(session)
    _settle(session, batch, back, actor_id, "rerun_undone")
    return len(back)


def discard(session: Session, batch_id: str | uuid.UUID, actor_id: int) -> int:
    """Give a batch up, and return how many runs were taken out of the queue.

    Raises
    ------
    NotFoundError
        If there is no such batch, or the actor is no instructor of its course.
    RefusedError
        ``batch-closed`` if it is applied or given up already.
    """
    batch = _locked(session, batch_id, actor_id)
    if batch.state not in (BatchState.PREVIEWING, BatchState.UNDONE):
        raise RefusedError(
            "This batch has been applied or given up.", code="batch-closed"
        )
    now = database_now(session)
    waiting = pending_ids(session, batch.id)
    session.execute(
        update(_RUN)
        .where(_RUN.c.id.in_(_new_runs(batch.id)), is_pending())
        .values(
            status=RunStatus.SUPERSEDED, token=None, lease_until=None, finished_at=now
        )
    )
    batch.state = BatchState.DISCARDED
    batch.ended_at = now
    _note(session, batch, actor_id, "rerun_discarded", len(waiting))
    return len(waiting)


def applicable(session: Session, batch: RerunBatch) -> Sequence[uuid.UUID]:
    """Return the submissions of a batch whose new run may count."""
    old, new = aliased(GradingRun), aliased(GradingRun)
    return session.scalars(
        select(RerunItem.submission_id)
        .join(Submission, Submission.id == RerunItem.submission_id)
        .join(old, old.id == RerunItem.old_run_id)
        .join(new, new.id == RerunItem.new_run_id)
        .where(
            RerunItem.batch_id == batch.id,
            old.is_current,
            new.status == RunStatus.GRADED,
            *still_meant(batch.scope),
        )
    ).all()


def still_meant(scope: dict[str, Any]) -> list[ColumnElement[bool]]:
    """Return the conditions that a submission is still one that was ordered."""
    if scope.get("attention") or scope.get("meant") == Meant.ALL:
        return []
    return [counts() if scope.get("meant") == Meant.COUNTING else is_latest()]


def pending_ids(session: Session, batch_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Return the runs of a batch that have not ended."""
    return session.scalars(
        select(GradingRun.id).where(
            GradingRun.id.in_(_new_runs(batch_id)), is_pending()
        )
    ).all()


def _new_runs(batch_id: uuid.UUID) -> Any:
    return select(RerunItem.new_run_id).where(RerunItem.batch_id == batch_id)


def _locked(session: Session, batch_id: str | uuid.UUID, actor_id: int) -> RerunBatch:
    """Return a batch that nobody else changes until the commit."""
    batch = session.scalars(
        select(RerunBatch)
        .where(RerunBatch.id == parsed(batch_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if batch is None:
        raise NotFoundError(f"batch {batch_id} does not exist")
    instructor_of(session, batch.assignment_id, actor_id)
    return batch


def _lock_runs(session: Session, batch_id: uuid.UUID) -> None:
    """Keep single reruns from replacing current runs while they are flipped."""
    ours = select(RerunItem.submission_id).where(RerunItem.batch_id == batch_id)
    session.execute(
        select(GradingRun.id)
        .where(GradingRun.submission_id.in_(ours), GradingRun.is_current)
        .order_by(GradingRun.submission_id)
        .with_for_update()
    ).all()


def _flip(
    session: Session, batch_id: uuid.UUID, among: Sequence[uuid.UUID], *, applied: bool
) -> None:
    """Make the new runs current, or the old ones again."""
    off, on = (
        (_ITEM.c.old_run_id, _ITEM.c.new_run_id)
        if applied
        else (_ITEM.c.new_run_id, _ITEM.c.old_run_id)
    )
    for start in range(0, len(among), _AT_ONCE):
        some = and_(
            _ITEM.c.batch_id == batch_id,
            _ITEM.c.submission_id.in_(among[start : start + _AT_ONCE]),
        )
        # The one that counts goes first: there is never more than one of them.
        for column, value in ((off, False), (on, True)):
            session.execute(
                update(_RUN)
                .where(_RUN.c.id.in_(select(column).where(some)))
                .values(is_current=value)
            )
        session.execute(update(_ITEM).where(some).values(applied=applied))
    session.expire_all()


def _settle(
    session: Session,
    batch: RerunBatch,
    among: Sequence[uuid.UUID],
    actor_id: int,
    action: str,
) -> None:
    """Make the standings anew, and note each score that is another one now."""
    session.flush()
    before = _finals(session, batch.id)
    for start in range(0, len(among), _AT_ONCE):
        some = among[start : start + _AT_ONCE]
        standings.settle_submissions(session, batch.assignment_id, some)
    session.flush()
    now = database_now(session)
    for key, score in _finals(session, batch.id).items():
        if score != before.get(key):
            audit.add(
                session,
                f"{action}_score",
                actor_id=actor_id,
                submission_id=key[0],
                old={"score": before.get(key), "student": key[1]},
                new={"score": score, "student": key[1], "batch": str(batch.id)},
                reason=batch.reason,
                at=now,
            )
    _note(session, batch, actor_id, action, len(among))


def _finals(
    session: Session, batch_id: uuid.UUID
) -> dict[tuple[uuid.UUID, int], float | None]:
    ours = select(RerunItem.submission_id).where(RerunItem.batch_id == batch_id)
    rows = session.execute(
        select(Standing.submission_id, Standing.user_id, Standing.final).where(
            Standing.submission_id.in_(ours)
        )
    )
    return {(submission, user): final for submission, user, final in rows}


def _note(
    session: Session, batch: RerunBatch, actor_id: int, action: str, count: int
) -> None:
    audit.add(
        session,
        action,
        actor_id=actor_id,
        new={
            "assignment_id": batch.assignment_id,
            "batch": str(batch.id),
            "submissions": count,
        },
        reason=batch.reason,
    )
