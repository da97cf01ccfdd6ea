"""What the staff write beside a submission, to one student or to many at once."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from grader.db import database_now
from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.models import BankComment, Comment, CourseRole, Submission, User
from grader.services import audit, entered_text, staff_rights
from grader.services.ids import parsed

_LAST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class CommentView:
    """One comment as it can be shown; ``line`` is 0 where it is about no line."""

    id: int
    file: str
    line: int
    check: str
    text: str
    author_id: int
    author: str
    created_at: datetime
    is_edited: bool
    is_shared: bool


@dataclass(frozen=True, slots=True)
class BatchView:
    """One comment that was written to many submissions at once."""

    batch: str
    text: str
    author: str
    created_at: datetime
    submissions: int


def add(
    session: Session,
    submission_id: str | uuid.UUID,
    actor_id: int,
    *,
    text: str,
    file: str = "",
    line: int = 0,
    check: str = "",
    bank_id: int | None = None,
) -> int:
    """Write a comment and return its id.

    Parameters
    ----------
    file, line
        A line from 1 of a graded file; empty and 0 for the whole submission.
    check
        Id of the check it is about. Who does not see the check sees no such comment.
    bank_id
        The sentence of the bank that it began with.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the submission is not for this person to review.
    RefusedError
        ``empty-text``, ``long-text``, ``no-such-line`` or ``no-such-sentence``.
    """
    submission = staff_rights.on_submission(session, submission_id, actor_id)
    clean = entered_text.remark(text, name="comment")
    if line and file not in submission.files:
        raise RefusedError("Choose a file for this line.", code="no-such-line")
    if not 0 <= line <= _LAST_LINE:
        raise RefusedError("The file has no such line.", code="no-such-line")
    _refuse_foreign_sentence(session, bank_id, submission.assignment.course_id)
    comment = Comment(
        submission_id=submission.id,
        file=file if line else "",
        line=line,
        check=check,
        text=clean,
        author_id=actor_id,
        created_at=database_now(session),
        bank_id=bank_id,
    )
    session.add(comment)
    session.flush()
    _note(session, "comment_added", comment, actor_id, new=clean)
    return comment.id


def edit(
    session: Session,
    submission_id: str | uuid.UUID,
    comment_id: int,
    actor_id: int,
    text: str,
) -> None:
    """Change the text of one's own comment.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not for this person to change.
    RefusedError
        ``empty-text`` or ``long-text``.
    """
    comment = _for_change(session, submission_id, comment_id, actor_id)
    clean = entered_text.remark(text, name="comment")
    if clean == comment.text:
        return
    _note(session, "comment_edited", comment, actor_id, old=comment.text, new=clean)
    comment.text = clean
    comment.edited_at = database_now(session)
    session.flush()


def remove(
    session: Session, submission_id: str | uuid.UUID, comment_id: int, actor_id: int
) -> None:
    """Take a comment back; ``restore`` brings it again.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not for this person to change.
    """
    comment = _for_change(session, submission_id, comment_id, actor_id)
    if comment.removed_at is None:
        comment.removed_at = database_now(session)
        _note(session, "comment_removed", comment, actor_id, old=comment.text)
    session.flush()


def restore(
    session: Session, submission_id: str | uuid.UUID, comment_id: int, actor_id: int
) -> None:
    """Bring back a comment that was taken back.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not for this person to change.
    """
    comment = _for_change(session, submission_id, comment_id, actor_id)
    if comment.removed_at is not None:
        comment.removed_at = None
        _note(session, "comment_restored", comment, actor_id, new=comment.text)
    session.flush()


def add_to_many(
    session: Session,
    assignment_id: int,
    targets: Mapping[uuid.UUID, str],
    actor_id: int,
    *,
    text: str,
) -> uuid.UUID:
    """Write one comment to many submissions; return what takes all of them back.

    Parameters
    ----------
    targets
        For each submission the id of the check it is about, or an empty text.

    Raises
    ------
    NotFoundError, ForbiddenError
        If a submission is not of this assignment, or not for this person to review.
    RefusedError
        ``empty-text``, ``long-text`` or ``nobody-chosen``.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    clean = entered_text.remark(text, name="comment")
    wanted = of_assignment(session, assignment_id, targets)
    batch, now = uuid.uuid4(), database_now(session)
    for submission_id in wanted:
        comment = Comment(
            submission_id=submission_id,
            check=targets[submission_id],
            file="",
            line=0,
            text=clean,
            author_id=actor_id,
            created_at=now,
            batch=batch,
        )
        session.add(comment)
        _note(session, "comment_added", comment, actor_id, new=clean, at=now)
    session.flush()
    return batch


