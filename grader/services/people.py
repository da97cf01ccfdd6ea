"""Students of a course, as instructors name them in a list."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import RefusedError
from grader.models import CourseRole, Enrolment, User

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Student:
    """A student who is in the course now."""

    id: int
    name: str
    email: str
    section: str


def students(session: Session, course_id: int) -> list[Student]:
    """Return the students of a course by name, without those who have left."""
    return [student for student, _number in _students(session, course_id)]


def sections(session: Session, course_id: int) -> list[str]:
    """Return the sections that the roster knows, in their order."""
    found = session.scalars(
        select(Enrolment.section)
        .where(Enrolment.course_id == course_id, Enrolment.section != "")
        .distinct()
        .order_by(Enrolment.section)
    )
    return list(found)


def named(
    session: Session, course_id: int, lines: Iterable[str], *, section: str = ""
) -> list[Student]:
    """Return the students that are meant, each once.

    Parameters
    ----------
    lines
        An e-mail address, a student number or a whole name each; empty ones are
        skipped.
    section
        Everybody in it too; empty for none.

    Raises
    ------
    RefusedError
        ``nobody-meant``, or ``unknown-student`` with the lines that fit nobody or
        more than one.
    """
    by_text: dict[str, list[Student]] = defaultdict(list)
    chosen: dict[int, Student] = {}
    for student, number in _students(session, course_id):
        for text in {student.email, student.name, number} - {""}:
            by_text[text.casefold()].append(student)
        if section and student.section == section:
            chosen[student.id] = student
    unclear = []
    for line in filter(None, (line.strip() for line in lines)):
        found = by_text.get(line.casefold(), [])
        if len(found) == 1:
            chosen[found[0].id] = found[0]
        else:
            unclear.append(line)
    if unclear:
        raise _unknown(unclear)
    if not chosen:
        raise RefusedError("Name at least one student.", code="nobody-meant")
    return list(chosen.values())


def _students(session: Session, course_id: int) -> list[tuple[Student, str]]:
    rows = session.execute(
        select(User.id, User.name, User.email, Enrolment.section)
        .add_columns(Enrolment.student_number)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(
            Enrolment.course_id == course_id,
            Enrolment.role == CourseRole.STUDENT,
            Enrolment.dropped_at.is_(None),
        )
        .order_by(User.name, User.email)
    )
    return [(Student(*row[:4]), row[4]) for row in rows]


def _unknown(lines: list[str]) -> RefusedError:
    shown = ", ".join(lines[:_MOST_NAMED])
    more = "" if len(lines) <= _MOST_NAMED else f" and {len(lines) - _MOST_NAMED} more"
    return RefusedError(
        f"These fit no student of this course, or more than one: {shown}{more}. "
        "Use the e-mail address or the student number.",
        code="unknown-student",
    )
