"""Choosing the submissions of a batch and putting them into the slow lane."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Row, Table, exists, func, insert, select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import (
    Assignment,
    AssignmentSnapshot,
    Attempts,
    CourseRole,
    Enrolment,
    GradingRun,
    Lane,
    RerunBatch,
    RerunItem,
    RunStatus,
    Standing,
    Submission,
)
from grader.services import accounts, audit
from grader.services.estimates import expected_seconds
from grader.services.outcomes import by_check

_AT_ONCE = 1000
LONGEST_REASON = 500


class Meant(StrEnum):
    """Which submission of each student."""

    COUNTING = "counting"
    LATEST = "latest"
    ALL = "all"


class Version(StrEnum):
    """Under which version of the assignment."""

    PUBLISHED = "published"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Order:
    """What to grade again, and why.

    Parameters
    ----------
    section
        Only students of this section; empty for all.
    failed_check
        Only submissions that did not pass this check; empty for all.
    attention
        Only submissions that need attention.
    """

    meant: Meant
    version: Version
    reason: str
    section: str = ""
    failed_check: str = ""
    attention: bool = False

    def scope(self) -> dict[str, Any]:
        """Return what is kept for people to read later."""
        return {name: value for name, value in asdict(self).items() if name != "reason"}


def order(
    session: Session, assignment_id: int, actor_id: int, wanted: Order
) -> uuid.UUID:
    """Start a batch and return its id; nobody's score moves before it is applied.

    Submissions that are waiting or being graded, and those that a newer one replaced
    before they were graded, are left out. The number of statements does not depend on
    how many submissions there are.

    Raises
    ------
    NotFoundError
        If there is no such assignment, or the actor is no instructor of its course.
    RefusedError
        ``reason-missing`` or ``nothing-to-rerun``.
    """
    instructor_of(session, assignment_id, actor_id)
    reason = wanted.reason.replace("\0", "").strip()[:LONGEST_REASON]
    if not reason:
        raise RefusedError(
            "Say why, for those who look at it later.", code="reason-missing"
        )
    found = _chosen(session, assignment_id, wanted)
    if not found:
        raise RefusedError(
            "No graded submission is meant by this choice.", code="nothing-to-rerun"
        )
    newest = session.scalars(
        select(func.max(AssignmentSnapshot.id)).filter_by(assignment_id=assignment_id)
    ).one()
    now = database_now(session)
    batch = RerunBatch(
        assignment_id=assignment_id,
        snapshot_id=newest,
        scope=wanted.scope(),
        reason=reason,
        created_by=actor_id,
        created_at=now,
    )
    session.add(batch)
    session.flush()
    own = wanted.version is Version.OWN
    _enqueue(session, batch, found, None if own else newest, now)
    audit.add(
        session,
        "rerun_ordered",
        actor_id=actor_id,
        new={
            "assignment_id": assignment_id,
            "batch": str(batch.id),
            "submissions": len(found),
        },
        reason=reason,
        at=now,
    )
    return batch.id


def instructor_of(session: Session, assignment_id: int, actor_id: int) -> Assignment:
    """Return an assignment to an instructor of its course.

    Raises
    ------
    NotFoundError
        To everybody else.
    """
    assignment = session.get(Assignment, assignment_id)
    if assignment is not None:
        role = accounts.role_in(session, actor_id, assignment.course_id)
        if role is CourseRole.INSTRUCTOR:
            return assignment
    raise NotFoundError(f"assignment {assignment_id} is not for this person")


def _chosen(session: Session, assignment_id: int, wanted: Order) -> Sequence[Row[Any]]:
    """Return the current runs that are meant; nobody replaces them before the end."""
    query = (
        select(
            Submission.id.label("submission_id"),
            GradingRun.id.label("run_id"),
            GradingRun.snapshot_id,
            GradingRun.user_id,
            GradingRun.seed,
            GradingRun.outcomes,
        )
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .where(Submission.assignment_id == assignment_id, GradingRun.is_current)
        .order_by(Submission.id)
        .with_for_update(of=GradingRun)
    )
    ended = (RunStatus.GRADED, RunStatus.NEEDS_ATTENTION)
    query = query.where(GradingRun.status.in_(ended[1:] if wanted.attention else ended))
    if wanted.meant is Meant.COUNTING and not wanted.attention:
        query = query.where(counts())
    elif wanted.meant is not Meant.ALL:
        query = query.where(is_latest())
    if wanted.section:
        query = query.where(
            exists().where(
                Enrolment.user_id == Submission.user_id,
                Enrolment.course_id == Assignment.course_id,
                Assignment.id == assignment_id,
                Enrolment.section == wanted.section,
            )
        )
    rows = session.execute(query).all()
    if not wanted.failed_check:
        return rows
    return [row for row in rows if _failed(row.outcomes, wanted.failed_check)]


def counts() -> Any:
    """Return the condition that a submission is somebody's score."""
    return exists().where(Standing.submission_id == Submission.id, Standing.counts)


def is_latest() -> Any:
    """Return the condition that a submission is its student's newest."""
    return exists().where(
        Attempts.assignment_id == Submission.assignment_id,
        Attempts.user_id == Submission.user_id,
        Attempts.submitted == Submission.number,
    )


def _failed(outcomes: Any, check: str) -> bool:
    own = by_check(outcomes).get(check)
    return own is not None and not own.passed


def _enqueue(
    session: Session,
    batch: RerunBatch,
    found: Sequence[Row[Any]],
    snapshot_id: int | None,
    now: datetime,
) -> None:
    """Add a run that is not current for each submission, all at the same place."""
    ordinals: dict[uuid.UUID, int] = {}
    ids = [row.submission_id for row in found]
    for start in range(0, len(ids), _AT_ONCE):
        last = (
            select(GradingRun.submission_id, func.max(GradingRun.ordinal))
            .where(GradingRun.submission_id.in_(ids[start : start + _AT_ONCE]))
            .group_by(GradingRun.submission_id)
        )
        ordinals.update(session.execute(last).all())
    snapshots = {snapshot_id or row.snapshot_id for row in found}
    takes = {one: expected_seconds(session, one) for one in snapshots}
    runs = [
        {
            "id": uuid.uuid4(),
            "submission_id": row.submission_id,
            "snapshot_id": snapshot_id or row.snapshot_id,
            "user_id": row.user_id,
            "ordinal": ordinals[row.submission_id] + 1,
            "is_current": False,
            "status": RunStatus.QUEUED,
            "lane": Lane.BULK,
            "eff": now,
            "expected_seconds": takes[snapshot_id or row.snapshot_id],
            "seed": row.seed,
            "created_at": now,
        }
        for row in found
    ]
    session.execute(insert(cast(Table, GradingRun.__table__)), runs)
    session.execute(
        insert(cast(Table, RerunItem.__table__)),
        [
            {
                "batch_id": batch.id,
                "submission_id": row.submission_id,
                "old_run_id": row.run_id,
                "new_run_id": run["id"],
            }
            for row, run in zip(found, runs, strict=True)
        ],
    )
