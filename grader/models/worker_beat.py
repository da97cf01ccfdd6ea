"""Signs of life of the workers, by the database's clock."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from grader.models.base import Base, UtcDateTime


class WorkerBeat(Base):
    """One worker since it was started; a restart is another worker.

    Parameters
    ----------
    worker
        Random for each start, so that a new worker is never taken for a dead one.
    slots
        How many runs it grades at once.
    answered_at
        When it last answered a bell; ``None`` before the first.
    jail_tier
        The tier that its self-test found, once known.
    problem
        Why it does not grade, for staff; empty while it is well.
    """

    __tablename__ = "worker_beat"

    worker: Mapped[str] = mapped_column(String(100), primary_key=True)
    host: Mapped[str] = mapped_column(String(255), default="")
    pid: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    slots: Mapped[int] = mapped_column(default=1, server_default="1")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    jail_tier: Mapped[str] = mapped_column(String(40), default="")
    problem: Mapped[str] = mapped_column(Text, default="")
