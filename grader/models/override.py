"""Points that a person set in place of those of a check."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base, UtcDateTime
from grader.models.user import User

_HOLDS = text("removed_at IS NULL")


class Override(Base):
    """One decision of a person about one check; it outlives every rerun.

    It is never changed: a new decision ends the one before, and undoing ends it too.

    Parameters
    ----------
    check
        Id of the check in the assignment.
    points
        What the check gives from now on.
    graded_points
        What grading had given when the decision was made. When a rerun gives something
        else, ``needs_look`` is set until somebody has confirmed or changed it.
    """

    __tablename__ = "score_override"
    __table_args__ = (
        Index(
            "uq_score_override_holds",
            "submission_id",
            "check_id",
            unique=True,
            sqlite_where=_HOLDS,
            postgresql_where=_HOLDS,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("submission.id"), index=True
    )
    check: Mapped[str] = mapped_column("check_id", String(200))
    points: Mapped[float]
    graded_points: Mapped[float | None]
    reason: Mapped[str] = mapped_column(String(1000))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    needs_look: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    author: Mapped[User] = relationship(foreign_keys=[author_id])
