"""Courses and who takes part in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
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

    ``timezone`` is an IANA name; dates are shown in it and stored in UTC.
    """

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Enrolment(Base):
    """One person's role in one course."""

    __tablename__ = "enrolment"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )
    role: Mapped[CourseRole] = mapped_column(word(CourseRole))

    course: Mapped[Course] = relationship()
    user: Mapped[User] = relationship()
