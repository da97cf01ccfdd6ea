"""What a reader sees of a submission; who may see it is decided here."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from grader.db import database_now
from grader.errors import NotFoundError
from grader.models import (
    Assignment,
    CourseRole,
    GradingRun,
    RunResult,
    RunStatus,
    Submission,
)
from grader.report import BlockedCall, CheckResult
from grader.services import accounts, hints
from grader.services.estimates import waiting
from grader.services.gradebook import (
    POLICY,
    AttemptRow,
    ScoreRow,
    SubmissionRow,
    attempts,
    blocked_calls,
    scores,
    scores_csv,
    submissions,
)
from grader.services.ids import parsed

__all__ = [
    "POLICY",
    "AttemptRow",
    "CheckState",
    "CheckView",
    "ReportView",
    "ResultView",
    "ScoreRow",
    "SubmissionRow",
    "attempts",
    "for_viewer",
    "scores",
    "scores_csv",
    "submissions",
]

# What is shown of one quantity is what the check said of it.
ResultView = CheckResult


class CheckState(StrEnum):
    """Where one check of a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check of a report; ``points`` is ``None`` until it has ended."""

    id: str
    title: str
    component: str
    max_points: float
    points: float | None
    state: CheckState
    results: list[ResultView]


@dataclass(frozen=True, slots=True)
class ReportView:
    """A submission and how far its grading has come, for one reader.

    Parameters
    ----------
    queue_place
        1 if it is next; ``None`` if it does not wait.
    wait_seconds
        About how long it still waits; ``None`` if no worker is there to say.
    current_index, total, current_title
        The check that runs, from 1, of how many; 0 and empty if none runs.
    score
        What counts; during a rerun, of the run before.
    hint_notice
        When the hints that are left out here are shown; empty if none is left out.
    problem, jail_tier, seed, worker, versions, spec_digest, machine, blocked_calls
        For staff only; empty and ``None`` for students. Seed, digest and versions are
        what an exact regrade needs.
    """

    submission_id: str
    run_id: str
    number: int
    student_id: int
    student_name: str
    student_email: str
    course_slug: str
    course_title: str
    assignment_id: int
    assignment_slug: str
    assignment_title: str
    received_at: datetime
    sha256: str
    status: RunStatus
    queue_place: int | None
    wait_seconds: float | None
    current_index: int
    total: int
    current_title: str
    checks: list[CheckView]
    score: float | None
    max_score: float
    notices: list[str]
    log: str
    files: list[str]
    started_at: datetime | None
    finished_at: datetime | None
    attempt_refunded: bool
    run_number: int
    my_role: CourseRole
    is_mine: bool
    hint_notice: str = ""
    problem: str = ""
    worker: str = ""
    jail_tier: str = ""
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    spec_digest: str = ""
    machine: Mapping[str, str] = field(default_factory=dict)
    blocked_calls: tuple[BlockedCall, ...] = ()


def for_viewer(
    session: Session, *, submission_id: str | uuid.UUID, viewer_id: int
) -> ReportView:
    """Return a submission's report as this reader may see it.

    Students see their own submissions, staff those of their course. For everybody else
    it does not exist.

    Raises
    ------
    NotFoundError
        If there is no such submission, or it is not for this reader.
    """
    run = session.scalars(
        select(GradingRun)
        .where(GradingRun.submission_id == parsed(submission_id), GradingRun.is_current)
        .options(
            undefer(GradingRun.report),
            joinedload(GradingRun.snapshot),
            joinedload(GradingRun.submission).joinedload(Submission.user),
            joinedload(GradingRun.submission)
            .joinedload(Submission.assignment)
            .joinedload(Assignment.course),
        )
    ).one_or_none()
    if run is None:
        raise NotFoundError(f"submission {submission_id} does not exist")
    role = _role(session, run.submission, viewer_id)
    return _view(session, run, role, is_mine=run.user_id == viewer_id)


def _role(session: Session, submission: Submission, viewer_id: int) -> CourseRole:
    role = accounts.role_in(session, viewer_id, submission.assignment.course_id)
    may_see = role is not None and (role.is_staff or submission.user_id == viewer_id)
    if role is None or not may_see:
        raise NotFoundError(f"submission {submission.id} is not for this viewer")
    return role


def _view(
    session: Session, run: GradingRun, role: CourseRole, *, is_mine: bool
) -> ReportView:
    submission = run.submission
    assignment = submission.assignment
    curtain = _curtain(session, run, role)
    shown = _checks(session, run)
    checks = [_as_seen(check, curtain) for check in shown]
    current = next((c for c in checks if c.state is CheckState.RUNNING), None)
    report = run.report or {}
    waits = waiting(session, run)
    return ReportView(
        submission_id=str(submission.id),
        run_id=str(run.id),
        number=submission.number,
        student_id=submission.user_id,
        student_name=submission.user.name,
        student_email=submission.user.email,
        course_slug=assignment.course.slug,
        course_title=assignment.course.title,
        assignment_id=assignment.id,
        assignment_slug=assignment.slug,
        assignment_title=assignment.title,
        received_at=submission.received_at,
        sha256=submission.sha256,
        status=run.status,
        queue_place=waits.place if waits else None,
        wait_seconds=waits.seconds if waits else None,
        current_index=checks.index(current) + 1 if current else 0,
        total=len(checks),
        current_title=current.title if current else "",
        checks=checks,
        score=run.score,
        max_score=run.snapshot.max_score if run.max_score is None else run.max_score,
        # Grading repeats those of intake, and may add some.
        notices=list(dict.fromkeys([*submission.notices, *report.get("notices", ())])),
        log=str(report.get("log", "")),
        files=list(submission.files),
        started_at=run.started_at,
        finished_at=run.finished_at,
        attempt_refunded=submission.attempt_refunded,
        run_number=run.ordinal,
        my_role=role,
        is_mine=is_mine,
        hint_notice=hints.policy(curtain.hints) if checks != shown else "",
        **(_for_staff(run) if role.is_staff else {}),
    )


def _for_staff(run: GradingRun) -> dict[str, Any]:
    """Return the fields that a student's view leaves empty."""
    return {
        "problem": run.problem,
        "worker": run.worker or "",
        "jail_tier": run.jail_tier,
        "seed": run.seed,
        "versions": dict(run.versions),
        "spec_digest": run.snapshot.digest,
        "machine": dict((run.report or {}).get("machine", {})),
        "blocked_calls": blocked_calls(run),
    }


