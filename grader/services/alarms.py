"""What a person should know about: noted once while it lasts, and then resolved."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from grader.db import database_now
from grader.errors import NotFoundError
from grader.models import Alarm, AlarmKind, GradingRun, User
from grader.services.alarm_words import WORDS
from grader.services.upserts import insert_or_count

__all__ = ["AlarmKind", "AlarmView", "open_counts", "recent", "resolve", "sound"]

SHOWN_DAYS = 30
MOST_SHOWN = 50
LONGEST_FACT = 500


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm, for the people who run the service.

    Parameters
    ----------
    title, advice
        What happened and what to do, one sentence each.
    is_open
        Whether nobody has resolved it and it is not known to be over.
    sets_apart
        Whether its worker is kept from grading at this moment.
    resolved_by
        A name; empty if it was over by itself.
    """

    id: int
    kind: AlarmKind
    title: str
    advice: str
    worker: str
    host: str
    run_id: str
    submission_id: str
    first_seen: datetime
    last_seen: datetime
    count: int
    problems: tuple[str, ...]
    facts: Mapping[str, str]
    sets_apart: bool
    resolved_at: datetime | None
    resolved_by: str

    @property
    def is_open(self) -> bool:
        """Tell whether somebody should still look."""
        return self.resolved_at is None


def sound(
    session: Session,
    kind: AlarmKind,
    *,
    subject: str,
    worker: str = "",
    host: str = "",
    run_id: uuid.UUID | None = None,
    problems: Sequence[str] = (),
    facts: Mapping[str, str] | None = None,
    quarantine_seconds: float | None = None,
) -> None:
    """Note that something went wrong; count it up if that is known and open.

    Parameters
    ----------
    subject
        What it is about; see `grader.models.Alarm`.
    quarantine_seconds
        The whole worker claims nothing for that time, with all its processes: they
        share the machine.
    """
    now = database_now(session)
    values = {
        "worker": worker,
        "host": host,
        "run_id": run_id,
        "last_seen": now,
        "problems": [_plain(problem) for problem in problems],
        "facts": {name: _plain(fact) for name, fact in (facts or {}).items()},
    }
    if quarantine_seconds is not None:
        values["quarantine_until"] = now + timedelta(seconds=quarantine_seconds)
    insert_or_count(
        session,
        Alarm,
        {
            "kind": kind,
            "subject": _plain(subject)[:150],
            "first_seen": now,
            "count": 1,
            **values,
        },
        keys=("kind", "subject"),
        among=Alarm.resolved_at.is_(None),
        update={**values, "count": Alarm.count + 1},
    )


def resolve(session: Session, alarm_id: int, actor_id: int) -> None:
    """Note that a person has dealt with an alarm; the second time changes nothing.

    A worker that is set apart stays so until its time is over.

    Raises
    ------
    NotFoundError
        If there is no such alarm.
    """
    if session.get(Alarm, alarm_id) is None:
        raise NotFoundError(f"alarm {alarm_id} does not exist")
    session.execute(
        update(Alarm)
        .where(Alarm.id == alarm_id, Alarm.resolved_at.is_(None))
        .values(resolved_at=database_now(session), resolved_by=actor_id),
        execution_options={"synchronize_session": False},
    )


def end(session: Session, kind: AlarmKind, subject: str) -> bool:
    """Note that something was seen to be over; tell whether it had been open."""
    ended = session.execute(
        update(Alarm)
        .where(
            Alarm.kind == kind,
            Alarm.subject == _plain(subject)[:150],
            Alarm.resolved_at.is_(None),
        )
        .values(resolved_at=database_now(session))
        .returning(Alarm.id),
        execution_options={"synchronize_session": False},
    )
    return ended.first() is not None


def is_open(session: Session, kind: AlarmKind, subject: str) -> bool:
    """Tell whether this is known and not over; cheaper than ending what is not."""
    found = exists().where(
        Alarm.kind == kind, Alarm.subject == subject, Alarm.resolved_at.is_(None)
    )
    return bool(session.scalar(select(found)))


def last_seen(session: Session, kind: AlarmKind) -> datetime | None:
    """Return when this was noted last, open or resolved; ``None`` if it never was."""
    return session.scalar(select(func.max(Alarm.last_seen)).where(Alarm.kind == kind))


def is_quarantined(
    worker: str | ColumnElement[str] | InstrumentedAttribute[str],
    now: datetime | ColumnElement[datetime],
) -> ColumnElement[bool]:
    """Return the condition that a worker must not claim anything at this time."""
    return exists().where(Alarm.worker == worker, Alarm.quarantine_until > now)


def open_counts(session: Session) -> dict[AlarmKind, int]:
    """Return how many alarms of each kind are open."""
    counted = session.execute(
        select(Alarm.kind, func.count())
        .where(Alarm.resolved_at.is_(None))
        .group_by(Alarm.kind)
    ).all()
    found = {row[0]: row[1] for row in counted}
    return {kind: found.get(kind, 0) for kind in AlarmKind}


def recent(session: Session) -> list[AlarmView]:
    """Return what is open, then what is over since 30 days, the newest first; 50."""
    now = database_now(session)
    rows = session.execute(
        select(Alarm, User.name, GradingRun.submission_id)
        .outerjoin(User, User.id == Alarm.resolved_by)
        .outerjoin(GradingRun, GradingRun.id == Alarm.run_id)
        .where(
            or_(
                Alarm.resolved_at.is_(None),
                Alarm.last_seen > now - timedelta(days=SHOWN_DAYS),
            )
        )
        .order_by(
            Alarm.resolved_at.is_not(None), Alarm.last_seen.desc(), Alarm.id.desc()
        )
        .limit(MOST_SHOWN)
    )
    return [_view(row[0], row[1], row[2], now) for row in rows]


def _view(
    row: Alarm, resolver: str | None, submission: uuid.UUID | None, now: datetime
) -> AlarmView:
    words = WORDS[row.kind]
    return AlarmView(
        id=row.id,
        kind=row.kind,
        title=words.title,
        advice=words.advice,
        worker=row.worker,
        host=row.host,
        run_id=str(row.run_id or ""),
        submission_id=str(submission or ""),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        count=row.count,
        problems=tuple(row.problems),
        facts=dict(row.facts),
        sets_apart=row.quarantine_until is not None and row.quarantine_until > now,
        resolved_at=row.resolved_at,
        resolved_by=resolver or "",
    )


def _plain(text: str) -> str:
    """Cut a text, and take out what a text of the database cannot hold."""
    return text.replace("\0", "")[:LONGEST_FACT]
