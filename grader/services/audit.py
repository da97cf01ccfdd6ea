"""Writing to the list of what happened to grades, and looking whether it is whole.

Each entry holds the hash of the one before, so the order in which entries are written
is one line for all writers. An entry therefore waits in its session until the commit:
the lock for that line is then the last one a transaction takes, and no two of them
can ever wait for each other.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, event, func, insert, select, text
from sqlalchemy.orm import Session

from grader.db import database_now, to_json
from grader.models import AuditEntry
from grader.models.audit_entry import FIRST, chained_hash

_WAITING = "audit entries that wait for the commit"
# Any number will do, as long as every version of the grader takes the same one.
_CHAIN_LOCK = 0x6261636C
_ROWS_AT_ONCE = 500
_COLUMNS = AuditEntry.__table__.columns.keys()
# Nothing needs the new rows, so they are no objects of the session.
_INSERT = insert(cast(Table, AuditEntry.__table__))
_LAST = select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the list: how many entries there are, and the hash of the last."""

    entries: int
    hash: str


def add(
    session: Session,
    action: str,
    *,
    actor_id: int | None = None,
    submission_id: uuid.UUID | None = None,
    run_id: uuid.UUID | None = None,
    attempt: int | None = None,
    old: Any = None,
    new: Any = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Note a change in the transaction that makes it; it is written with the commit.

    Parameters
    ----------
    at
        When, by the database's clock, for a caller who has just asked it.
    """
    session.info.setdefault(_WAITING, []).append(
        AuditEntry(
            at=at or database_now(session),
            action=action,
            actor_id=actor_id,
            submission_id=submission_id,
            run_id=run_id,
            attempt=attempt,
            old=_as_stored(old),
            new=_as_stored(new),
            reason=reason.replace("\0", "")[:500],
        )
    )


def head(session: Session) -> Head:
    """Return the end of the list, for a note that is kept elsewhere."""
    count = session.scalars(select(func.count()).select_from(AuditEntry)).one()
    return Head(count, _last_hash(session))


def still_holds(session: Session, noted: Head) -> bool:
    """Tell whether the list still begins with what it was when a head was noted."""
    if noted.entries == 0:
        return True
    entry = select(AuditEntry.hash).order_by(AuditEntry.id).offset(noted.entries - 1)
    return session.scalars(entry.limit(1)).one_or_none() == noted.hash


def chain_faults(session: Session) -> Iterator[str]:
    """Yield one sentence for each entry that does not follow from the one before.

    That the last entries were cut off shows only by a ``head`` noted before.
    """
    before = FIRST
    entries = session.scalars(
        select(AuditEntry).order_by(AuditEntry.id),
        execution_options={"yield_per": _ROWS_AT_ONCE},
    )
    for entry in entries:
        if entry.previous_hash != before:
            yield f"audit entry {entry.id} does not follow the one before it."
        if entry.hash != chained_hash(entry):
            yield f"audit entry {entry.id} is not what was written."
        before = entry.hash


def _last_hash(session: Session) -> str:
    return session.scalars(_LAST).one_or_none() or FIRST


def _as_stored(value: Any) -> Any:
    """Return a JSON value as the database will give it back."""
    return None if value is None else json.loads(to_json(value))


@event.listens_for(Session, "before_commit")
def _write_waiting(session: Session) -> None:
    waiting = session.info.pop(_WAITING, [])
    if not waiting:
        return
    # What the entries refer to must be there before them.
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK}
        )
    before = _last_hash(session)
    for entry in waiting:
        entry.previous_hash = before
        entry.hash = before = chained_hash(entry)
        # One after the other, so that their numbers have the order of the chain.
        session.execute(
            _INSERT, {name: getattr(entry, name) for name in _COLUMNS if name != "id"}
        )


@event.listens_for(Session, "after_rollback")
def _forget_waiting(session: Session) -> None:
    session.info.pop(_WAITING, None)
