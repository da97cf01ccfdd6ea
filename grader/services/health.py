"""Who works, what waits, and what staff should look at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.models import GradingRun, RunStatus, WorkerBeat
from grader.services import trial_queue
from grader.services.alarms import is_quarantined
from grader.services.states import stands
from grader.services.upserts import insert_or_update

ALIVE_SECONDS = 60.0
FORGET_DAYS = 7


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the queue.

    Parameters
    ----------
    workers_alive, workers_fit
        How many gave a sign of life in the last minute, and how many of these may claim
        something: see `_is_fit`.
    problems
        What living workers say hinders them, such as a missing jail.
    """

    queued: int
    running: int
    needs_attention: int
    oldest_queued_seconds: float
    workers_alive: int
    workers_fit: int
    problems: tuple[str, ...] = ()

    @property
    def is_stalled(self) -> bool:
        """Tell whether work waits and nobody is there to do it."""
        return (
            self.workers_fit == 0
            and self.queued > 0
            and self.oldest_queued_seconds > ALIVE_SECONDS
        )


def worker_beat(
    session: Session,
    worker: str,
    *,
    host: str = "",
    pid: int = 0,
    slots: int = 0,
    answered: bool = False,
    jail_tier: str | None = None,
    problem: str | None = None,
) -> None:
    """Give a sign of life, by the database's clock.

    Parameters
    ----------
    worker
        Random for each start.
    slots
        How many runs it grades at once; 0 leaves what was said before.
    answered
        Whether this is the answer to a bell.
    jail_tier, problem
        What the self-test of the jail found; ``None`` leaves what was said before.
    """
    now = database_now(session)
    said: dict[str, Any] = {"beat_at": now}
    if answered:
        said["answered_at"] = now
    if jail_tier is not None:
        said["jail_tier"] = jail_tier
    if problem is not None:
        said["problem"] = problem
    if slots:
        said["slots"] = slots
    if host:
        said |= {"host": host, "pid": pid}
    first = {"host": "", "pid": 0, "jail_tier": "", "problem": "", **said}
    insert_or_update(
        session, WorkerBeat, {"worker": worker, "started_at": now, **first}, said
    )


def status(session: Session) -> Health:
    """Return the state of the queue at this moment."""
    now = database_now(session)
    counts = {
        state: session.scalars(
            select(func.count())
            .select_from(GradingRun)
            .where(GradingRun.status == state)
        ).one()
        for state in (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.NEEDS_ATTENTION)
    }
    oldest = session.scalar(
        select(func.min(GradingRun.created_at)).where(
            GradingRun.status == RunStatus.QUEUED
        )
    )
    alive = _alive(session, now)
    return Health(
        queued=counts[RunStatus.QUEUED],
        running=counts[RunStatus.RUNNING],
        needs_attention=counts[RunStatus.NEEDS_ATTENTION],
        oldest_queued_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        workers_alive=len(alive),
        workers_fit=session.scalars(_count_fit(now)).one(),
        problems=tuple(sorted({beat.problem for beat in alive if beat.problem})),
    )


@dataclass(frozen=True, slots=True)
class WorkerView:
    """One living worker, for the people who run the service."""

    worker: str
    host: str
    jail_tier: str
    started_at: datetime
    problem: str


def workers(session: Session) -> list[WorkerView]:
    """Return the workers that live, the oldest first."""
    return [
        WorkerView(
            worker=beat.worker,
            host=beat.host,
            jail_tier=beat.jail_tier,
            started_at=beat.started_at,
            problem=beat.problem,
        )
        for beat in _alive(session, database_now(session))
    ]


@dataclass(frozen=True, slots=True)
class Glance:
    """The least that tells a janitor whether there is anything to do.

    A bell is rung for every listener: one that is sick tries again when it hears it.
    """

    expired: int
    queued: int
    listeners: int
    fit: int
    oldest_queued_seconds: float = 0.0
    trials: int = 0

    @property
    def is_stalled(self) -> bool:
        """Tell whether work waits and nobody is there to do it."""
        return self.fit == 0 and self.oldest_queued_seconds > ALIVE_SECONDS


def glance(session: Session) -> Glance:
    """See in one cheap query what is expired, what waits, and who is there."""
    now = database_now(session)
    runs = select(func.count()).select_from(GradingRun)
    expired = runs.where(stands(RunStatus.RUNNING), GradingRun.lease_until < now)
    queued = runs.where(stands(RunStatus.QUEUED))
    alive = select(func.count()).select_from(WorkerBeat).where(_is_alive(now))
    oldest = select(func.min(GradingRun.created_at)).where(stands(RunStatus.QUEUED))
    asked = (expired, queued, alive, _count_fit(now), oldest, trial_queue.free(now))
    row = session.execute(select(*(query.scalar_subquery() for query in asked))).one()
    waited = (now - row[4]).total_seconds() if row[4] else 0.0
    return Glance(row[0], row[1], row[2], row[3], waited, row[5])


def slots_since(limit: datetime | ColumnElement[datetime]) -> Select[int]:
    """Return the query for how many runs those who beat since then grade at once."""
    return select(func.coalesce(func.sum(WorkerBeat.slots), 0)).where(
        _has_beaten_since(limit)
    )


def slots(session: Session) -> int:
    """Return how many runs the workers that are fit grade at once."""
    now = database_now(session)
    limit = now - timedelta(seconds=ALIVE_SECONDS)
    return session.scalars(slots_since(limit).where(_is_fit(now))).one()


def forget_old_workers(session: Session) -> None:
    """Delete beats that are a week old; the sweep cannot need them any more."""
    limit = database_now(session) - timedelta(days=FORGET_DAYS)
    session.execute(delete(WorkerBeat).where(WorkerBeat.beat_at < limit))


def _alive(session: Session, now: datetime) -> list[WorkerBeat]:
    return list(
        session.scalars(
            select(WorkerBeat).where(_is_alive(now)).order_by(WorkerBeat.started_at)
        )
    )


def _is_alive(now: datetime) -> ColumnElement[bool]:
    return _has_beaten_since(now - timedelta(seconds=ALIVE_SECONDS))


def _count_fit(now: datetime) -> Select[int]:
    fit = select(func.count()).select_from(WorkerBeat)
    return fit.where(_is_alive(now), _is_fit(now))


def _is_fit(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a worker is not kept from claiming.

    What hinders one of its processes is said for the whole worker; while another of
    them holds a run, the worker grades.
    """
    holds_one = exists().where(
        stands(RunStatus.RUNNING),
        GradingRun.worker == WorkerBeat.worker,
        GradingRun.lease_until > now,
    )
    return and_(
        not_(is_quarantined(WorkerBeat.worker, now)),
        or_(WorkerBeat.problem == "", holds_one),
    )


def _has_beaten_since(
    limit: datetime | ColumnElement[datetime],
) -> ColumnElement[bool]:
    return and_(WorkerBeat.beat_at > limit, WorkerBeat.answered_at.is_not(None))
