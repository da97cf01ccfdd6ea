"""What only instructors of a course may do; for everybody else it is not there."""

from sqlalchemy.orm import Session

from grader.errors import ForbiddenError
from grader.models import Assignment, CourseRole
from grader.services import staff_rights


def require(session: Session, course_id: int, actor_id: int) -> None:
    """Let only an instructor of a course pass, as the role is at this moment.

    Raises
    ------
    NotFoundError
        If this person is not in the course.
    ForbiddenError
        If this person has another role there.
    """
    role = staff_rights.in_course(session, course_id, actor_id)
    if role is not CourseRole.INSTRUCTOR:
        raise ForbiddenError(f"user {actor_id} is no instructor of {course_id}")


def assignment(session: Session, assignment_id: int, actor_id: int) -> Assignment:
    """Return an assignment for an instructor of its course.

    Raises
    ------
    NotFoundError, ForbiddenError
        As ``require``; the first also if there is no such assignment.
    """
    row = staff_rights.on_assignment(session, assignment_id, actor_id)
    require(session, row.course_id, actor_id)
    return row
