"""Giving items of the rubric to submissions, to one or to many at once."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError
from grader.models import RubricItem, RubricMark, Submission, User
from grader.services import audit, comments, rubrics, staff_rights, standings
from grader.services.ids import parsed


@dataclass(frozen=True, slots=True)
class MarkBatch:
    """One item that was given to many submissions at once."""

    batch: str
    text: str
    points: float
    author: str
    created_at: datetime
    submissions: int


def give(
    session: Session,
    submission_id: str | uuid.UUID,
    item_id: int,
    actor_id: int,
    *,
    on: bool,
) -> None:
    """Give an item to a submission, or take it back; the second time does nothing.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the submission is not for this person to review, or has no such item.
    """
    submission = staff_rights.on_submission(session, submission_id, actor_id)
    item = rubrics.owned_item(session, submission.assignment_id, item_id)
    staff_rights.take_turn(session, submission)
    mark = session.get(RubricMark, (submission.id, item.id))
    if (mark is not None) == on:
        return
    if mark is not None:
        session.delete(mark)
    else:
        session.add(_mark(session, submission.id, item.id, actor_id))
    session.flush()
    _note(session, submission.id, item, actor_id, on=on)
    standings.settle(session, submission.id)


def give_many(
    session: Session,
    assignment_id: int,
    submission_ids: Iterable[uuid.UUID],
    item_id: int,
    actor_id: int,
) -> tuple[uuid.UUID, int]:
    """Give an item to many; return what takes it back, and how many got it now.

    Who has it already keeps it as it is, also when the batch is taken back.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the item or a submission is not of this assignment, or not for this person.
    RefusedError
        ``nobody-chosen``.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    item = rubrics.owned_item(session, assignment_id, item_id)
    wanted = comments.of_assignment(session, assignment_id, submission_ids)
    handed_in = session.scalars(select(Submission).where(Submission.id.in_(wanted)))
    staff_rights.take_turn(session, *handed_in)
    have = set(
        session.scalars(
            select(RubricMark.submission_id).where(RubricMark.item_id == item.id)
        )
    )
    batch = uuid.uuid4()
    new = [one for one in wanted if one not in have]
    for one in new:
        session.add(_mark(session, one, item.id, actor_id, batch))
        _note(session, one, item, actor_id, on=True)
    session.flush()
    if new:
        standings.settle_submissions(session, assignment_id, new)
    return batch, len(new)


def take_back(
    session: Session, assignment_id: int, batch: str | uuid.UUID, actor_id: int
) -> int:
    """Take back an item that was given to many; return how many lost it.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is no such batch in the assignment, or not for this person.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    rows = session.execute(
        select(RubricMark.submission_id, RubricItem)
        .join(RubricItem, RubricItem.id == RubricMark.item_id)
        .where(
            RubricMark.batch == parsed(batch),
            RubricItem.assignment_id == assignment_id,
        )
    ).all()
    if not rows:
        raise NotFoundError(f"there is no batch {batch} in {assignment_id}")
    session.execute(delete(RubricMark).where(RubricMark.batch == parsed(batch)))
    for submission_id, item in rows:
        _note(session, submission_id, item, actor_id, on=False)
    standings.settle_submissions(session, assignment_id, [row[0] for row in rows])
    return len(rows)


def batches(session: Session, assignment_id: int) -> list[MarkBatch]:
    """Return what was given to many at once and still holds, the newest first."""
    rows = session.execute(
        select(
            RubricMark.batch,
            func.min(RubricItem.text),
            func.min(RubricItem.points),
            func.min(User.name),
            func.min(RubricMark.created_at, type_=RubricMark.created_at.type),
            func.count(),
        )
        .join(RubricItem, RubricItem.id == RubricMark.item_id)
        .join(User, User.id == RubricMark.author_id)
        .where(RubricItem.assignment_id == assignment_id, RubricMark.batch.is_not(None))
        .group_by(RubricMark.batch)
    )
    found = [MarkBatch(str(row[0]), *row[1:]) for row in rows]
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def of_submission(session: Session, submission_id: uuid.UUID) -> dict[int, str]:
    """Return the items given to a submission, each with who gave it."""
    rows = session.execute(
        select(RubricMark.item_id, User.name)
        .join(User, User.id == RubricMark.author_id)
        .where(RubricMark.submission_id == submission_id)
    )
    return dict(rows.all())


def _mark(
    session: Session,
    submission_id: uuid.UUID,
    item_id: int,
    actor_id: int,
    batch: uuid.UUID | None = None,
) -> RubricMark:
    return RubricMark(
        submission_id=submission_id,
        item_id=item_id,
        author_id=actor_id,
        created_at=database_now(session),
        batch=batch,
    )


def _note(
    session: Session,
    submission_id: uuid.UUID,
    item: RubricItem,
    actor_id: int,
    *,
    on: bool,
) -> None:
    stated = {"item": item.id, "text": item.text, "points": item.points}
    audit.add(
        session,
        "rubric_marked" if on else "rubric_unmarked",
        actor_id=actor_id,
        submission_id=submission_id,
        old=None if on else stated,
        new=stated if on else None,
    )
