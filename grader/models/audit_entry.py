"""The list of what happened to grades; rows are added and never changed."""

import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import JSON, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from grader.models.base import Base, UtcDateTime

FIRST = "0" * 64


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
    previous_hash, hash
        Of the entry before and of this one, see ``chained_hash``.
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
    previous_hash: Mapped[str] = mapped_column(
        String(64), default=FIRST, server_default=FIRST
    )
    hash: Mapped[str] = mapped_column(String(64), default="", server_default="")


class Chained(Protocol):
    """An entry, or a row of the table read in some other way."""

    at: Any
    actor_id: Any
    action: Any
    submission_id: Any
    run_id: Any
    attempt: Any
    old: Any
    new: Any
    reason: Any
    previous_hash: Any


def chained_hash(entry: Chained) -> str:
    """Return the SHA-256 of an entry's content and of the hash before it.

    What is hashed is one line of JSON. Its form is part of what is stored: a change
    of it would break every list that was written before.
    """
    content = [
        entry.previous_hash,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.action,
        None if entry.submission_id is None else entry.submission_id.hex,
        None if entry.run_id is None else entry.run_id.hex,
        entry.attempt,
        entry.old,
        entry.new,
        entry.reason,
    ]
    line = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode("ascii")).hexdigest()
