"""Writing to the list of what happened to grades."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from grader.db import database_now
from grader.models import AuditEntry


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
) -> None:
    """Note a change in the transaction that makes it."""
    session.add(
        AuditEntry(
            at=database_now(session),
            action=action,
            actor_id=actor_id,
            submission_id=submission_id,
            run_id=run_id,
            attempt=attempt,
            old=old,
            new=new,
            reason=reason.replace("\0", "")[:500],
        )
    )
