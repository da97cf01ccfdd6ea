"""Who looks at a submission, and whether it has been looked at."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from grader.models.base import Base, UtcDateTime


class Review(Base):
    """The state of one submission's review by people."""

    __tablename__ = "review"

    submission_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("submission.id"), primary_key=True
    )
    assigned_to: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True
    )
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
