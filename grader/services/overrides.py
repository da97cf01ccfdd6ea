"""Points that a person gives a check in place of those of grading."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import (
    AssignmentSnapshot,
    GradingRun,
    Override,
    RunStatus,
    Submission,
)
from grader.services import audit, entered_text, staff_rights, standings

LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class OverrideView:
    """One decision that holds; ``graded_points`` is what grading had given."""

    id: int
    check: str
    points: float
    graded_points: float | None
    reason: str
    author: str
    created_at: datetime
    needs_look: bool


def set_points(
    session: Session,
    submission_id: str | uuid.UUID,
    actor_id: int,
    *,
    check: str,
    points: str | float,
    reason: str,
) -> int:
    """Decide what a check gives, whatever reruns say; return the decision's id.

    An earlier decision about the check ends.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the submission is not for this person to review, or has no such check.
    RefusedError
        ``empty-text``, ``long-text``, ``bad-points`` or ``not-graded``.
    """
    submission = staff_rights.on_submission(session, submission_id, actor_id)
    clean = entered_text.remark(reason, most=LONGEST_REASON, name="reason")
    staff_rights.take_turn(session, submission)
    run = _graded_run(session, submission)
    most = _most_points(session, run, check)
    given = entered_text.points(points, least=0.0, most=most)
    earlier = _end(session, submission.id, check, actor_id)
    decision = _decide(
        session, submission.id, run, actor_id, check=check, points=given, reason=clean
    )
    _note(session, "overridden", decision, actor_id, old=_stated(earlier))
    standings.settle(session, submission.id)
    return decision.id


def undo(
    session: Session, submission_id: str | uuid.UUID, override_id: int, actor_id: int
) -> None:
    """End a decision: the check gives again what grading gave.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is none that holds, or it is not for this person.
    """
    decision, submission = _holding(session, submission_id, override_id, actor_id)
    _end(session, submission.id, decision.check, actor_id)
    audit.add(
        session,
        "override_undone",
        actor_id=actor_id,
        submission_id=submission.id,
        old=_stated(decision),
        reason=decision.reason,
    )
    standings.settle(session, submission.id)


def keep(
    session: Session, submission_id: str | uuid.UUID, override_id: int, actor_id: int
) -> int:
    """Confirm a decision after a rerun gave something else; return the new one's id.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is none that holds, or it is not for this person.
    RefusedError
        ``not-graded`` while the submission is being graded again.
    """
    decision, submission = _holding(session, submission_id, override_id, actor_id)
    run = _graded_run(session, submission)
    _end(session, submission.id, decision.check, actor_id)
    kept = _decide(
        session,
        submission.id,
        run,
        actor_id,
        check=decision.check,
        points=decision.points,
        reason=decision.reason,
    )
    _note(session, "override_kept", kept, actor_id, old=_stated(decision))
    standings.settle(session, submission.id)
    return kept.id


def of_submission(session: Session, submission_id: uuid.UUID) -> list[OverrideView]:
    """Return the decisions that hold for a submission; for the caller to filter."""
    rows = session.scalars(
        select(Override)
        .where(Override.submission_id == submission_id, Override.removed_at.is_(None))
        .options(joinedload(Override.author))
        .order_by(Override.id)
    )
    return [
        OverrideView(
            id=row.id,
            check=row.check,
            points=row.points,
            graded_points=row.graded_points,
            reason=row.reason,
            author=row.author.name,
            created_at=row.created_at,
            needs_look=row.needs_look,
        )
        for row in rows
    ]


def _graded_run(session: Session, submission: Submission) -> GradingRun:
    """Return the run that gave the points, once there is one."""
    run = session.scalars(
        select(GradingRun).where(
            GradingRun.submission_id == submission.id, GradingRun.is_current
        )
    ).one()
    if run.status is not RunStatus.GRADED:
        raise RefusedError(
            "This submission has no finished result now. Wait until it is graded, "
            "then decide about its points.",
            code="not-graded",
        )
    return run


def _most_points(session: Session, run: GradingRun, check: str) -> float:
    snapshot = session.get_one(AssignmentSnapshot, run.snapshot_id)
    for outline in snapshot.outline:
        if outline["id"] == check:
            return float(outline["max_points"])
    raise NotFoundError(f"submission {run.submission_id} has no check {check!r}")


def _decide(
    session: Session,
    submission_id: uuid.UUID,
    run: GradingRun,
    actor_id: int,
    *,
    check: str,
    points: float,
    reason: str,
) -> Override:
    decision = Override(
        submission_id=submission_id,
        check=check,
        points=points,
        graded_points=standings.points_by_check(session, run.id).get(check),
        reason=reason,
        author_id=actor_id,
        created_at=database_now(session),
    )
    session.add(decision)
    session.flush()
    return decision


def _end(
    session: Session, submission_id: uuid.UUID, check: str, actor_id: int
) -> Override | None:
    decision = session.scalars(
        select(Override).where(
            Override.submission_id == submission_id,
            Override.check == check,
            Override.removed_at.is_(None),
        )
    ).one_or_none()
    if decision is not None:
        decision.removed_at = database_now(session)
        decision.removed_by = actor_id
        session.flush()
    return decision


def _holding(
    session: Session, submission_id: str | uuid.UUID, override_id: int, actor_id: int
) -> tuple[Override, Submission]:
    submission = staff_rights.on_submission(session, submission_id, actor_id)
    decision = session.get(Override, override_id)
    if decision is None or decision.submission_id != submission.id:
        raise NotFoundError(f"override {override_id} is not on {submission_id}")
    staff_rights.take_turn(session, submission)
    session.refresh(decision)
    if decision.removed_at is not None:
        raise NotFoundError(f"override {override_id} does not hold any more")
    return decision, submission


def _stated(decision: Override | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "check": decision.check,
        "points": decision.points,
        "graded_points": decision.graded_points,
    }


def _note(
    session: Session,
    action: str,
    decision: Override,
    actor_id: int,
    *,
    old: dict[str, Any] | None,
) -> None:
    audit.add(
        session,
        action,
        actor_id=actor_id,
        submission_id=decision.submission_id,
        old=old,
        new=_stated(decision),
        reason=decision.reason,
    )
