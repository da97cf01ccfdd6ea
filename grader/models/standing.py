"""What a submission is worth to a student once people and dates have had their say."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from grader.models.base import Base, UtcDateTime

_COUNTS = text("counts")


class Standing(Base):
    """One submission's score for one student; made anew from other rows at any time.

    Lists and the gradebook read it, so that no page has to add up overrides, rubric
    marks and lateness for a whole class. ``grader.services.standings`` alone writes it.

    Parameters
    ----------
    raw
        What grading gave; ``None`` while there is no score.
    adjusted
        With overrides and rubric marks.
    late_seconds, penalty
        How late it was for this student, and the points that costs.
    final
        ``adjusted`` without ``penalty``; what is shown and exported.
    counts
        Whether it is the one of the student's submissions that is the score.
    needs_look
        A rerun changed what somebody had overridden.
    """

    __tablename__ = "standing"
    __table_args__ = (
        Index("ix_standing_assignment_id_user_id", "assignment_id", "user_id"),
        # Holds all that sums over a class need, so that no row is read for them.
        Index(
            "ix_standing_scores",
            *("assignment_id", "user_id", "final", "max_score"),
            sqlite_where=_COUNTS,
            postgresql_where=_COUNTS,
        ),
        Index(
            "uq_standing_counts",
            "assignment_id",
            "user_id",
            unique=True,
            sqlite_where=_COUNTS,
            postgresql_where=_COUNTS,
        ),
    )

    submission_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("submission.id"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True
    )
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    run_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    number: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    raw: Mapped[float | None]
    adjusted: Mapped[float | None]
    late_seconds: Mapped[float] = mapped_column(default=0.0)
    penalty: Mapped[float] = mapped_column(default=0.0)
    final: Mapped[float | None]
    max_score: Mapped[float]
    counts: Mapped[bool] = mapped_column(default=False)
    needs_look: Mapped[bool] = mapped_column(default=False)
