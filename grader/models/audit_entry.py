"""The list of what happened to grades; rows are added and never changed."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from grader.models.base import Base, UtcDateTime


class AuditEntry(Base):
    """One change of a grade, a run or a right. The database refuses to change it.

    Parameters
    ----------
    actor_id
        Who asked for it; ``None`` for the grader itself.
    action
        Short stable word such as ``"graded"`` or ``"refunded"``.
    old, new
        JSON values before and after, as far as they say something.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    action: Mapped[str] = mapped_column(String(40))
    submission_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    run_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    attempt: Mapped[int | None]
    old: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    new: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
