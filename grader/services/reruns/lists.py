"""The batches of an assignment, and how far one has come."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.errors import NotFoundError
from grader.models import (
    AssignmentSnapshot,
    BatchState,
    GradingRun,
    RerunBatch,
    RerunItem,
    RunStatus,
    User,
)
from grader.services import estimates, health
from grader.services.ids import parsed
from grader.services.reruns.ordering import Meant, Version, instructor_of

_MEANT = {
    Meant.COUNTING: "the submission of each student that counts",
    Meant.LATEST: "the newest submission of each student",
    Meant.ALL: "all submissions",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many runs of a batch stand where.

    Parameters
    ----------
    attention
        Those that could not be graded; they never count.
    seconds_left
        About how long until all have ended, as long as nothing else comes in; ``None``
        while no worker is there.
    """

    total: int
    graded: int
    running: int
    waiting: int
    attention: int
    seconds_left: float | None = None

    @property
    def ended(self) -> int:
        """Return how many have ended, one way or another."""
        return self.total - self.waiting - self.running


@dataclass(frozen=True, slots=True)
class BatchCard:
    """One line of the list of batches; ``what`` says which submissions were meant."""

    id: str
    what: str
    version: str
    reason: str
    state: BatchState
    created_at: datetime
    created_by: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class BatchView:
    """One batch as its page shows it."""

    card: BatchCard
    assignment_id: int
    applied_at: datetime | None
    ended_at: datetime | None


def batches(session: Session, assignment_id: int, viewer_id: int) -> list[BatchCard]:
    """Return the batches of an assignment, the newest first.

    Raises
    ------
    NotFoundError
        If the viewer is no instructor of its course.
    """
    instructor_of(session, assignment_id, viewer_id)
    rows = session.execute(
        select(RerunBatch, User.name)
        .join(User, User.id == RerunBatch.created_by)
        .where(RerunBatch.assignment_id == assignment_id)
        .order_by(RerunBatch.created_at.desc())
    ).all()
    counted = _counted(session, [batch.id for batch, _ in rows])
    return [_card(batch, name, counted[batch.id]) for batch, name in rows]


def look(
    session: Session,
    batch_id: str | uuid.UUID,
    viewer_id: int,
    assignment_id: int,
) -> BatchView:
    """Return one batch of an assignment.

    Raises
    ------
    NotFoundError
        If there is none, or the viewer is no instructor of its course.
    """
    batch = session.get(RerunBatch, parsed(batch_id))
    if batch is None or batch.assignment_id != assignment_id:
        raise NotFoundError(f"batch {batch_id} does not exist here")
    instructor_of(session, assignment_id, viewer_id)
    name = session.get_one(User, batch.created_by).name
    progress = _counted(session, [batch.id], with_estimate=True)[batch.id]
    return BatchView(
        _card(batch, name, progress), assignment_id, batch.applied_at, batch.ended_at
    )


def checks_of(session: Session, assignment_id: int) -> list[tuple[str, str]]:
    """Return the checks of the published version: id and title."""
    outline = session.scalars(
        select(AssignmentSnapshot.outline)
        .filter_by(assignment_id=assignment_id)
        .order_by(AssignmentSnapshot.id.desc())
        .limit(1)
    ).one()
    return [(check["id"], check["title"] or check["id"]) for check in outline]


def _card(batch: RerunBatch, name: str, progress: Progress) -> BatchCard:
    own = batch.scope.get("version") == Version.OWN
    return BatchCard(
        id=str(batch.id),
        what=in_words(batch.scope),
        version="as it was" if own else "the one published when this was ordered",
        reason=batch.reason,
        state=batch.state,
        created_at=batch.created_at,
        created_by=name,
        progress=progress,
    )


def in_words(scope: dict[str, Any]) -> str:
    """Say which submissions a batch means."""
    words = _MEANT[Meant(scope["meant"])]
    if scope.get("attention"):
        words += ", if it needs attention"
    if scope.get("failed_check"):
        words += f", if {scope['failed_check']} was not passed"
    if scope.get("section"):
        words += f", of section {scope['section']}"
    return words


def _counted(
    session: Session, batch_ids: Sequence[uuid.UUID], *, with_estimate: bool = False
) -> dict[uuid.UUID, Progress]:
    by_status: dict[uuid.UUID, dict[RunStatus, int]] = {one: {} for one in batch_ids}
    seconds = 0.0
    for batch, status, count, takes in session.execute(
        select(
            RerunItem.batch_id,
            GradingRun.status,
            func.count(),
            func.sum(GradingRun.expected_seconds),
        )
        .join(GradingRun, GradingRun.id == RerunItem.new_run_id)
        .where(RerunItem.batch_id.in_(batch_ids))
        .group_by(RerunItem.batch_id, GradingRun.status)
    ):
        by_status[batch][status] = count
        if status.is_pending:
            seconds += takes or estimates.FIRST_GUESS_SECONDS
    slots = health.slots(session) if with_estimate else 0
    return {
        batch: Progress(
            total=sum(counts.values()),
            graded=counts.get(RunStatus.GRADED, 0),
            running=counts.get(RunStatus.RUNNING, 0),
            waiting=counts.get(RunStatus.QUEUED, 0),
            attention=counts.get(RunStatus.NEEDS_ATTENTION, 0),
            seconds_left=seconds / slots if slots else None,
        )
        for batch, counts in by_status.items()
    }
