"""An assignment that is being written, and what trying it out has shown."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from grader.models.base import Base, UtcDateTime, word


class Draft(Base):
    """The files of an assignment before they are published; one for each slug.

    Parameters
    ----------
    manifest
        File name to the SHA-256 of its bytes in the blob store.
    version
        Goes up with every save, so that two people do not overwrite each other.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    slug: Mapped[str] = mapped_column(String(80))
    manifest: Mapped[dict[str, str]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    saved_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrialState(StrEnum):
    """Where a trial stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


_WAITING = text("state IN ('queued', 'running')")


class Trial(Base):
    """One order to run solution, samples and known mistakes against an assignment.

    A worker takes it when no submission waits, under a lease and a random token as
    with runs.

    Parameters
    ----------
    digest, manifest
        Of the assignment as it was when the trial was ordered.
    progress, total
        Graded programs so far, and in all.
    report
        What ``grader.validation`` found, as JSON.
    problem
        Why it failed.
    """

    __tablename__ = "trial"
    __table_args__ = (
        Index(
            "ix_trial_waiting",
            "state",
            "id",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict[str, str]] = mapped_column(JSON)
    runs: Mapped[int] = mapped_column(default=1)
    state: Mapped[TrialState] = mapped_column(
        word(TrialState), default=TrialState.QUEUED
    )
    token: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True), deferred=True
    )
    problem: Mapped[str] = mapped_column(Text, default="")
    ordered_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
