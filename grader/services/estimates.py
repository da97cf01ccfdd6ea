"""How long a run will take, and how long it will have to wait."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.models import GradingRun, RunStatus
from grader.services import health
from grader.services.states import stands

# Before anything of a snapshot was graded.
FIRST_GUESS_SECONDS = 2.0
# Runs that take longer leave a place to the quick ones; see `runs.claim`.
HEAVY_SECONDS = 10.0
LOOKED_AT = 20
_LATELY = (
    select(GradingRun.started_at, GradingRun.finished_at)
    .where(
        GradingRun.snapshot_id == bindparam("snapshot"),
        stands(RunStatus.GRADED),
    )
    .order_by(GradingRun.finished_at.desc())
    .limit(LOOKED_AT)
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where a queued run stands.

    Parameters
    ----------
    place
        1 for the next.
    seconds
        About how long until it begins; ``None`` while no worker is there.
    """

    place: int
    seconds: float | None


def expected_seconds(session: Session, snapshot_id: int) -> float:
    """Return the mean duration of the last graded runs of a snapshot."""
    lately = session.execute(_LATELY, {"snapshot": snapshot_id}).all()
    seconds = [_between(row.started_at, row.finished_at) for row in lately]
    return sum(seconds) / len(seconds) if seconds else FIRST_GUESS_SECONDS


def _between(began: datetime | None, ended: datetime | None) -> float:
    if began is None or ended is None:
        return FIRST_GUESS_SECONDS
    return max(0.0, (ended - began).total_seconds())


def waiting(session: Session, run: GradingRun) -> Waiting | None:
    """Return where a run stands in the queue, or ``None`` if it is not in it.

    The wait is the work before it, spread over the places where living workers grade.
    What others send meanwhile may change it, in both directions.
    """
    if run.status is not RunStatus.QUEUED:
        return None
    place, before = _ahead(session, run)
    slots = health.slots(session)
    if not slots:
        return Waiting(place, None)
    return Waiting(place, (before + _left(session)) / slots)


def _ahead(session: Session, run: GradingRun) -> tuple[int, float]:
    """Return the place of a queued run and the seconds of work queued before it."""
    earlier = or_(
        GradingRun.lane < run.lane,
        and_(
            GradingRun.lane == run.lane,
            or_(
                GradingRun.eff < run.eff,
                and_(GradingRun.eff == run.eff, GradingRun.id < run.id),
            ),
        ),
    )
    count, seconds = session.execute(
        select(
            func.count(), func.coalesce(func.sum(GradingRun.expected_seconds), 0.0)
        ).where(stands(RunStatus.QUEUED), earlier)
    ).one()
    return count + 1, float(seconds)


def _left(session: Session) -> float:
    """Return the seconds of work that workers have already begun."""
    now = database_now(session)
    begun = session.execute(
        select(GradingRun.expected_seconds, GradingRun.started_at).where(
            stands(RunStatus.RUNNING)
        )
    )
    return sum(max(0.0, row[0] - _between(row[1], now)) for row in begun)
