"""What a person should know about: one row while it lasts, however often it happens."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from grader.models.base import Base, UtcDateTime, word

_OPEN = text("resolved_at IS NULL")


class AlarmKind(StrEnum):
    """What happened."""

    JAIL_NOT_LOCKED = "jail-not-locked"
    WORKER_SICK = "worker-sick"
    POISON_SUBMISSION = "poison-submission"
    NO_WORKER = "no-worker"
    DATABASE_AWAY = "database-away"
    STORAGE_FULL = "storage-full"
    BLOB_DAMAGED = "blob-damaged"
    CLOCK_SKEW = "clock-skew"


class Alarm(Base):
    """One thing that went wrong; open until somebody resolves it or it is over.

    Parameters
    ----------
    subject
        What it is about: a worker, a run, a blob. Of each kind and subject at most one
        alarm is open; the next time only counts it up.
    worker, host, run_id
        Where it happened, as far as that is known.
    problems
        What was seen the last time, one fact each.
    facts
        Its surroundings, such as the kernel or the tier of the jail.
    quarantine_until
        The worker claims nothing before this, resolved or not.
    resolved_at, resolved_by
        When it ended and who said so; nobody, if it was seen to be over.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AlarmKind] = mapped_column(word(AlarmKind))
    subject: Mapped[str] = mapped_column(String(150), default="")
    worker: Mapped[str] = mapped_column(String(100), index=True, default="")
    host: Mapped[str] = mapped_column(String(255), default="")
    run_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    count: Mapped[int] = mapped_column(default=1)
    problems: Mapped[list[str]] = mapped_column(JSON, default=list)
    facts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    quarantine_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
