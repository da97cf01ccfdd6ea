"""Points that people give on top of the checks."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base, UtcDateTime


class RubricItem(Base):
    """One line of an assignment's rubric; changing it changes every score it is in.

    Parameters
    ----------
    points
        What a submission gains, or loses where it is negative.
    mistake
        Id of the known mistake that it belongs to, such as ``"M14"``; empty for none.
    """

    __tablename__ = "rubric_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(String(500))
    points: Mapped[float]
    mistake: Mapped[str] = mapped_column(String(20), default="")
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RubricMark(Base):
    """One item given to one submission."""

    __tablename__ = "rubric_mark"

    submission_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("submission.id"), primary_key=True
    )
    item_id: Mapped[int] = mapped_column(
        ForeignKey("rubric_item.id"), primary_key=True, index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    batch: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)

    item: Mapped[RubricItem] = relationship()
