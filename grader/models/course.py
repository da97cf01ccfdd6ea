"""Courses and who takes part in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base, UtcDateTime, word
from grader.models.user import User


class CourseRole(StrEnum):
    """What a person may do in one course."""

    STUDENT = "student"
    TA = "ta"
    INSTRUCTOR = "instructor"

    @property
    def is_staff(self) -> bool:
        """Tell whether this role may see everybody's submissions."""
        return self is not CourseRole.STUDENT


class Course(Base):
    """A course in one term.

    Parameters
    ----------
    timezone
        An IANA name; dates are shown in it and stored in UTC.
    join_code
        Who knows it can enrol as a student; ``None`` while nobody can.
    late_days
        How many days each student may be late in all without losing points.
    """

    __tablename__ = "course"
    __table_args__ = (Index("uq_course_join_code", "join_code", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    join_code: Mapped[str | None] = mapped_column(String(20))
    late_days: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Enrolment(Base):
    """One person's role in one course.

    Parameters
    ----------
    section, student_number
        As the roster has them; empty where it has none.
    extra_minutes
        Added to every due date of the course.
    dropped_at
        When the person left the course; what was handed in stays.
    """

    __tablename__ = "enrolment"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )
    role: Mapped[CourseRole] = mapped_column(word(CourseRole))
    section: Mapped[str] = mapped_column(String(80), default="", server_default="")
    student_number: Mapped[str] = mapped_column(
        String(80), default="", server_default=""
    )
    extra_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    course: Mapped[Course] = relationship()
    user: Mapped[User] = relationship()
