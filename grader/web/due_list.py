"""What is due next, over all courses of a student."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from grader.models import CourseRole
from grader.services.courses import AssignmentCard, CourseCard

_MOST = 8


@dataclass(frozen=True, slots=True)
class Due:
    """One line of the list."""

    course: CourseCard
    assignment: AssignmentCard
    due_at: datetime


def due_soon(courses: Iterable[CourseCard], now: datetime) -> tuple[Due, ...]:
    """Return what a student can still hand in by a date, the nearest first."""
    found = [
        Due(course, one, one.due_at)
        for course in courses
        if course.role is CourseRole.STUDENT
        for one in course.assignments
        if one.due_at is not None and one.due_at > now
    ]
    return tuple(sorted(found, key=lambda due: due.due_at)[:_MOST])
