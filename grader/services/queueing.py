"""The order of the queue: fair, without starving anybody."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError
from grader.models import (
    Assignment,
    Attempts,
    GradingRun,
    Lane,
    RunStatus,
    Submission,
)
from grader.services import accounts, audit
from grader.services.estimates import Waiting, expected_seconds, waiting
from grader.services.ids import parsed
from grader.services.states import is_pending, stands

PENALTY_SECONDS = 20.0
SEED_BITS = 63
_RUN = cast(Table, GradingRun.__table__)
# Every submission asks these; building them takes longer than running them.
_PENDING = (
    select(func.count())
    .select_from(GradingRun)
    .where(
        GradingRun.user_id == bindparam("user"),
        GradingRun.lane == bindparam("lane"),
        is_pending(),
    )
)
_SUPERSEDE = (
    update(_RUN)
    .where(
        # Says nothing new, but leads to the few runs of this student that matter.
        is_pending(),
        stands(RunStatus.QUEUED),
        _RUN.c.user_id == bindparam("user"),
        _RUN.c.ordinal == 1,
        exists().where(
            Submission.id == _RUN.c.submission_id,
            Submission.assignment_id == bindparam("assignment"),
        ),
    )
    .values(status=RunStatus.SUPERSEDED, finished_at=bindparam("now"))
    .returning(_RUN.c.id, _RUN.c.submission_id)
)
SECOND_LOOKS = 5


def enqueue(
    session: Session,
    submission: Submission,
    snapshot_id: int,
    *,
    repeats: GradingRun | None = None,
    now: datetime | None = None,
) -> GradingRun:
    """Put a submission at its place in the queue.

    The place is the time of arrival plus 20 s for each run that this student already
    has waiting or running: others overtake someone who floods the queue, by a bounded
    amount. The database's clock tells the time, so that no web server's can cheat.
    Reruns stand in a lane of their own, behind all that students send.

    Parameters
    ----------
    repeats
        The run before, in a rerun: its seed is used again, and its score counts until
        the new run ends.
    now
        By the database's clock, for a caller who has just asked it.
    """
    now = now or database_now(session)
    lane = Lane.LIVE if repeats is None else Lane.BULK
    pending = session.scalars(
        _PENDING, {"user": submission.user_id, "lane": lane}
    ).one()
    run = GradingRun(
        submission_id=submission.id,
        snapshot_id=snapshot_id,
        user_id=submission.user_id,
        ordinal=1 if repeats is None else _next_ordinal(session, submission.id),
        status=RunStatus.QUEUED,
        lane=lane,
        expected_seconds=expected_seconds(session, snapshot_id),
        eff=now + timedelta(seconds=PENALTY_SECONDS * pending),
        seed=secrets.randbits(SEED_BITS) if repeats is None else repeats.seed,
        score=None if repeats is None else repeats.score,
        max_score=None if repeats is None else repeats.max_score,
        created_at=now,
    )
    session.add(run)
    session.flush()
    return run


def _next_ordinal(session: Session, submission_id: uuid.UUID) -> int:
    # A batch of reruns may have tried the submission after the run that counts.
    last = select(func.max(GradingRun.ordinal)).where(
        GradingRun.submission_id == submission_id
    )
    return (session.scalar(last) or 0) + 1


def supersede_waiting(
    session: Session, assignment_id: int, user_id: int, *, now: datetime | None = None
) -> int:
    """Take a student's own older submissions out of the queue; return how many.

    Only for assignments without a limit of attempts: where one was paid for, it is
    graded. A run that a worker already has is left alone.

    Parameters
    ----------
    now
        By the database's clock, for a caller who has just asked it.
    """
    now = now or database_now(session)
    waiting = session.execute(
        _SUPERSEDE, {"user": user_id, "assignment": assignment_id, "now": now}
    ).all()
    for run_id, submission_id in waiting:
        audit.add(
            session, "superseded", run_id=run_id, submission_id=submission_id, at=now
        )
    return len(waiting)


def place_of(session: Session, run_id: str | uuid.UUID) -> Waiting | None:
    """Return where a run stands in the queue, or ``None`` if it is not in it."""
    run = session.get(GradingRun, parsed(run_id))
    return None if run is None else waiting(session, run)


def rerun(
    session: Session,
    submission_id: str | uuid.UUID,
    actor_id: int,
    *,
    snapshot_id: int | None = None,
    reason: str = "",
) -> str:
    """Grade a submission again, with the same seed, and return the new run's id.

    Works in every state. A run that is still waiting stays as it is; one that a worker
    holds is taken away from it.

    Parameters
    ----------
    snapshot_id
        Another snapshot of the assignment; ``None`` repeats the run exactly.

    Raises
    ------
    NotFoundError
        If there is no such submission, or the actor is not on the course's staff.
    """
    submission = session.get(Submission, parsed(submission_id))
    if submission is None:
        raise NotFoundError(f"submission {submission_id} does not exist")
    assignment = session.get_one(Assignment, submission.assignment_id)
    role = accounts.role_in(session, actor_id, assignment.course_id)
    if role is None or not role.is_staff:
        raise NotFoundError(f"submission {submission_id} is not for this viewer")
    current = _current_run(session, submission.id)
    if current.status is RunStatus.QUEUED:
        return str(current.id)
    old = current.status
    if current.status is RunStatus.RUNNING:
        current.status = RunStatus.SUPERSEDED
        current.token = None
        current.lease_until = None
        current.finished_at = database_now(session)
    current.is_current = False
    session.flush()
    run = enqueue(
        session, submission, snapshot_id or current.snapshot_id, repeats=current
    )
    audit.add(
        session,
        "rerun",
        actor_id=actor_id,
        submission_id=submission.id,
        run_id=run.id,
        old={"status": old.value, "score": current.score},
        reason=reason,
    )
    return str(run.id)


def _current_run(session: Session, submission_id: uuid.UUID) -> GradingRun:
    """Return the run that counts, and let nobody else change it until the commit."""
    query = (
        select(GradingRun)
        .where(GradingRun.submission_id == submission_id, GradingRun.is_current)
        .with_for_update()
    )
    # Where somebody else replaced it while this waited for it, PostgreSQL answers with
    # no row at all; the next question finds the new one.
    for _ in range(SECOND_LOOKS):
        if (run := session.scalars(query).one_or_none()) is not None:
            return run
    return session.scalars(query).one()


def refund(session: Session, run: GradingRun, reason: str) -> None:
    """Give the attempt back that a submission used; does nothing the second time.

    Nor for a run of a batch that has not been applied: the student's score stands.
    """
    if not run.is_current:
        return
    refunded = session.execute(
        update(Submission)
        .where(Submission.id == run.submission_id, ~Submission.attempt_refunded)
        .values(attempt_refunded=True)
        .returning(Submission.assignment_id, Submission.user_id)
    ).one_or_none()
    if refunded is None:
        return
    session.execute(
        update(Attempts)
        .where(
            Attempts.assignment_id == refunded.assignment_id,
            Attempts.user_id == refunded.user_id,
            Attempts.used > 0,
        )
        .values(used=Attempts.used - 1)
    )
    audit.add(
        session,
        "refunded",
        submission_id=run.submission_id,
        run_id=run.id,
        attempt=run.attempt,
        reason=reason,
    )
