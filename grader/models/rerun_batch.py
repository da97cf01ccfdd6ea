"""Grading many submissions again, looked at before it counts."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from grader.models.base import Base, UtcDateTime, word


class BatchState(StrEnum):
    """How far a batch has come; previewing ends by itself when the runs have ended."""

    PREVIEWING = "previewing"
    APPLIED = "applied"
    UNDONE = "undone"
    DISCARDED = "discarded"


class RerunBatch(Base):
    """One order to grade many submissions again.

    Its runs are graded without being current, so nobody's score moves before the batch
    is applied; undoing makes the runs current again that were so before.

    Parameters
    ----------
    scope
        JSON: which submissions were meant, for people to read later.
    """

    __tablename__ = "rerun_batch"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("assignment_snapshot.id"))
    scope: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[BatchState] = mapped_column(
        word(BatchState), default=BatchState.PREVIEWING
    )
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RerunItem(Base):
    """One submission of a batch: the run that counted, and the one made anew."""

    __tablename__ = "rerun_item"

    batch_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("rerun_batch.id"), primary_key=True
    )
    submission_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("submission.id"), primary_key=True
    )
    old_run_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("grading_run.id"))
    new_run_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("grading_run.id"), index=True
    )
    applied: Mapped[bool] = mapped_column(default=False)
