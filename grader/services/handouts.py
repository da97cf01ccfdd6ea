"""What one person sees of an assignment before and while handing in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grader import assignments as files
from grader.errors import RefusedError
from grader.models import Assignment, CourseRole
from grader.services import assignments, attempts, deadlines, visibility
from grader.services.assignments import AssignmentView
from grader.services.attempts import History
from grader.services.deadlines import Terms
from grader.services.visibility import Sight
from grader.storage import BlobStore


@dataclass(frozen=True, slots=True)
class Handout:
    """An assignment as one person may see it.

    Parameters
    ----------
    loaded
        Its files; what is hidden must be asked of ``sight``.
    max_score, is_partial
        Points of what is shown, and whether that is not all.
    terms
        Dates and limits of this person; ``None`` for who only looks.
    closed
        Why nothing can be handed in now; empty if something can.
    """

    view: AssignmentView
    loaded: files.Assignment
    sight: Sight
    max_score: float
    is_partial: bool
    terms: Terms | None
    closed: str
    history: History


def opened(
    session: Session,
    course_slug: str,
    assignment_slug: str,
    role: CourseRole,
    now: datetime,
) -> tuple[AssignmentView, Assignment]:
    """Return an assignment by the short names in its address.

    Raises
    ------
    NotFoundError
        If there is none, or it is not open yet for a student.
    """
    view = assignments.get(session, course_slug, assignment_slug)
    return view, visibility.require_open(session, view.id, role, now)


def handout(
    session: Session,
    store: BlobStore,
    *,
    course_slug: str,
    assignment_slug: str,
    user_id: int,
    role: CourseRole,
    now: datetime,
) -> Handout:
    """Return everything that the page of an assignment shows.

    Raises
    ------
    NotFoundError
        If there is no such assignment, or it is not open yet for a student.
    """
    view, row = opened(session, course_slug, assignment_slug, role, now)
    loaded = assignments.load(session, store, view.snapshot_id)
    sight = visibility.sight(session, row, user_id, role, now)
    outline = [
        {"visibility": check.visibility, "max_points": check.max_points}
        for check in loaded.check_list
    ]
    terms, closed = _terms(session, view.id, user_id, now)
    return Handout(
        view=view,
        loaded=loaded,
        sight=sight,
        max_score=sight.max_score(outline),
        is_partial=not sight.is_whole(outline),
        terms=terms,
        closed=closed,
        history=attempts.history(session, row, user_id, sight),
    )


def _terms(
    session: Session, assignment_id: int, user_id: int, now: datetime
) -> tuple[Terms | None, str]:
    try:
        terms = deadlines.for_student(session, assignment_id, user_id, now=now)
    except RefusedError as refusal:
        return None, refusal.message
    return terms, terms.closed
