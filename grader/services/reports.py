"""What a reader sees of a submission; who may see it is decided here."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from grader import lateness
from grader.db import database_now
from grader.errors import NotFoundError
from grader.models import (
    Assignment,
    CourseRole,
    GradingRun,
    RunResult,
    RunStatus,
    Standing,
    Submission,
)
from grader.report import BlockedCall, CheckResult
from grader.services import accounts, hints, visibility
from grader.services.estimates import waiting
from grader.services.ids import parsed
from grader.services.submission_list import blocked_calls

__all__ = [
    "CheckState",
    "CheckView",
    "ReportView",
    "ResultView",
    "Worth",
    "for_viewer",
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
    """One check of a report; ``points`` is ``None`` until it has ended.

    Parameters
    ----------
    hidden
        For staff: when students see it, if not always. Empty for students.
    """

    id: str
    title: str
    component: str
    max_points: float
    points: float | None
    state: CheckState
    results: list[ResultView]
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Worth:
    """What became of the points that grading gave; see ``grader.models.Standing``.

    Parameters
    ----------
    late
        How late it was, in words; empty if it was in time.
    """

    raw: float | None
    adjusted: float | None
    late: str
    penalty: float
    final: float | None
    counts: bool


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
        What counts; during a rerun, of the run before. Of the visible part only where
        ``is_partial``.
    is_partial
        Whether checks are hidden from this reader. Everything here is then about the
        others alone.
    is_withdrawn, can_withdraw
        Whether the student cancelled it while it waited, and whether that is possible.
    worth
        How the score came about, where this reader may know it.
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
    is_partial: bool = False
    is_withdrawn: bool = False
    can_withdraw: bool = False
    worth: Worth | None = None
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
    look = _Look(session, run, role, viewer_id)
    return _view(session, look)


def _role(session: Session, submission: Submission, viewer_id: int) -> CourseRole:
    role = accounts.role_in(session, viewer_id, submission.assignment.course_id)
    may_see = role is not None and (
        role.is_staff
        or submission.user_id == viewer_id
        # It counts for the others of a group too.
        or session.get(Standing, (submission.id, viewer_id)) is not None
    )
    if role is None or not may_see:
        raise NotFoundError(f"submission {submission.id} is not for this viewer")
    return role


class _Look:
    """One reader's look at one run: what is hidden, and what is not.

    Attributes
    ----------
    outline
        Entries of the checks that are shown.
    is_whole
        Whether that is all of them.
    """

    def __init__(
        self, session: Session, run: GradingRun, role: CourseRole, viewer_id: int
    ) -> None:
        self.run = run
        self.role = role
        self.is_mine = run.user_id == viewer_id
        self.now = database_now(session)
        assignment = run.submission.assignment
        self.sight = visibility.sight(session, assignment, viewer_id, role, self.now)
        self.outline = self.sight.shown(run.snapshot.outline)
        self.is_whole = self.sight.is_whole(run.snapshot.outline)
        self.worth = self._worth(session, viewer_id) if self.is_whole else None

    def _worth(self, session: Session, viewer_id: int) -> Worth | None:
        submission = self.run.submission
        whose = submission.user_id if self.role.is_staff else viewer_id
        row = session.get(Standing, (submission.id, whose))
        if row is None:
            return None
        late = lateness.span_words(row.late_seconds) if row.late_seconds else ""
        return Worth(row.raw, row.adjusted, late, row.penalty, row.final, row.counts)

    def totals(self, session: Session) -> tuple[float | None, float]:
        """Return score and largest score, of the visible part if that is all."""
        run = self.run
        if self.is_whole:
            score = run.score if self.worth is None else self.worth.final
            most = run.max_score
            return score, run.snapshot.max_score if most is None else most
        checks = frozenset(entry["id"] for entry in self.outline)
        part = {run.id: visibility.Part(run.submission_id, checks)}
        known = run.status is RunStatus.GRADED
        score = visibility.points_of(session, part)[run.id] if known else None
        return score, self.sight.max_score(self.outline)

    def log(self) -> str:
        """Return what was printed, unless a hidden check may have been printed."""
        report = self.run.report or {}
        seen = {entry["id"] for entry in self.outline}
        may_read = self.is_whole or report.get("log_check") in seen
        return str(report.get("log", "")) if may_read else ""


def _view(session: Session, look: _Look) -> ReportView:
    run, submission = look.run, look.run.submission
    assignment = submission.assignment
    curtain = _curtain(look)
    shown = _checks(session, look)
    checks = [_as_seen(check, curtain) for check in shown]
    current = next((c for c in checks if c.state is CheckState.RUNNING), None)
    waits = waiting(session, run)
    score, max_score = look.totals(session)
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
        score=score,
        max_score=max_score,
        notices=_notices(run),
        log=look.log(),
        files=list(submission.files),
        started_at=run.started_at,
        finished_at=run.finished_at,
        attempt_refunded=submission.attempt_refunded,
        run_number=run.ordinal,
        my_role=look.role,
        is_mine=look.is_mine,
        is_partial=not look.is_whole,
        is_withdrawn=run.status is RunStatus.SUPERSEDED and submission.attempt_refunded,
        can_withdraw=look.is_mine
        and run.status is RunStatus.QUEUED
        and run.ordinal == 1,
        worth=look.worth,
        hint_notice=hints.policy(curtain.hints) if checks != shown else "",
        **(_for_staff(run) if look.role.is_staff else {}),
    )


def _notices(run: GradingRun) -> list[str]:
    """Return what intake said and, where grading repeats it, what that added."""
    added = (run.report or {}).get("notices", ())
    return list(dict.fromkeys([*run.submission.notices, *added]))


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


def _curtain(look: _Look) -> hints.Curtain:
    """Return what this reader sees of the hints."""
    stated = hints.of_outline(look.run.snapshot.outline)
    if look.role.is_staff:
        return hints.for_staff(stated)
    submission = look.run.submission
    return hints.for_student(
        stated,
        number=submission.number,
        received_at=submission.received_at,
        now=look.now,
    )


def _as_seen(check: CheckView, curtain: hints.Curtain) -> CheckView:
    return replace(check, results=[curtain.seen(one) for one in check.results])


def _checks(session: Session, look: _Look) -> list[CheckView]:
    """Return every check that is shown, with results as far as there are any."""
    run = look.run
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
    for outline in look.outline:
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
                hidden=_badge(look.role, outline),
            )
        )
    return views


def _badge(role: CourseRole, outline: Mapping[str, Any]) -> str:
    return visibility.badge(visibility.level_of(outline)) if role.is_staff else ""
