"""More time or more attempts for one student."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base, UtcDateTime
from grader.models.user import User


class Extension(Base):
    """What one student is granted for one assignment.

    Parameters
    ----------
    due_at
        Takes the place of the assignment's own date; ``None`` leaves that as it is.
    extra_attempts
        On top of the assignment's limit.
    """

    __tablename__ = "extension"

    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignment.id"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True
    )
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(500), default="")
    granted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
