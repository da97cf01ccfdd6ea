"""A student's question about a score, and the answers to it."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base, UtcDateTime, word
from grader.models.user import User


class RegradeState(StrEnum):
    """Whose turn it is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_OPEN = text("state = 'open'")


class RegradeRequest(Base):
    """One question about one submission, or about one check of it.

    Parameters
    ----------
    check
        Id of the check; empty for the submission as a whole.
    score_before, score_after
        What the student had when it was opened and when it was closed.
    """

    __tablename__ = "regrade_request"
    __table_args__ = (
        Index(
            "ix_regrade_request_open",
            "assignment_id",
            "created_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    submission_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("submission.id"), index=True
    )
    check: Mapped[str] = mapped_column("check_id", String(200), default="")
    state: Mapped[RegradeState] = mapped_column(
        word(RegradeState), default=RegradeState.OPEN
    )
    opened_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    score_before: Mapped[float | None]
    score_after: Mapped[float | None]

    messages: Mapped[list["RegradeMessage"]] = relationship(
        order_by="RegradeMessage.id"
    )


class RegradeMessage(Base):
    """One entry of the thread; never changed."""

    __tablename__ = "regrade_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("regrade_request.id"), index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    author: Mapped[User] = relationship()
