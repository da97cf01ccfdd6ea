"""Which checks of an assignment a reader sees at a moment, and the points of those.

A check may be hidden, from a student until the due date, until the scores are published
or for good. Until it is shown nothing tells of it: no name, no number, no sum with its
points in it. Every page, list and answer for a student goes through here.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader import lateness, scoring
from grader.assignments import AFTER_DUE_DATE, AFTER_PUBLISHED, HIDDEN, VISIBLE
from grader.errors import NotFoundError
from grader.models import Assignment, CourseRole, Override, RunResult
from grader.services.due_dates import own_dates

# Of an entry of a snapshot's outline; those without it are older than hidden checks.
KEY = "visibility"
Entry = Mapping[str, Any]

_BADGES: dict[str, str] = {
    HIDDEN: "hidden from students",
    AFTER_DUE_DATE: "shown to students after the due date",
    AFTER_PUBLISHED: "shown to students once scores are published",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What one reader sees of the checks of one assignment.

    Parameters
    ----------
    sees_all
        Staff see everything.
    is_due, is_published
        Whether the reader cannot hand in any more, also not late, and whether the
        scores are published.
    """

    sees_all: bool = False
    is_due: bool = False
    is_published: bool = False

    def shows(self, level: str) -> bool:
        """Tell whether checks of a level are shown; of an unknown one they are not."""
        return self.sees_all or (
            level == VISIBLE
            or (level == AFTER_DUE_DATE and self.is_due)
            or (level == AFTER_PUBLISHED and self.is_published)
        )

    def shown(self, outline: Iterable[Entry]) -> list[Entry]:
        """Return the entries of an outline that are shown."""
        return [entry for entry in outline if self.shows(level_of(entry))]

    def is_whole(self, outline: Sequence[Entry]) -> bool:
        """Tell whether nothing is hidden, so that totals may be shown."""
        return len(self.shown(outline)) == len(outline)

    def max_score(self, outline: Iterable[Entry]) -> float:
        """Return what the checks that are shown are worth."""
        return scoring.rounded(sum(e["max_points"] for e in self.shown(outline)))


EVERYTHING = Sight(sees_all=True)


@dataclass(frozen=True, slots=True)
class Part:
    """The checks of one run that are shown.

    Parameters
    ----------
    submission_id
        Whose overrides hold.
    """

    submission_id: uuid.UUID
    checks: frozenset[str]


def level_of(entry: Entry) -> str:
    """Return the level of an entry of an outline."""
    return str(entry.get(KEY, VISIBLE))


def badge(level: str) -> str:
    """Say for staff who cannot see a check; empty where everybody can."""
    return _BADGES.get(level, "")


def sights(
    session: Session,
    assignments: Collection[Assignment],
    user_id: int,
    now: datetime,
    *,
    staff_in: Collection[int] = (),
) -> dict[int, Sight]:
    """Return what one person sees of many assignments, by their ids.

    Parameters
    ----------
    staff_in
        Ids of the courses whose staff the person belongs to.
    """
    dates = own_dates(session, assignments, user_id)
    return {
        one.id: EVERYTHING
        if one.course_id in staff_in
        else Sight(
            is_due=_is_over(_last_moment(one, dates[one.id]), now),
            is_published=_is_over(one.scores_published_at, now),
        )
        for one in assignments
    }


def _last_moment(assignment: Assignment, due_at: datetime | None) -> datetime | None:
    """Return when a student with this date cannot hand in any more, ever.

    Not the date itself: who may still hand in late must not read what is tested.
    """
    days = assignment.course.late_days
    return lateness.last_moment(assignment.late_policy, due_at, days)


def sight(
    session: Session,
    assignment: Assignment,
    user_id: int,
    role: CourseRole,
    now: datetime,
) -> Sight:
    """Return what a person with a role in the course sees of an assignment."""
    if role.is_staff:
        return EVERYTHING
    return sights(session, [assignment], user_id, now)[assignment.id]


def require_open(
    session: Session, assignment_id: int, role: CourseRole, now: datetime
) -> Assignment:
    """Return an assignment, which students see from its opening on.

    Raises
    ------
    NotFoundError
        If there is none, or it is not open yet for a student.
    """
    row = session.get(Assignment, assignment_id)
    if row is None or not (role.is_staff or is_open(row, now)):
        raise NotFoundError(f"assignment {assignment_id} is not for this viewer")
    return row


def is_open(assignment: Assignment, now: datetime) -> bool:
    """Tell whether students see an assignment."""
    return assignment.opens_at is None or assignment.opens_at <= now


def points_of(
    session: Session, parts: Mapping[uuid.UUID, Part]
) -> dict[uuid.UUID, float]:
    """Return what the shown checks of runs give, by run; one question for all of them.

    What the staff set in place of a shown check's points is in it; what they gave for
    the submission as a whole is not.
    """
    if not parts:
        return {}
    given: dict[uuid.UUID, dict[str, float]] = {run_id: {} for run_id in parts}
    for row in session.scalars(select(RunResult).where(RunResult.run_id.in_(parts))):
        if row.check in parts[row.run_id].checks:
            points = sum(float(one["points"]) for one in row.results)
            given[row.run_id][row.check] = points
    held = _overrides(session, {part.submission_id for part in parts.values()})
    return {
        run_id: scoring.rounded(
            sum({**given[run_id], **_among(held[part.submission_id], part)}.values())
        )
        for run_id, part in parts.items()
    }


def _among(held: Mapping[str, float], part: Part) -> dict[str, float]:
    return {check: points for check, points in held.items() if check in part.checks}


def _overrides(
    session: Session, ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, dict[str, float]]:
    held: dict[uuid.UUID, dict[str, float]] = defaultdict(dict)
    for override in session.scalars(
        select(Override).where(
            Override.submission_id.in_(ids), Override.removed_at.is_(None)
        )
    ):
        held[override.submission_id][override.check] = override.points
    return held


def _is_over(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
