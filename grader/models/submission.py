"""What a student handed in, and how many attempts that has cost."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.assignment import Assignment
from grader.models.base import Base, UtcDateTime
from grader.models.user import User


class Submission(Base):
    """One accepted submission; never changes, but for giving its attempt back.

    Parameters
    ----------
    id
        Random, so that it can stand in an address without telling anything.
    number
        1, 2, 3 ... of this student for this assignment.
    received_at
        When the request began, by the web server's clock.
    files, originals
        Name to SHA-256 of what is graded, and of what was uploaded.
    entry
        The key of ``files`` that is imported.
    sha256
        What the receipt states; see ``grader.services.receipts``.
    idempotency_key
        SHA-256 of the key that came with the form.
    late_days
        How many days of the student's bank it used.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("assignment_id", "user_id", "number"),
        UniqueConstraint("user_id", "assignment_id", "idempotency_key"),
        Index(
            "ix_submission_assignment_id_received_at", "assignment_id", "received_at"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    number: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    originals: Mapped[dict[str, str]] = mapped_column(JSON)
    entry: Mapped[str] = mapped_column(String(255))
    notices: Mapped[list[str]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    attempt_refunded: Mapped[bool] = mapped_column(default=False)
    late_days: Mapped[int] = mapped_column(default=0, server_default="0")

    assignment: Mapped[Assignment] = relationship()
    user: Mapped[User] = relationship()


class Attempts(Base):
    """How many attempts a student has used; one conditional UPDATE takes the next.

    The row is also what parallel submissions of one student wait for, so that their
    numbers have no gap and no limit is passed.

    Parameters
    ----------
    used, submitted
        Without those given back, and with them.
    last_at
        When the last attempt was received, for the pause between two.
    chosen_id
        The submission that the student wants to count.
    """

    __tablename__ = "attempts"

    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignment.id"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True
    )
    used: Mapped[int] = mapped_column(default=0)
    submitted: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    chosen_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
