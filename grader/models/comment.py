"""What people write beside a submission."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base, UtcDateTime
from grader.models.user import User


class BankComment(Base):
    """A sentence that the staff of a course use again and again."""

    __tablename__ = "bank_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Comment(Base):
    """One remark of the staff, beside a line or about the whole submission.

    Parameters
    ----------
    file, line
        Where it stands, the line from 1; empty and 0 for the whole submission.
    check
        Id of the check that it is about; empty for none.
    batch
        The same for all comments that were written to a group at once, so that they
        can be taken back at once.
    bank_id
        The sentence of the bank that it began with.
    """

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("submission.id"), index=True
    )
    file: Mapped[str] = mapped_column(String(255), default="")
    line: Mapped[int] = mapped_column(default=0)
    check: Mapped[str] = mapped_column("check_id", String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    batch: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    bank_id: Mapped[int | None] = mapped_column(ForeignKey("bank_comment.id"))

    author: Mapped[User] = relationship()
