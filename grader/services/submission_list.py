"""Everybody's submissions of an assignment, sorted and cut by the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from grader.models import GradingRun, RunStatus, Standing, Submission, User
from grader.report import BlockedCall

PAGE_ROWS = 100


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One submission in the list that staff see.

    ``score`` is what it is worth, with overrides and lateness; ``blocked_calls`` names
    each system call once that its code was ended for.
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
class Wanted:
    """Which submissions, in which order, and which page of them, from 1.

    Parameters
    ----------
    sort
        A column of ``SORTS``; what has no value comes last either way.
    """

    name: str = ""
    blocked: bool = False
    sort: str = "received_at"
    falling: bool = True
    page: int = 1


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """One page of the list, and how many there are in all."""

    rows: tuple[SubmissionRow, ...]
    total: int
    found: int
    with_blocked_calls: int
    page: int
    pages: int


SORTS = ("name", "number", "received_at", "status", "score", "run_seconds")
_HAS_BLOCKED = cast(GradingRun.blocked_calls, String) != "[]"


def listed(session: Session, assignment_id: int, wanted: Wanted) -> SubmissionPage:
    """Return one page of an assignment's submissions; the nearest there is."""
    here = Submission.assignment_id == assignment_id
    total, blocked = session.execute(
        select(func.count(), func.count().filter(_HAS_BLOCKED))
        .select_from(Submission)
        .join(GradingRun, _is_current())
        .where(here)
    ).one()
    conditions = [here, *_filters(wanted)]
    found = total
    if len(conditions) > 1:
        found = session.scalars(_joined(func.count()).where(*conditions)).one()
    pages = max(1, -(-found // PAGE_ROWS))
    page = max(1, min(wanted.page, pages))
    rows = session.execute(
        _joined(
            Submission.id,
            User.id.label("student_id"),
            User.name,
            User.email,
            Submission.number,
            Submission.received_at,
            GradingRun.status,
            Standing.final,
            GradingRun.max_score,
            GradingRun.started_at,
            GradingRun.finished_at,
            GradingRun.blocked_calls,
        )
        .where(*conditions)
        .order_by(*_order(session, wanted))
        .limit(PAGE_ROWS)
        .offset((page - 1) * PAGE_ROWS)
    )
    return SubmissionPage(
        tuple(_row(row) for row in rows), total, found, blocked, page, pages
    )


def blocked_calls(run: GradingRun) -> tuple[BlockedCall, ...]:
    """Return what the code of a run was ended for. Staff may see it, nobody else."""
    return tuple(BlockedCall(**call) for call in run.blocked_calls)


def _is_current() -> ColumnElement[bool]:
    return and_(GradingRun.submission_id == Submission.id, GradingRun.is_current)


def _joined(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Submission)
        .join(GradingRun, _is_current())
        .join(User, User.id == Submission.user_id)
        .outerjoin(
            Standing,
            and_(
                Standing.submission_id == Submission.id,
                Standing.user_id == Submission.user_id,
            ),
        )
    )


def matches(text: str, person: Any = User) -> list[ColumnElement[bool]]:
    """Return the conditions that name or address have every word of a text."""
    return [
        or_(
            func.lower(person.name).contains(part, autoescape=True),
            func.lower(person.email).contains(part, autoescape=True),
        )
        for part in text.casefold().split()[:8]
    ]


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    return matches(wanted.name) + ([_HAS_BLOCKED] if wanted.blocked else [])


def _order(session: Session, wanted: Wanted) -> list[Any]:
    columns: dict[str, Any] = {
        "name": func.lower(User.name),
        "number": Submission.number,
        "received_at": Submission.received_at,
        "status": GradingRun.status,
        "score": Standing.final,
        "run_seconds": _seconds(session),
    }
    column = columns[wanted.sort]
    first = column.desc() if wanted.falling else column.asc()
    # Equal ones keep one order, so that no row is on two pages or on none.
    rest = (
        Submission.received_at.desc(),
        Submission.number.desc(),
        Submission.id,
    )
    if wanted.sort in ("score", "run_seconds"):
        return [first.nulls_last(), *rest]
    return [first, *rest]


def _seconds(session: Session) -> Any:
    if session.get_bind().dialect.name == "sqlite":
        ended = func.julianday(GradingRun.finished_at)
        return ended - func.julianday(GradingRun.started_at)
    return extract("epoch", GradingRun.finished_at - GradingRun.started_at)


def _row(row: Any) -> SubmissionRow:
    took = None
    if row.started_at is not None and row.finished_at is not None:
        took = (row.finished_at - row.started_at).total_seconds()
    return SubmissionRow(
        submission_id=str(row.id),
        student_id=row.student_id,
        name=row.name,
        email=row.email,
        number=row.number,
        received_at=row.received_at,
        status=row.status,
        score=row.final,
        max_score=row.max_score,
        run_seconds=took,
        blocked_calls=tuple(sorted({one["call"] for one in row.blocked_calls})),
    )
