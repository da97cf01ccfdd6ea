"""The items of an assignment's rubric; changing one changes every score it is in."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import RubricItem, RubricMark, User
from grader.services import audit, entered_text, staff_rights, standings

LONGEST_ITEM = 500
LONGEST_MISTAKE = 20
MOST_POINTS = 1000.0
MOST_ITEMS = 60


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item; ``key`` is its number on the keyboard, 0 beyond the ninth."""

    id: int
    position: int
    key: int
    text: str
    points: float
    mistake: str
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class ItemUse:
    """How often an item was given, and by whom.

    Parameters
    ----------
    submissions
        Of how many it is part.
    by_person
        Names and counts, the busiest first.
    """

    item: ItemView
    submissions: int
    by_person: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody typed for an item, before anything was looked at."""

    text: str
    points: str
    mistake: str = ""


def items(
    session: Session, assignment_id: int, *, removed: bool = False
) -> list[ItemView]:
    """Return the items in their order; those taken out come last, if wanted."""
    query = select(RubricItem).where(RubricItem.assignment_id == assignment_id)
    if not removed:
        query = query.where(RubricItem.removed_at.is_(None))
    rows = sorted(
        session.scalars(query),
        key=lambda row: (row.removed_at is not None, row.position, row.id),
    )
    return [
        ItemView(
            id=row.id,
            position=at,
            key=at if at <= 9 and row.removed_at is None else 0,
            text=row.text,
            points=row.points,
            mistake=row.mistake,
            is_removed=row.removed_at is not None,
        )
        for at, row in enumerate(rows, start=1)
    ]


def uses(session: Session, assignment_id: int, actor_id: int) -> list[ItemUse]:
    """Return every item, also those taken out, with how often it was given.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the assignment is not for this person to review.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    rows = session.execute(
        select(RubricMark.item_id, User.name, func.count())
        .join(RubricItem, RubricItem.id == RubricMark.item_id)
        .join(User, User.id == RubricMark.author_id)
        .where(RubricItem.assignment_id == assignment_id)
        .group_by(RubricMark.item_id, User.id, User.name)
        .order_by(func.count().desc(), User.name)
    )
    given: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for item_id, name, count in rows:
        given[item_id].append((name, count))
    return [
        ItemUse(item, sum(n for _, n in given[item.id]), tuple(given[item.id]))
        for item in items(session, assignment_id, removed=True)
    ]


def add_item(
    session: Session, assignment_id: int, actor_id: int, wording: Wording
) -> int:
    """Add an item at the end and return its id.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the assignment is not for this person to review.
    RefusedError
        ``empty-text``, ``long-text``, ``bad-points`` or ``too-many-items``.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    values = _read(wording)
    last, count = session.execute(
        select(func.max(RubricItem.position), func.count()).where(
            RubricItem.assignment_id == assignment_id, RubricItem.removed_at.is_(None)
        )
    ).one()
    if count >= MOST_ITEMS:
        raise RefusedError(
            f"A rubric has at most {MOST_ITEMS} items.", code="too-many-items"
        )
    item = RubricItem(assignment_id=assignment_id, position=1 + (last or 0), **values)
    session.add(item)
    session.flush()
    _note(session, "rubric_item_added", item, actor_id, None, _stated(item))
    return item.id


def edit_item(
    session: Session,
    assignment_id: int,
    item_id: int,
    actor_id: int,
    wording: Wording,
) -> int:
    """Change an item in place; return how many submissions are scored anew by it.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the item is not of this assignment, or not for this person to change.
    RefusedError
        ``empty-text``, ``long-text`` or ``bad-points``.
    """
    item = _item(session, assignment_id, item_id, actor_id)
    old = _stated(item)
    for name, value in _read(wording).items():
        setattr(item, name, value)
    session.flush()
    new = _stated(item)
    if new == old:
        return 0
    _note(session, "rubric_item_edited", item, actor_id, old, new)
    if new["points"] == old["points"]:
        return 0
    return _settle_holders(session, item)


def move_item(
    session: Session, assignment_id: int, item_id: int, actor_id: int, place: int
) -> None:
    """Put an item at a place, from 1; the others make room.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the item is not of this assignment, or not for this person to change.
    """
    item = _item(session, assignment_id, item_id, actor_id)
    rows = [
        row
        for row in session.scalars(
            select(RubricItem)
            .where(
                RubricItem.assignment_id == assignment_id,
                RubricItem.removed_at.is_(None),
            )
            .order_by(RubricItem.position, RubricItem.id)
        )
        if row.id != item.id
    ]
    rows.insert(max(place - 1, 0), item)
    for at, row in enumerate(rows, start=1):
        row.position = at
    session.flush()


def remove_item(
    session: Session,
    assignment_id: int,
    item_id: int,
    actor_id: int,
    *,
    undo: bool = False,
) -> int:
    """Take an item out, or bring it back; return how many are scored anew.

    Who has the item keeps the mark, so that bringing it back brings back every score.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the item is not of this assignment, or not for this person to change.
    """
    item = _item(session, assignment_id, item_id, actor_id)
    if (item.removed_at is None) == undo:
        return 0
    item.removed_at = None if undo else database_now(session)
    session.flush()
    stated = _stated(item)
    action = "rubric_item_restored" if undo else "rubric_item_removed"
    before, after = (None, stated) if undo else (stated, None)
    _note(session, action, item, actor_id, before, after)
    return _settle_holders(session, item)


def owned_item(session: Session, assignment_id: int, item_id: int) -> RubricItem:
    """Return an item that can be given in an assignment.

    Raises
    ------
    NotFoundError
        If it is not of this assignment, or was taken out.
    """
    item = session.get(RubricItem, item_id)
    if item is None or item.assignment_id != assignment_id or item.removed_at:
        raise NotFoundError(f"item {item_id} is not in assignment {assignment_id}")
    return item


def _settle_holders(session: Session, item: RubricItem) -> int:
    holders = session.scalars(
        select(RubricMark.submission_id).where(RubricMark.item_id == item.id)
    ).all()
    if holders:
        standings.settle_submissions(session, item.assignment_id, holders)
    return len(holders)


def _item(
    session: Session, assignment_id: int, item_id: int, actor_id: int
) -> RubricItem:
    staff_rights.on_assignment(session, assignment_id, actor_id)
    item = session.get(RubricItem, item_id)
    if item is None or item.assignment_id != assignment_id:
        raise NotFoundError(f"item {item_id} is not in assignment {assignment_id}")
    return item


def _read(wording: Wording) -> dict[str, Any]:
    mistake = wording.mistake.replace("\0", "").strip()
    if len(mistake) > LONGEST_MISTAKE:
        raise RefusedError(
            f"The name of a known mistake has at most {LONGEST_MISTAKE} characters, "
            "such as M14.",
            code="long-text",
        )
    return {
        "text": entered_text.remark(wording.text, most=LONGEST_ITEM, name="item"),
        "points": entered_text.points(
            wording.points, least=-MOST_POINTS, most=MOST_POINTS
        ),
        "mistake": mistake,
    }


def _stated(item: RubricItem) -> dict[str, Any]:
    return {"text": item.text, "points": item.points, "mistake": item.mistake}


def _note(
    session: Session,
    action: str,
    item: RubricItem,
    actor_id: int,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
) -> None:
    about = {"assignment": item.assignment_id, "item": item.id}
    audit.add(
        session,
        action,
        actor_id=actor_id,
        old=None if old is None else {**about, **old},
        new=None if new is None else {**about, **new},
    )
