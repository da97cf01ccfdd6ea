"""Making the scores of an assignment final for students, and taking that back."""

from sqlalchemy.orm import Session

from grader.db import database_now
from grader.services import audit
from grader.services.reruns.ordering import instructor_of


def publish(session: Session, assignment_id: int, actor_id: int) -> bool:
    """Publish the scores; tell whether they were not published before.

    Raises
    ------
    NotFoundError
        If the actor is no instructor of the course.
    """
    assignment = instructor_of(session, assignment_id, actor_id)
    if assignment.scores_published_at is not None:
        return False
    assignment.scores_published_at = database_now(session)
    _note(session, assignment_id, actor_id, "scores_published")
    return True


def hide(session: Session, assignment_id: int, actor_id: int) -> bool:
    """Take the publication back; tell whether they were published.

    Raises
    ------
    NotFoundError
        If the actor is no instructor of the course.
    """
    assignment = instructor_of(session, assignment_id, actor_id)
    if assignment.scores_published_at is None:
        return False
    assignment.scores_published_at = None
    _note(session, assignment_id, actor_id, "scores_hidden")
    return True


def _note(session: Session, assignment_id: int, actor_id: int, action: str) -> None:
    audit.add(session, action, actor_id=actor_id, new={"assignment_id": assignment_id})
