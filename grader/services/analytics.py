"""What a class gets right and wrong at one assignment, and when it works on it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from grader.errors import NotFoundError
from grader.models import (
    Assignment,
    AssignmentSnapshot,
    GradingRun,
    Standing,
    Submission,
)
from grader.services import accounts
from grader.services.counting import is_the_score
from grader.services.outcomes import CHECKS, MISTAKES

MOST_MISTAKES = 10
MOST_ATTEMPTS = 10
HOURS = 24


@dataclass(frozen=True, slots=True)
class CheckRate:
    """How many of the submissions that count passed one check."""

    id: str
    title: str
    max_points: float
    passed: int
    of: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class MistakeTrend:
    """How many students made a known mistake, in all and in each week."""

    id: str
    title: str
    checks: tuple[str, ...]
    students: int
    by_week: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Analytics:
    """The class at one assignment.

    Parameters
    ----------
    weeks
        The Monday of each week in which something was handed in, in the course's zone.
    to_success
        How many students had all points at their 1st, 2nd ... attempt; the last stands
        for all later ones.
    never
        How many students have handed in and never had all points.
    hours
        How many submissions came in each hour of the day.
    """

    students: int
    submissions: int
    checks: tuple[CheckRate, ...]
    weeks: tuple[str, ...]
    mistakes: tuple[MistakeTrend, ...]
    to_success: tuple[int, ...]
    never: int
    hours: tuple[int, ...]


def analytics(
    session: Session, assignment_id: int, viewer_id: int, timezone: tzinfo
) -> Analytics:
    """Return the numbers of an assignment, from three statements.

    Raises
    ------
    NotFoundError
        If the viewer is not on the staff of its course.
    """
    assignment = session.get(Assignment, assignment_id)
    role = None
    if assignment is not None:
        role = accounts.role_in(session, viewer_id, assignment.course_id)
    if role is None or not role.is_staff:
        raise NotFoundError(f"assignment {assignment_id} is not for this viewer")
    outline, most = session.execute(
        select(AssignmentSnapshot.outline, AssignmentSnapshot.max_score)
        .filter_by(assignment_id=assignment_id)
        .order_by(AssignmentSnapshot.id.desc())
        .limit(1)
    ).one()
    rows = _rows(session, assignment_id)
    weeks, mistakes = _mistakes(rows, timezone)
    to_success, never = _to_success(rows, most)
    return Analytics(
        students=len({row.user_id for row in rows}),
        submissions=len(rows),
        checks=tuple(_rates(_counting(session, assignment_id), outline)),
        weeks=weeks,
        mistakes=mistakes,
        to_success=to_success,
        never=never,
        hours=_hours((row.received_at for row in rows), timezone),
    )


def _rows(session: Session, assignment_id: int) -> Sequence[Any]:
    return session.execute(
        select(
            Submission.user_id,
            Submission.number,
            Submission.received_at,
            GradingRun.score,
            GradingRun.max_score,
            # As text: most of it is the same for many, and is read once.
            cast(GradingRun.outcomes[MISTAKES], String).label("mistakes"),
        )
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .where(Submission.assignment_id == assignment_id, GradingRun.is_current)
    ).all()


def _counting(session: Session, assignment_id: int) -> Counter[str]:
    """Return what came of the checks where it counts, and for how many students."""
    found = session.scalars(
        select(cast(GradingRun.outcomes[CHECKS], String))
        .select_from(Standing)
        .join(GradingRun, GradingRun.id == Standing.run_id)
        .where(Standing.assignment_id == assignment_id, is_the_score())
    )
    return Counter(text for text in found if text)


def _rates(
    counting: Mapping[str, int], outline: Sequence[Mapping[str, Any]]
) -> Iterable[CheckRate]:
    passed: Counter[str] = Counter()
    points: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for text, students in counting.items():
        for check, (gained, whole) in (json.loads(text) or {}).items():
            judged[check] += students
            passed[check] += students * whole
            points[check] += students * gained
    for check in outline:
        id_ = check["id"]
        of = judged[id_]
        mean = points[id_] / of if of else None
        yield CheckRate(
            id_, check["title"] or id_, check["max_points"], passed[id_], of, mean
        )


def _mistakes(
    rows: Sequence[Any], timezone: tzinfo
) -> tuple[tuple[str, ...], tuple[MistakeTrend, ...]]:
    titles: dict[str, str] = {}
    checks: dict[str, set[str]] = defaultdict(set)
    who: dict[str, set[int]] = defaultdict(set)
    weekly: dict[tuple[str, str], set[int]] = defaultdict(set)
    weeks: set[str] = set()
    read = lru_cache(maxsize=None)(json.loads)
    for row in rows:
        week = _monday(row.received_at, timezone)
        weeks.add(week)
        for check, id_, title in read(row.mistakes or "[]") or ():
            titles[id_] = title
            checks[id_].add(check)
            who[id_].add(row.user_id)
            weekly[id_, week].add(row.user_id)
    order = sorted(weeks)
    common = sorted(who, key=lambda id_: (-len(who[id_]), id_))[:MOST_MISTAKES]
    return tuple(order), tuple(
        MistakeTrend(
            id_,
            titles[id_],
            tuple(sorted(checks[id_])),
            len(who[id_]),
            tuple(len(weekly[id_, week]) for week in order),
        )
        for id_ in common
    )


def _monday(moment: datetime, timezone: tzinfo) -> str:
    day = moment.astimezone(timezone).date()
    return day.fromordinal(day.toordinal() - day.weekday()).isoformat()


def _to_success(rows: Iterable[Any], most: float) -> tuple[tuple[int, ...], int]:
    first: dict[int, int] = {}
    everybody = set()
    for row in rows:
        everybody.add(row.user_id)
        needed = most if row.max_score is None else row.max_score
        if row.score is not None and row.score >= needed:
            first[row.user_id] = min(row.number, first.get(row.user_id, row.number))
    counts = [0] * MOST_ATTEMPTS
    for number in first.values():
        counts[min(number, MOST_ATTEMPTS) - 1] += 1
    return tuple(counts), len(everybody - first.keys())


def _hours(moments: Iterable[datetime], timezone: tzinfo) -> tuple[int, ...]:
    found = Counter(moment.astimezone(timezone).hour for moment in moments)
    return tuple(found[hour] for hour in range(HOURS))