def _curtain(session: Session, run: GradingRun, role: CourseRole) -> hints.Curtain:
    """Return what this reader sees of the hints."""
    stated = hints.of_outline(run.snapshot.outline)
    if role.is_staff:
        return hints.for_staff(stated)
    submission = run.submission
    return hints.for_student(
        stated,
        number=submission.number,
        received_at=submission.received_at,
        now=database_now(session),
    )


def _as_seen(check: CheckView, curtain: hints.Curtain) -> CheckView:
    return replace(check, results=[curtain.seen(one) for one in check.results])


def _checks(session: Session, run: GradingRun) -> list[CheckView]:
    """Return every check of the snapshot, with results as far as there are any."""
    found = {
        row.check: [CheckResult.from_json(result) for result in row.results]
        for row in session.scalars(
            select(RunResult)
            .where(RunResult.run_id == run.id)
            .order_by(RunResult.position)
        )
    }
    views: list[CheckView] = []
    is_next = run.status is RunStatus.RUNNING
    for outline in run.snapshot.outline:
        results = found.get(outline["id"])
        state = CheckState.DONE if results is not None else CheckState.WAITING
        if results is None and is_next:
            state, is_next = CheckState.RUNNING, False
        views.append(
            CheckView(
                id=outline["id"],
                title=outline["title"],
                component=outline["component"],
                max_points=outline["max_points"],
                points=None if results is None else sum(r.points for r in results),
                state=state,
                results=results or [],
            )
        )
    return views
