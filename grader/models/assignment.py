"""Assignments of a course, and the frozen snapshots that submissions fall under."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base, UtcDateTime
from grader.models.course import Course


class Assignment(Base):
    """What the instructor changes at any time: dates and limits.

    What is graded, and how, is in the snapshots; the one published last holds for new
    submissions. ``max_attempts`` is ``None`` where there is no limit.
    """

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    max_attempts: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    course: Mapped[Course] = relationship()


class AssignmentSnapshot(Base):
    """The files of an assignment as they were when it was published; never changes.

    Parameters
    ----------
    digest
        SHA-256 that the loader computes over all files.
    manifest
        File name to the SHA-256 of its bytes in the blob store.
    outline
        One ``{id, title, kind, component, max_points}`` for each check, so that a page
        can show what is still to come without loading the assignment. Where hints are
        not shown at once, each has ``hints`` too, the section of the assignment.
    """

    __tablename__ = "assignment_snapshot"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict[str, str]] = mapped_column(JSON)
    outline: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    max_score: Mapped[float]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)

    assignment: Mapped[Assignment] = relationship()
