"""Assignments of a course, and the frozen snapshots that submissions fall under."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grader.models.base import Base, UtcDateTime, word
from grader.models.course import Course


class Counting(StrEnum):
    """Which of a student's submissions is the score."""

    BEST = "best"
    LAST = "last"
    CHOSEN = "chosen"


class Assignment(Base):
    """What the instructor changes at any time: dates, limits, and what counts.

    What is graded, and how, is in the snapshots; the one published last holds for new
    submissions.

    Parameters
    ----------
    opens_at
        Students see it from then on; ``None`` for at once.
    max_attempts
        ``None`` where there is no limit.
    cooldown_seconds
        How long a student waits after an attempt before the next; 0 for not at all.
    late_policy
        JSON of ``grader.lateness.LatePolicy``; ``None`` takes nothing that is late.
    counting
        With ``CHOSEN`` the student says which one, and until then the best counts.
    scores_published_at
        When the staff made the scores final; opens what is visible after that.
    group_size
        How many students may hand in together; 1 for everybody alone.
    """

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    max_attempts: Mapped[int | None]
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cooldown_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    late_policy: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    counting: Mapped[Counting] = mapped_column(
        word(Counting), default=Counting.BEST, server_default="best"
    )
    scores_published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    group_size: Mapped[int] = mapped_column(default=1, server_default="1")
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
