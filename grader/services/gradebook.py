"""Lists of attempts, submissions and scores, and their table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from grader.models import (
    Assignment,
    CourseRole,
    Enrolment,
    GradingRun,
    RunStatus,
    Submission,
    User,
)
from grader.report import BlockedCall

POLICY = "The best score of all your submissions counts."
# A spreadsheet runs a cell that begins like this as a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")

Line = Row[Submission, GradingRun, User]


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One of a student's submissions; ``counts`` marks the one that is the score."""

    submission_id: str
    number: int
    received_at: datetime
    status: RunStatus
    score: float | None
    max_score: float | None
    counts: bool


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One submission in the list that staff see.

    ``blocked_calls`` names each system call once that its code was ended for.
    """

    submission_id: str
    student_id: int
    name: str
    email: str
    number: int
    received_at: datetime
    status: RunStatus
    score: float | None
    max_score: float | None
    run_seconds: float | None
    blocked_calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One student's score; ``submission_id`` names the submission that counts."""

    student_id: int
    name: str
    email: str
    attempts: int
    score: float | None
    max_score: float | None
    submission_id: str | None


def attempts(session: Session, *, assignment_id: int, user_id: int) -> list[AttemptRow]:
    """Return a student's submissions, the newest first."""
    rows = _rows(session, assignment_id, user_id)
    best = _best(rows)
    return [
        AttemptRow(
            submission_id=str(submission.id),
            number=submission.number,
            received_at=submission.received_at,
            status=run.status,
            score=run.score,
            max_score=run.max_score,
            counts=best is not None and submission.id == best[0].id,
        )
        for submission, run, _user in reversed(rows)
    ]


def submissions(session: Session, *, assignment_id: int) -> list[SubmissionRow]:
    """Return everybody's submissions, the newest first."""
    rows = _rows(session, assignment_id)
    rows.sort(key=lambda row: (row[0].received_at, row[0].number), reverse=True)
    return [
        SubmissionRow(
            submission_id=str(submission.id),
            student_id=user.id,
            name=user.name,
            email=user.email,
            number=submission.number,
            received_at=submission.received_at,
            status=run.status,
            score=run.score,
            max_score=run.max_score,
            run_seconds=_seconds(run),
            blocked_calls=tuple(sorted({one.call for one in blocked_calls(run)})),
        )
        for submission, run, user in rows
    ]


def scores(session: Session, assignment_id: int) -> list[ScoreRow]:
    """Return one row for each student of the course, by name, submitted or not."""
    by_student: dict[int, list[Line]] = {}
    for row in _rows(session, assignment_id):
        by_student.setdefault(row[0].user_id, []).append(row)
    students = session.scalars(
        select(User)
        .join(Enrolment, Enrolment.user_id == User.id)
        .join(Assignment, Assignment.course_id == Enrolment.course_id)
        .where(Assignment.id == assignment_id, Enrolment.role == CourseRole.STUDENT)
        .order_by(User.name, User.email)
    )
    result = []
    for user in students:
        own = by_student.get(user.id, [])
        best = _best(own)
        result.append(
            ScoreRow(
                student_id=user.id,
                name=user.name,
                email=user.email,
                attempts=len(own),
                score=best[1].score if best else None,
                max_score=best[1].max_score if best else None,
                submission_id=str(best[0].id) if best else None,
            )
        )
    return result


def scores_csv(rows: Iterable[ScoreRow]) -> str:
    """Return the scores as a table that no spreadsheet takes for formulas."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["name", "email", "attempts", "score", "max_score", "submission"])
    for row in rows:
        table.writerow(
            [
                harmless(row.name),
                harmless(row.email),
                row.attempts,
                "" if row.score is None else f"{row.score:g}",
                "" if row.max_score is None else f"{row.max_score:g}",
                row.submission_id or "",
            ]
        )
    return text.getvalue()


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell, also behind quotes and spaces."""
    bare = cell.lstrip(" '\"\u00a0\n")
    return f"'{cell}" if bare.startswith(DANGEROUS) else cell


def blocked_calls(run: GradingRun) -> tuple[BlockedCall, ...]:
    """Return what the code of a run was ended for. Staff may see it, nobody else."""
    return tuple(BlockedCall(**call) for call in run.blocked_calls)


def _rows(
    session: Session, assignment_id: int, user_id: int | None = None
) -> list[Line]:
    query = (
        select(Submission, GradingRun, User)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .join(User, User.id == Submission.user_id)
        .where(Submission.assignment_id == assignment_id, GradingRun.is_current)
        .order_by(Submission.user_id, Submission.number)
    )
    if user_id is not None:
        query = query.where(Submission.user_id == user_id)
    return list(session.execute(query))


def _best(
    rows: Iterable[Line],
) -> Line | None:
    """Return the row whose score counts: the best, of equal ones the earliest."""
    scored = [row for row in rows if row[1].score is not None]
    return max(scored, key=lambda row: (row[1].score, -row[0].number), default=None)


def _seconds(run: GradingRun) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()
