"""The assignments of a course, as every table of a whole class has them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.models import Assignment, AssignmentSnapshot


@dataclass(frozen=True, slots=True)
class Column:
    """One assignment of the course, due first at the left."""

    id: int
    slug: str
    title: str
    max_score: float
    due_at: datetime | None
    published_at: datetime | None


def columns_of(session: Session, course_id: int) -> tuple[Column, ...]:
    """Return the published assignments of a course, those due first at the front."""
    newest = (
        select(func.max(AssignmentSnapshot.id))
        .where(AssignmentSnapshot.assignment_id == Assignment.id)
        .correlate(Assignment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Assignment, AssignmentSnapshot.max_score)
        .join(AssignmentSnapshot, AssignmentSnapshot.id == newest)
        .where(Assignment.course_id == course_id)
        .order_by(Assignment.due_at.is_(None), Assignment.due_at, Assignment.slug)
    )
    return tuple(
        Column(one.id, one.slug, one.title, most, one.due_at, one.scores_published_at)
        for one, most in rows
    )
