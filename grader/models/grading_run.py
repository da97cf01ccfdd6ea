"""The queue and the results: one row for each try to score a submission."""

import uuid
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.assignment import AssignmentSnapshot
from grader.models.base import Base, UtcDateTime, word
from grader.models.submission import Submission


class RunStatus(StrEnum):
    """Where a run stands. Says nothing about how good the submission is."""

    QUEUED = "queued"
    RUNNING = "running"
    GRADED = "graded"
    NEEDS_ATTENTION = "needs_attention"
    SUPERSEDED = "superseded"

    @property
    def is_pending(self) -> bool:
        """Tell whether something is still going to happen to the run."""
        return self in (RunStatus.QUEUED, RunStatus.RUNNING)


class Lane(IntEnum):
    """Which queue a run stands in; the smaller one goes first."""

    LIVE = 0
    BULK = 1


def _where(name: str, column: str, condition: str, *, unique: bool = False) -> Index:
    clause = text(condition)
    return Index(
        name,
        *column.split(),
        unique=unique,
        sqlite_where=clause,
        postgresql_where=clause,
    )


class GradingRun(Base):
    """One attempt of ours to score a submission under one snapshot.

    The row is the truth about the queue. While a worker grades it holds the random
    ``token`` of the claim and a lease; whoever has another token writes nothing.

    Parameters
    ----------
    ordinal, is_current
        1, 2, 3 ... for each rerun of the submission; the last one is current.
    lane
        A submission of a student is live, a rerun is not.
    eff
        Place in its lane: the time of arrival, later for those who have more waiting.
    expected_seconds
        How long it will probably take, by what the same snapshot took lately.
    attempt
        How often it was claimed.
    avoid_worker, avoid_until
        Who gave it back and should leave it to others for a while.
    crash_strikes, lost_workers, give_backs
        Three kinds of our own failure, counted apart: the grading process died under
        a living worker, the whole worker went away, our code raised.
    seed
        Secret; with the snapshot it makes a regrade exact.
    score, max_score
        What counts: of this run once it is graded, and until then, in a rerun, of the
        run that it repeats.
    report
        ``Report.to_json`` without the results, which are rows of ``RunResult``.
    outcomes
        JSON of ``grader.services.outcomes``: points and known mistakes of each check in
        one small value, so that lists over a class need not read ``RunResult``.
    blocked_calls
        ``BlockedCall`` of the report as JSON; a column, for lists are filtered by it.
    problem
        Why it needs attention, or why it was given back last; for staff.
    """

    __tablename__ = "grading_run"
    __table_args__ = (
        UniqueConstraint("submission_id", "ordinal"),
        _where("ix_grading_run_queue", "lane eff id", "status = 'queued'"),
        _where("ix_grading_run_times", "snapshot_id finished_at", "status = 'graded'"),
        _where("ix_grading_run_leases", "lease_until", "status = 'running'"),
        _where("ix_grading_run_pending", "user_id", "status IN ('queued', 'running')"),
        _where("ix_grading_run_attention", "finished_at", "status = 'needs_attention'"),
        _where("uq_grading_run_current", "submission_id", "is_current", unique=True),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("submission.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("assignment_snapshot.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ordinal: Mapped[int] = mapped_column(default=1)
    is_current: Mapped[bool] = mapped_column(default=True)
    status: Mapped[RunStatus] = mapped_column(word(RunStatus), default=RunStatus.QUEUED)
    lane: Mapped[int] = mapped_column(
        SmallInteger, default=Lane.LIVE, server_default="0"
    )
    eff: Mapped[datetime] = mapped_column(UtcDateTime)
    expected_seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")

    attempt: Mapped[int] = mapped_column(default=0)
    token: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    avoid_worker: Mapped[str | None] = mapped_column(String(100))
    avoid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    crash_strikes: Mapped[int] = mapped_column(default=0)
    lost_workers: Mapped[int] = mapped_column(default=0)
    give_backs: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")

    seed: Mapped[int] = mapped_column(BigInteger)
    progress_index: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int] = mapped_column(default=0)
    score: Mapped[float | None]
    max_score: Mapped[float | None]
    report: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True), deferred=True
    )
    outcomes: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True), deferred=True
    )
    jail_tier: Mapped[str] = mapped_column(String(40), default="")
    versions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    blocked_calls: Mapped[list[dict[str, str]]] = mapped_column(
        JSON, default=list, server_default="[]"
    )

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    submission: Mapped[Submission] = relationship()
    snapshot: Mapped[AssignmentSnapshot] = relationship()


class RunResult(Base):
    """What one check of a run came to, written as soon as the check ends.

    ``results`` holds one ``CheckResult.to_json`` for each quantity.
    """

    __tablename__ = "run_result"

    run_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("grading_run.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    check: Mapped[str] = mapped_column("check_id", String(200))
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
