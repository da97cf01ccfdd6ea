"""Trying an assignment out: what instructors order, stop and read."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, select, update
from sqlalchemy.orm import Session, undefer

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import CourseRole, Trial, TrialState, User
from grader.services import accounts, audit
from grader.services.ids import parsed

MOST_RUNS = 20
_KEPT_TRIALS = 20
_TRIAL = cast(Table, Trial.__table__)


@dataclass(frozen=True, slots=True)
class TrialView:
    """One trial, for an instructor of its course.

    Parameters
    ----------
    report
        JSON of a proof; only of one that is done, and only where it was asked for.
    """

    id: str
    slug: str
    digest: str
    state: TrialState
    runs: int
    progress: int
    total: int
    problem: str
    ordered_by: str
    ordered_at: datetime
    finished_at: datetime | None
    report: Mapping[str, Any] | None = None

    @property
    def is_pending(self) -> bool:
        """Tell whether it is still to be done."""
        return self.state in (TrialState.QUEUED, TrialState.RUNNING)


def order(
    session: Session,
    *,
    course_id: int,
    slug: str,
    digest: str,
    manifest: Mapping[str, str],
    actor_id: int,
    runs: int = 1,
) -> str:
    """Ask for a trial of an assignment and return its id.

    Raises
    ------
    NotFoundError
        If the actor is not an instructor of the course.
    RefusedError
        ``bad-runs``; ``already-ordered`` while one of this assignment is not done.
    """
    require_instructor(session, course_id, actor_id)
    if not 1 <= runs <= MOST_RUNS:
        raise RefusedError(
            f"The number of runs must be from 1 to {MOST_RUNS}.", code="bad-runs"
        )
    waiting = select(Trial.id).where(_is_of(course_id, slug), _is_pending())
    if session.scalars(waiting.limit(1)).one_or_none() is not None:
        raise RefusedError(
            "This assignment is being tried out already. Wait for it, or stop it.",
            code="already-ordered",
        )
    trial = Trial(
        course_id=course_id,
        slug=slug,
        digest=digest,
        manifest=dict(manifest),
        runs=runs,
        ordered_by=actor_id,
        ordered_at=database_now(session),
    )
    session.add(trial)
    session.flush()
    audit.add(
        session,
        "trial_ordered",
        actor_id=actor_id,
        new={"course": course_id, "assignment": slug, "digest": digest, "runs": runs},
    )
    return str(trial.id)


def stop(
    session: Session, course_id: int, trial_id: str | uuid.UUID, actor_id: int
) -> None:
    """End a trial that is not done; does nothing to one that is.

    Raises
    ------
    NotFoundError
        If there is none in this course, or the actor is not its instructor.
    """
    require_instructor(session, course_id, actor_id)
    trial = session.get(Trial, parsed(trial_id))
    if trial is None or trial.course_id != course_id:
        raise NotFoundError(f"trial {trial_id} does not exist in this course")
    ended = session.execute(
        update(_TRIAL)
        .where(_TRIAL.c.id == trial.id, _is_pending())
        .values(
            state=TrialState.FAILED,
            token=None,
            lease_until=None,
            report=None,
            problem="It was stopped before it was done.",
            finished_at=database_now(session),
        )
        .returning(_TRIAL.c.id)
    ).one_or_none()
    if ended is not None:
        audit.add(
            session,
            "trial_stopped",
            actor_id=actor_id,
            new={"course": course_id, "assignment": trial.slug},
        )


def get(
    session: Session, course_id: int, trial_id: str | uuid.UUID, viewer_id: int
) -> TrialView:
    """Return one trial with its report.

    Raises
    ------
    NotFoundError
        If there is none in this course, or the viewer is not its instructor.
    """
    require_instructor(session, course_id, viewer_id)
    row = session.execute(
        select(Trial, User.name)
        .join(User, User.id == Trial.ordered_by)
        .where(Trial.id == parsed(trial_id), Trial.course_id == course_id)
        .options(undefer(Trial.report))
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"trial {trial_id} does not exist in this course")
    return _view(row[0], row[1], with_report=True)


def listed(
    session: Session, course_id: int, slug: str, viewer_id: int
) -> list[TrialView]:
    """Return the last trials of an assignment, the newest first, without reports.

    Raises
    ------
    NotFoundError
        If the viewer is not an instructor of the course.
    """
    require_instructor(session, course_id, viewer_id)
    rows = session.execute(
        select(Trial, User.name)
        .join(User, User.id == Trial.ordered_by)
        .where(_is_of(course_id, slug))
        .order_by(Trial.ordered_at.desc(), Trial.id)
        .limit(_KEPT_TRIALS)
    )
    return [_view(trial, name) for trial, name in rows]


def summary(
    session: Session, course_id: int, slug: str, digest: str
) -> dict[str, Any] | None:
    """Return in a few numbers what the last trial of these files found, if any did."""
    report = session.scalars(
        select(Trial.report)
        .where(
            _is_of(course_id, slug),
            Trial.digest == digest,
            Trial.state == TrialState.DONE,
        )
        .order_by(Trial.finished_at.desc())
        .limit(1)
    ).one_or_none()
    if report is None:
        return None
    mistakes = report["mistakes"] or []
    severities = [one["severity"] for one in report["complaints"]]
    return {
        "holds": report["holds"],
        "runs": report["flakes"]["runs"],
        "complaints": {
            name: severities.count(name) for name in sorted(set(severities))
        },
        "mistakes": {
            "known": len(mistakes),
            "caught": sum(one["fate"] == "caught" for one in mistakes),
        },
    }


def require_instructor(session: Session, course_id: int, person_id: int) -> None:
    """Refuse everybody but the instructors of a course.

    Raises
    ------
    NotFoundError
        For everybody else.
    """
    role = accounts.role_in(session, person_id, course_id)
    if role is not CourseRole.INSTRUCTOR:
        raise NotFoundError(f"course {course_id} is not for this person to change")


def _is_of(course_id: int, slug: str) -> ColumnElement[bool]:
    return and_(_TRIAL.c.course_id == course_id, _TRIAL.c.slug == slug)


def _is_pending() -> ColumnElement[bool]:
    return _TRIAL.c.state.in_((TrialState.QUEUED, TrialState.RUNNING))


def _view(trial: Trial, name: str, *, with_report: bool = False) -> TrialView:
    is_done = trial.state is TrialState.DONE
    return TrialView(
        id=str(trial.id),
        slug=trial.slug,
        digest=trial.digest,
        state=trial.state,
        runs=trial.runs,
        progress=trial.progress,
        total=trial.total,
        problem=trial.problem,
        ordered_by=name,
        ordered_at=trial.ordered_at,
        finished_at=trial.finished_at,
        report=trial.report if with_report and is_done else None,
    )
