"""Sentences that the staff of a course use again and again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError
from grader.models import BankComment, Comment, User
from grader.services import audit, entered_text, staff_rights


@dataclass(frozen=True, slots=True)
class Sentence:
    """One entry of the bank; ``uses`` counts the comments that began with it."""

    id: int
    text: str
    author: str
    created_at: datetime
    uses: int


def sentences(session: Session, course_id: int, actor_id: int) -> list[Sentence]:
    """Return a course's bank, what is used most first.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the course is not for this person to help in.
    """
    staff_rights.in_course(session, course_id, actor_id)
    uses = (
        select(Comment.bank_id, func.count().label("uses"))
        .where(Comment.bank_id.is_not(None), Comment.removed_at.is_(None))
        .group_by(Comment.bank_id)
        .subquery()
    )
    times = func.coalesce(uses.c.uses, 0)
    rows = session.execute(
        select(BankComment, User.name, times)
        .join(User, User.id == BankComment.author_id)
        .outerjoin(uses, uses.c.bank_id == BankComment.id)
        .where(BankComment.course_id == course_id, BankComment.removed_at.is_(None))
        .order_by(times.desc(), BankComment.id)
    )
    return [
        Sentence(row.id, row.text, name, row.created_at, count)
        for row, name, count in rows
    ]


def add(session: Session, course_id: int, actor_id: int, text: str) -> int:
    """Keep a sentence and return its id.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the course is not for this person to help in.
    RefusedError
        ``empty-text`` or ``long-text``.
    """
    staff_rights.in_course(session, course_id, actor_id)
    row = BankComment(
        course_id=course_id,
        text=entered_text.remark(text, name="sentence"),
        author_id=actor_id,
        created_at=database_now(session),
    )
    session.add(row)
    session.flush()
    _note(session, "bank_added", row, actor_id, None, row.text)
    return row.id


def edit(
    session: Session, course_id: int, sentence_id: int, actor_id: int, text: str
) -> None:
    """Change a sentence; comments that began with it stay as they are.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not in this course, or the course is not for this person.
    RefusedError
        ``empty-text`` or ``long-text``.
    """
    row = _in_course(session, course_id, sentence_id, actor_id)
    clean = entered_text.remark(text, name="sentence")
    _note(session, "bank_edited", row, actor_id, row.text, clean)
    row.text = clean
    session.flush()


def remove(
    session: Session,
    course_id: int,
    sentence_id: int,
    actor_id: int,
    *,
    undo: bool = False,
) -> None:
    """Take a sentence out of the bank, or bring it back.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not in this course, or the course is not for this person.
    """
    row = _in_course(session, course_id, sentence_id, actor_id)
    row.removed_at = None if undo else database_now(session)
    action = "bank_restored" if undo else "bank_removed"
    _note(session, action, row, actor_id, row.text, row.text if undo else None)
    session.flush()


def _in_course(
    session: Session, course_id: int, sentence_id: int, actor_id: int
) -> BankComment:
    staff_rights.in_course(session, course_id, actor_id)
    row = session.get(BankComment, sentence_id)
    if row is None or row.course_id != course_id:
        raise NotFoundError(f"sentence {sentence_id} is not in course {course_id}")
    return row


def _note(
    session: Session,
    action: str,
    row: BankComment,
    actor_id: int,
    old: str | None,
    new: str | None,
) -> None:
    about = {"course": row.course_id, "sentence": row.id}
    audit.add(
        session,
        action,
        actor_id=actor_id,
        old=None if old is None else {**about, "text": old},
        new=None if new is None else {**about, "text": new},
    )
