"""The scores of a course: students against assignments, one page or all of them."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from grader.models import (
    Attempts,
    CourseRole,
    Enrolment,
    GradingRun,
    Override,
    Standing,
    Submission,
    User,
)
from grader.services.columns import Column, columns_of
from grader.services.counting import is_the_score
from grader.services.states import begins_elsewhere, is_pending
from grader.services.submission_list import matches

__all__ = ["Book", "Cell", "Column", "Line", "Shown", "Wanted", "book", "sections"]

PAGE_ROWS = 50


class Shown(StrEnum):
    """What one cell of the matrix says."""

    SCORE = "score"
    PENDING = "pending"
    NO_SCORE = "no_score"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one student has for one assignment.

    Parameters
    ----------
    shown
        Pending while the first score is being made; ``NO_SCORE`` if something was
        handed in and there is none.
    is_pending
        Whether something is being graded, also where there is a score already.
    is_overridden, needs_look
        A person set points; a rerun gave something else than they had seen.
    """

    shown: Shown
    score: float | None = None
    max_score: float | None = None
    submission_id: str = ""
    received_at: datetime | None = None
    attempts: int = 0
    late_seconds: float = 0.0
    penalty: float = 0.0
    is_pending: bool = False
    is_overridden: bool = False
    needs_look: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One student with a cell for each assignment, by its id."""

    student_id: int
    name: str
    email: str
    section: str
    student_number: str
    total: float
    cells: dict[int, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """The matrix, or a page of it."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    students: int
    found: int
    page: int
    pages: int
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which students, in which order, and which page of them, from 1.

    Parameters
    ----------
    missing
        ``"any"`` or the short name of an assignment for which there is no score.
    sort
        ``name``, ``section``, ``total`` or the short name of an assignment.
    page
        ``None`` for all students at once, as an export wants them.
    """

    name: str = ""
    section: str = ""
    missing: str = ""
    sort: str = "name"
    falling: bool = False
    page: int | None = 1


def book(session: Session, course_id: int, wanted: Wanted) -> Book:
    """Return the gradebook of a course; the number of statements is always the same.

    Students who have left the course are not in it.
    """
    columns = columns_of(session, course_id)
    ids = [column.id for column in columns]
    everybody = _students(course_id, func.count())
    students = session.scalars(everybody).one()
    conditions = _filters(wanted, columns)
    found = session.scalars(everybody.where(*conditions)).one()
    page, pages = 1, 1
    total = _total(ids)
    query = _students(
        course_id,
        User.id,
        User.name,
        User.email,
        Enrolment.section,
        Enrolment.student_number,
        func.coalesce(total, 0.0).label("total"),
    ).where(*conditions)
    query = query.order_by(*_order(wanted, columns, total))
    if wanted.page is not None:
        pages = max(1, -(-found // PAGE_ROWS))
        page = max(1, min(wanted.page, pages))
        query = query.limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS)
    rows = session.execute(query).all()
    among = None if wanted.page is None else [row.id for row in rows]
    cells = _cells(session, ids, among)
    lines = tuple(_line(row, columns, cells.get(row.id, {})) for row in rows)
    known = sections(session, course_id)
    return Book(columns, lines, students, found, page, pages, known)


def sections(session: Session, course_id: int) -> tuple[str, ...]:
    """Return the sections of a course, by name."""
    rows = session.scalars(
        select(Enrolment.section)
        .where(Enrolment.course_id == course_id, Enrolment.section != "")
        .distinct()
        .order_by(Enrolment.section)
    )
    return tuple(rows)


def _students(course_id: int, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Enrolment)
        .join(User, User.id == Enrolment.user_id)
        .where(
            Enrolment.course_id == course_id,
            Enrolment.role == CourseRole.STUDENT,
            Enrolment.dropped_at.is_(None),
        )
    )


def _total(ids: Sequence[int]) -> Any:
    return (
        select(func.sum(Standing.final))
        .where(
            Standing.assignment_id.in_(ids),
            Standing.user_id == User.id,
            is_the_score(),
        )
        .correlate(User)
        .scalar_subquery()
    )


def _filters(wanted: Wanted, columns: Sequence[Column]) -> list[ColumnElement[bool]]:
    conditions = matches(wanted.name)
    if wanted.section:
        conditions.append(Enrolment.section == wanted.section)
    if wanted.missing:
        conditions.append(_lacks(wanted.missing, columns))
    return conditions


def _lacks(missing: str, columns: Sequence[Column]) -> ColumnElement[bool]:
    """Return the condition that a score is not there."""
    ids = [column.id for column in columns if missing in ("any", column.slug)]
    has = (
        select(func.count())
        .where(
            Standing.assignment_id.in_(ids),
            Standing.user_id == User.id,
            is_the_score(),
        )
        .correlate(User)
        .scalar_subquery()
    )
    return has < len(ids)


def _order(wanted: Wanted, columns: Sequence[Column], total: Any) -> list[Any]:
    by_slug = {column.slug: column.id for column in columns}
    keys: dict[str, Any] = {
        "name": func.lower(User.name),
        "section": Enrolment.section,
        "total": func.coalesce(total, 0.0),
    }
    key = keys.get(wanted.sort)
    if wanted.sort in by_slug:
        key = _total([by_slug[wanted.sort]])
    key = keys["name"] if key is None else key
    first = key.desc() if wanted.falling else key.asc()
    return [first.nulls_last(), func.lower(User.name), User.id]


def _cells(
    session: Session, ids: Sequence[int], among: Sequence[int] | None
) -> dict[int, dict[int, Cell]]:
    """Return by student and assignment what is there; nothing where nothing is."""
    attempts = _attempts(session, ids, among)
    pending = _pending(session, ids, among)
    cells: dict[int, dict[int, Cell]] = defaultdict(dict)
    for row in session.execute(_standings(ids, among)):
        key = (row.user_id, row.assignment_id)
        cells[row.user_id][row.assignment_id] = Cell(
            Shown.SCORE,
            score=row.final,
            max_score=row.max_score,
            submission_id=str(row.submission_id),
            received_at=row.received_at,
            attempts=attempts.get(key, 0),
            late_seconds=row.late_seconds,
            penalty=row.penalty,
            is_pending=key in pending,
            is_overridden=row.is_overridden,
            needs_look=row.needs_look,
        )
    for (user_id, assignment_id), count in attempts.items():
        if assignment_id not in cells[user_id] and count:
            is_new = (user_id, assignment_id) in pending
            cells[user_id][assignment_id] = Cell(
                Shown.PENDING if is_new else Shown.NO_SCORE,
                attempts=count,
                is_pending=is_new,
                submission_id=str(pending.get((user_id, assignment_id), "")),
            )
    return cells


def _standings(
    ids: Sequence[int], among: Sequence[int] | None
) -> Select[*tuple[Any, ...]]:
    holds = exists().where(
        Override.submission_id == Standing.submission_id, Override.removed_at.is_(None)
    )
    query = select(
        *(Standing.user_id, Standing.assignment_id, Standing.submission_id),
        *(Standing.final, Standing.max_score, Standing.received_at),
        *(Standing.late_seconds, Standing.penalty, Standing.needs_look),
        holds.label("is_overridden"),
    ).where(Standing.assignment_id.in_(ids), is_the_score())
    return query if among is None else query.where(Standing.user_id.in_(among))


def _attempts(
    session: Session, ids: Sequence[int], among: Sequence[int] | None
) -> dict[tuple[int, int], int]:
    query = select(Attempts.user_id, Attempts.assignment_id, Attempts.submitted).where(
        Attempts.assignment_id.in_(ids)
    )
    if among is not None:
        query = query.where(Attempts.user_id.in_(among))
    return {(user, one): count for user, one, count in session.execute(query)}


def _pending(
    session: Session, ids: Sequence[int], among: Sequence[int] | None
) -> dict[tuple[int, int], uuid.UUID]:
    """Return the submissions that are being graded, by student and assignment."""
    query = (
        select(Submission.user_id, Submission.assignment_id, Submission.id)
        .join(
            GradingRun,
            and_(GradingRun.submission_id == Submission.id, GradingRun.is_current),
        )
        .where(is_pending(), begins_elsewhere(Submission.assignment_id).in_(ids))
        .order_by(Submission.number)
    )
    if among is not None:
        query = query.where(GradingRun.user_id.in_(among))
    return {(user, one): found for user, one, found in session.execute(query)}


def _line(row: Any, columns: Sequence[Column], cells: dict[int, Cell]) -> Line:
    nothing = Cell(Shown.MISSING)
    return Line(
        student_id=row.id,
        name=row.name,
        email=row.email,
        section=row.section,
        student_number=row.student_number,
        total=row.total,
        cells={column.id: cells.get(column.id, nothing) for column in columns},
    )
