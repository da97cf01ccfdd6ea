"""Taking the next run of the queue: one statement decides who grades what."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Label,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from grader.db import database_now
from grader.models import GradingRun, Lane, RunResult, RunStatus, Submission
from grader.models.base import UtcDateTime
from grader.services import alarms, health
from grader.services.estimates import HEAVY_SECONDS
from grader.services.states import stands

# By the tables: the ORM costs more time here than the database.
_RUN = cast(Table, GradingRun.__table__)
_RESULT = cast(Table, RunResult.__table__)
_SUBMITTED = cast(Table, Submission.__table__)


@dataclass(frozen=True, slots=True)
class GradeJob:
    """What a worker needs to grade one run, and the token that lets it write.

    Parameters
    ----------
    files
        Name to SHA-256 in the blob store.
    """

    run_id: uuid.UUID
    token: uuid.UUID
    attempt: int
    worker: str
    submission_id: uuid.UUID
    snapshot_id: int
    seed: int
    entry: str
    files: Mapping[str, str]
    notices: tuple[str, ...]


def claim(
    session: Session, *, worker: str, lease_seconds: float, only: Lane | None = None
) -> GradeJob | None:
    """Take the first run of the queue, or return ``None`` if there is none.

    One conditional UPDATE decides who grades, whatever the broker delivered and how
    often. Commit before running student code.

    Runs that take long (10 s and more) never hold all places at which workers grade:
    the last one is kept for those that are done in a moment.

    Parameters
    ----------
    worker
        Who asks. A run that this worker gave back is left to others for a while, and
        after an alarm about its jail it gets none.
    only
        Look into this lane alone.
    """
    now = database_now(session)
    claimed = session.execute(
        _claiming(only),
        {
            "by": worker,
            "now": now,
            "alive_since": now - timedelta(seconds=health.ALIVE_SECONDS),
            "until": now + timedelta(seconds=lease_seconds),
            "new_token": uuid.uuid4(),
        },
    ).one_or_none()
    if claimed is None:
        return None
    if claimed.attempt > 1:
        session.execute(delete(_RESULT).where(_RESULT.c.run_id == claimed.id))
    return GradeJob(
        run_id=claimed.id,
        token=claimed.token,
        attempt=claimed.attempt,
        worker=worker,
        submission_id=claimed.submission_id,
        snapshot_id=claimed.snapshot_id,
        seed=claimed.seed,
        entry=claimed.entry,
        files=dict(claimed.files),
        notices=tuple(claimed.notices),
    )


@lru_cache(maxsize=len(Lane) + 1)
def _claiming(only: Lane | None) -> ReturningUpdate[Any]:
    """Return the claim as a statement; building it takes longer than running it."""
    by: ColumnElement[str] = bindparam("by", type_=String)
    now: ColumnElement[datetime] = bindparam("now", type_=UtcDateTime)
    first = (
        select(_RUN.c.id)
        .where(
            stands(RunStatus.QUEUED),
            ~alarms.is_quarantined(by, now),
            _RUN.c.lane == only if only is not None else true(),
            or_(_RUN.c.expected_seconds < HEAVY_SECONDS, _has_place_for_heavy()),
            or_(
                _RUN.c.avoid_worker.is_(None),
                _RUN.c.avoid_worker != by,
                _RUN.c.avoid_until <= now,
            ),
        )
        .order_by(_RUN.c.lane, _RUN.c.eff, _RUN.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        update(_RUN)
        .where(_RUN.c.id == first, stands(RunStatus.QUEUED))
        .values(
            status=RunStatus.RUNNING,
            attempt=_RUN.c.attempt + 1,
            token=bindparam("new_token", type_=Uuid),
            worker=by,
            lease_until=bindparam("until", type_=UtcDateTime),
            heartbeat_at=now,
            started_at=now,
            progress_index=0,
        )
        .returning(
            *(_RUN.c[name] for name in ("id", "token", "attempt", "seed")),
            _RUN.c.submission_id,
            _RUN.c.snapshot_id,
            *(_of_submission(name) for name in ("entry", "files", "notices")),
        )
    )


def _of_submission(name: str) -> Label[Any]:
    """Return a column of the run's submission; a second question costs more."""
    column = select(_SUBMITTED.c[name]).where(_SUBMITTED.c.id == _RUN.c.submission_id)
    return column.scalar_subquery().label(name)


def _has_place_for_heavy() -> ColumnElement[bool]:
    """Return the condition that one more long run leaves a place for quick ones."""
    running = _RUN.alias("running")
    heavy = (
        select(func.count())
        .select_from(running)
        .where(
            stands(RunStatus.RUNNING, running.c.status),
            running.c.expected_seconds >= HEAVY_SECONDS,
        )
        .scalar_subquery()
    )
    alive_since: ColumnElement[datetime] = bindparam("alive_since", type_=UtcDateTime)
    slots = health.slots_since(alive_since).scalar_subquery()
    return or_(heavy == 0, heavy + 1 < slots)