def remove_batch(
    session: Session, assignment_id: int, batch: str | uuid.UUID, actor_id: int
) -> int:
    """Take back a comment that was written to many; return how many are gone.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is no such batch in the assignment, or not for this person.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    rows = session.scalars(
        select(Comment)
        .join(Submission, Submission.id == Comment.submission_id)
        .where(
            Comment.batch == parsed(batch), Submission.assignment_id == assignment_id
        )
    ).all()
    if not rows:
        raise NotFoundError(f"there is no batch {batch} in {assignment_id}")
    now = database_now(session)
    standing = [comment for comment in rows if comment.removed_at is None]
    for comment in standing:
        comment.removed_at = now
        _note(session, "comment_removed", comment, actor_id, old=comment.text, at=now)
    session.flush()
    return len(standing)


def batches(session: Session, assignment_id: int) -> list[BatchView]:
    """Return what was written to many at once and still stands, the newest first."""
    rows = session.execute(
        select(
            Comment.batch,
            func.min(Comment.text),
            func.min(User.name),
            func.min(Comment.created_at, type_=Comment.created_at.type),
            func.count(),
        )
        .join(Submission, Submission.id == Comment.submission_id)
        .join(User, User.id == Comment.author_id)
        .where(
            Submission.assignment_id == assignment_id,
            Comment.batch.is_not(None),
            Comment.removed_at.is_(None),
        )
        .group_by(Comment.batch)
    )
    found = [BatchView(str(row[0]), *row[1:]) for row in rows]
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def of_submission(session: Session, submission_id: uuid.UUID) -> list[CommentView]:
    """Return all comments of a submission, general ones first, then by line.

    Who may read them is for the caller to decide.
    """
    rows = session.scalars(
        select(Comment)
        .where(Comment.submission_id == submission_id, Comment.removed_at.is_(None))
        .options(joinedload(Comment.author))
        .order_by(Comment.file, Comment.line, Comment.id)
    )
    return [
        CommentView(
            id=row.id,
            file=row.file,
            line=row.line,
            check=row.check,
            text=row.text,
            author_id=row.author_id,
            author=row.author.name,
            created_at=row.created_at,
            is_edited=row.edited_at is not None,
            is_shared=row.batch is not None,
        )
        for row in rows
    ]


def of_assignment(
    session: Session, assignment_id: int, submission_ids: Iterable[uuid.UUID]
) -> list[uuid.UUID]:
    """Return the wanted submissions once each, all of them of one assignment.

    Raises
    ------
    RefusedError
        ``nobody-chosen`` if there is none.
    NotFoundError
        If one is of another assignment.
    """
    wanted = sorted(set(submission_ids))
    if not wanted:
        raise RefusedError("Choose at least one student.", code="nobody-chosen")
    known = session.scalar(
        select(func.count())
        .select_from(Submission)
        .where(Submission.assignment_id == assignment_id, Submission.id.in_(wanted))
    )
    if known != len(wanted):
        raise NotFoundError(f"a submission is not of assignment {assignment_id}")
    return wanted


def _for_change(
    session: Session, submission_id: str | uuid.UUID, comment_id: int, actor_id: int
) -> Comment:
    """Return a comment of a submission for its author or for an instructor."""
    submission = staff_rights.on_submission(session, submission_id, actor_id)
    comment = session.get(Comment, comment_id)
    if comment is None or comment.submission_id != submission.id:
        raise NotFoundError(f"comment {comment_id} is not on {submission_id}")
    role = staff_rights.in_course(session, submission.assignment.course_id, actor_id)
    if comment.author_id != actor_id and role is not CourseRole.INSTRUCTOR:
        raise ForbiddenError(f"comment {comment_id} is somebody else's")
    return comment


def _refuse_foreign_sentence(
    session: Session, bank_id: int | None, course_id: int
) -> None:
    sentence = None if bank_id is None else session.get(BankComment, bank_id)
    if bank_id is not None and (sentence is None or sentence.course_id != course_id):
        raise RefusedError(
            "The sentence is not in this course's comment bank.",
            code="no-such-sentence",
        )


def _note(
    session: Session,
    action: str,
    comment: Comment,
    actor_id: int,
    *,
    old: str | None = None,
    new: str | None = None,
    at: datetime | None = None,
) -> None:
    place = {"file": comment.file, "line": comment.line, "check": comment.check}
    audit.add(
        session,
        action,
        actor_id=actor_id,
        submission_id=comment.submission_id,
        old=None if old is None else {**place, "text": old},
        new=None if new is None else {**place, "text": new},
        at=at,
    )
