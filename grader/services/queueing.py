"""The order of the queue: fair, without starving anybody."""

import secrets
import uuid
from datetime import timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError
from grader.models import (
    Assignment,
    Attempts,
    GradingRun,
    RunStatus,
    Submission,
)
from grader.services import accounts, audit
from grader.services.ids import parsed

PENALTY_SECONDS = 20.0
SEED_BITS = 63


def enqueue(
    session: Session,
    submission: Submission,
    snapshot_id: int,
    *,
    repeats: GradingRun | None = None,
) -> GradingRun:
    """Put a submission at its place in the queue.

    The place is the time of arrival plus 20 s for each run that this student already
    has waiting or running: others overtake someone who floods the queue, by a bounded
    amount. The database's clock tells the time, so that no web server's can cheat.

    Parameters
    ----------
    repeats
        The run before, in a rerun: its seed is used again, and its score counts until
        the new run ends.
    """
    now = database_now(session)
    pending = session.scalars(
        select(func.count())
        .select_from(GradingRun)
        .where(
            GradingRun.user_id == submission.user_id,
            GradingRun.status.in_([RunStatus.QUEUED, RunStatus.RUNNING]),
        )
    ).one()
    run = GradingRun(
        submission_id=submission.id,
        snapshot_id=snapshot_id,
        user_id=submission.user_id,
        ordinal=1 if repeats is None else repeats.ordinal + 1,
        status=RunStatus.QUEUED,
        eff=now + timedelta(seconds=PENALTY_SECONDS * pending),
        seed=secrets.randbits(SEED_BITS) if repeats is None else repeats.seed,
        score=None if repeats is None else repeats.score,
        max_score=None if repeats is None else repeats.max_score,
        created_at=now,
    )
    session.add(run)
    session.flush()
    return run


def supersede_waiting(session: Session, assignment_id: int, user_id: int) -> int:
    """Take a student's own older submissions out of the queue; return how many.

    Only for assignments without a limit of attempts: where one was paid for, it is
    graded. A run that a worker already has is left alone.
    """
    waiting = session.execute(
        update(GradingRun)
        .where(
            GradingRun.status == RunStatus.QUEUED,
            GradingRun.user_id == user_id,
            GradingRun.ordinal == 1,
            GradingRun.submission_id.in_(
                select(Submission.id).where(
                    Submission.assignment_id == assignment_id,
                    Submission.user_id == user_id,
                )
            ),
        )
        .values(status=RunStatus.SUPERSEDED, finished_at=database_now(session))
        .returning(GradingRun.id, GradingRun.submission_id)
    ).all()
    for run_id, submission_id in waiting:
        audit.add(session, "superseded", run_id=run_id, submission_id=submission_id)
    return len(waiting)


def queue_place(session: Session, run_id: str | uuid.UUID) -> int | None:
    """Return a run's place in the queue, 1 for the next, or ``None`` if it has none."""
    run = session.get(GradingRun, parsed(run_id))
    if run is None or run.status is not RunStatus.QUEUED:
        return None
    before = session.scalars(
        select(func.count())
        .select_from(GradingRun)
        .where(
            GradingRun.status == RunStatus.QUEUED,
            or_(
                GradingRun.eff < run.eff,
                and_(GradingRun.eff == run.eff, GradingRun.id < run.id),
            ),
        )
    ).one()
    return before + 1


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
    current = session.scalars(
        select(GradingRun)
        .where(GradingRun.submission_id == submission.id, GradingRun.is_current)
        .with_for_update()
    ).one()
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


def refund(session: Session, run: GradingRun, reason: str) -> None:
    """Give the attempt back that a submission used; does nothing the second time."""
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
