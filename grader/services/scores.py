"""The score of every student for one assignment, and its table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from grader.models import (
    Assignment,
    Attempts,
    CourseRole,
    Enrolment,
    Standing,
    User,
)
from grader.services.cells import harmless
from grader.services.counting import is_the_score

PAGE_ROWS = 100
SORTS = ("name", "email", "attempts", "score")


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


@dataclass(frozen=True, slots=True)
class ScorePage:
    """One page of the scores, and what the whole class has."""

    rows: tuple[ScoreRow, ...]
    students: int
    submitted: int
    mean: float | None
    page: int
    pages: int


def listed(
    session: Session,
    assignment_id: int,
    *,
    sort: str = "name",
    falling: bool = False,
    page: int = 1,
) -> ScorePage:
    """Return one page of the scores, sorted by the database; the nearest there is."""
    students, submitted, mean = session.execute(
        _rows(
            assignment_id,
            func.count(),
            func.count().filter(Attempts.submitted > 0),
            func.avg(Standing.final),
        )
    ).one()
    pages = max(1, -(-students // PAGE_ROWS))
    page = max(1, min(page, pages))
    columns: dict[str, Any] = {
        "name": func.lower(User.name),
        "email": User.email,
        "attempts": func.coalesce(Attempts.submitted, 0),
        "score": Standing.final,
    }
    first = columns[sort].desc() if falling else columns[sort].asc()
    query = _full(assignment_id).order_by(first.nulls_last(), User.name, User.id)
    rows = session.execute(query.limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS))
    return ScorePage(
        tuple(_row(row) for row in rows), students, submitted, mean, page, pages
    )


def scores(session: Session, assignment_id: int) -> list[ScoreRow]:
    """Return one row for each student of the course, by name, submitted or not."""
    query = _full(assignment_id).order_by(User.name, User.email)
    return [_row(row) for row in session.execute(query)]


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


def _full(assignment_id: int) -> Select[Any]:
    return _rows(
        assignment_id,
        User.id,
        User.name,
        User.email,
        func.coalesce(Attempts.submitted, 0).label("attempts"),
        Standing.final,
        Standing.max_score,
        Standing.submission_id,
    )


def _rows(assignment_id: int, *columns: Any) -> Select[Any]:
    """Return the query for all students of the course, with what counts for each."""
    return (
        select(*columns)
        .select_from(Enrolment)
        .join(Assignment, Assignment.course_id == Enrolment.course_id)
        .join(User, User.id == Enrolment.user_id)
        .outerjoin(
            Attempts,
            and_(
                Attempts.assignment_id == assignment_id,
                Attempts.user_id == Enrolment.user_id,
            ),
        )
        .outerjoin(
            Standing,
            and_(
                Standing.assignment_id == assignment_id,
                Standing.user_id == Enrolment.user_id,
                is_the_score(),
            ),
        )
        .where(
            Assignment.id == assignment_id,
            Enrolment.role == CourseRole.STUDENT,
            Enrolment.dropped_at.is_(None),
        )
    )


def _row(row: Any) -> ScoreRow:
    return ScoreRow(
        student_id=row.id,
        name=row.name,
        email=row.email,
        attempts=row.attempts,
        score=row.final,
        max_score=row.max_score,
        submission_id=None if row.submission_id is None else str(row.submission_id),
    )
