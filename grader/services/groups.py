"""Students who hand in together: made, changed and read from a table."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from grader.errors import NotFoundError, RefusedError
from grader.models import Assignment, Group, GroupMember, User
from grader.services import audit, instructors, people, standings
from grader.services.people import Student

CHANGED = "group-changed"
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group and its members by name."""

    id: int
    name: str
    members: list[Student]


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups of an assignment, and the students who are in none."""

    size: int
    groups: list[GroupView]
    alone: list[Student]


def groups_of(session: Session, assignment_id: int) -> Groups:
    """Return the groups by name and the students without one."""
    assignment = session.get_one(Assignment, assignment_id)
    members: dict[int, list[Student]] = defaultdict(list)
    known = {one.id: one for one in people.students(session, assignment.course_id)}
    placed = set()
    rows = session.execute(
        select(GroupMember.group_id, User.id, User.name, User.email)
        .join(User, User.id == GroupMember.user_id)
        .where(GroupMember.assignment_id == assignment_id)
        .order_by(User.name, User.email)
    )
    for group_id, user_id, name, email in rows:
        # Somebody who has left the course stays where they handed in.
        student = known.get(user_id, Student(user_id, name, email, ""))
        members[group_id].append(student)
        placed.add(user_id)
    groups = session.scalars(
        select(Group).where(Group.assignment_id == assignment_id).order_by(Group.name)
    )
    return Groups(
        assignment.group_size,
        [GroupView(group.id, group.name, members[group.id]) for group in groups],
        [one for one in known.values() if one.id not in placed],
    )


def place(
    session: Session,
    assignment_id: int,
    *,
    name: str,
    lines: Iterable[str],
    actor_id: int,
) -> int:
    """Put students into the group of a name, which is made if there is none.

    Who was in another group leaves that one; a group without members goes away.

    Parameters
    ----------
    lines
        Whom, as for ``people.named``.

    Returns
    -------
    int
        How many students were meant.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor is no instructor of the course.
    RefusedError
        ``no-name``, ``group-too-large``, or as ``people.named``.
    """
    assignment = instructors.assignment(session, assignment_id, actor_id)
    chosen = people.named(session, assignment.course_id, lines)
    _place(session, assignment, {_clean(name): [one.id for one in chosen]}, actor_id)
    return len(chosen)


def place_table(
    session: Session,
    assignment_id: int,
    rows: Iterable[tuple[str, str]],
    *,
    actor_id: int,
) -> int:
    """Put students into groups as a table of group and student says; all or nothing.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor is no instructor of the course.
    RefusedError
        As ``place``.
    """
    assignment = instructors.assignment(session, assignment_id, actor_id)
    wanted: dict[str, list[str]] = defaultdict(list)
    for name, student in rows:
        wanted[_clean(name)].append(student)
    plan: dict[str, list[int]] = {}
    everybody: set[int] = set()
    for name, lines in wanted.items():
        ids = [one.id for one in people.named(session, assignment.course_id, lines)]
        if everybody & set(ids):
            raise RefusedError(
                "The table puts somebody into two groups.", code="two-groups"
            )
        everybody |= set(ids)
        plan[name] = ids
    _place(session, assignment, plan, actor_id)
    return len(everybody)


def take_out(
    session: Session, assignment_id: int, user_id: int, *, actor_id: int
) -> None:
    """Let a student hand in alone again.

    Raises
    ------
    NotFoundError
        If the student is in no group, or the actor not in the course.
    ForbiddenError
        If the actor is no instructor of the course.
    """
    assignment = instructors.assignment(session, assignment_id, actor_id)
    member = session.get(GroupMember, (assignment_id, user_id))
    if member is None:
        raise NotFoundError(f"user {user_id} is in no group of {assignment_id}")
    concerned = _everybody_with(session, assignment_id, {user_id}, set())
    _note(session, assignment_id, user_id, member.group_id, None, actor_id)
    session.delete(member)
    session.flush()
    _tidy(session, assignment)
    standings.settle_assignment(session, assignment_id, sorted(concerned))


def _place(
    session: Session,
    assignment: Assignment,
    plan: dict[str, list[int]],
    actor_id: int,
) -> None:
    if assignment.group_size <= 1:
        raise RefusedError(
            "This assignment is handed in alone. Set the size of a group on the page "
            "of the dates first.",
            code="no-groups",
        )
    ids = {name: _group_id(session, assignment.id, name) for name in plan}
    moved = {user for users in plan.values() for user in users}
    concerned = _everybody_with(session, assignment.id, moved, set(ids.values()))
    for name, users in plan.items():
        for user_id in users:
            member = session.get(GroupMember, (assignment.id, user_id))
            old = None if member is None else member.group_id
            if old == ids[name]:
                continue
            _note(session, assignment.id, user_id, old, ids[name], actor_id)
            session.merge(
                GroupMember(
                    assignment_id=assignment.id, user_id=user_id, group_id=ids[name]
                )
            )
    session.flush()
    _refuse_large(session, assignment, ids.values())
    _tidy(session, assignment)
    standings.settle_assignment(session, assignment.id, sorted(concerned | moved))


def _group_id(session: Session, assignment_id: int, name: str) -> int:
    found = session.scalars(
        select(Group).where(Group.assignment_id == assignment_id, Group.name == name)
    ).one_or_none()
    if found is None:
        found = Group(assignment_id=assignment_id, name=name)
        session.add(found)
        session.flush()
    return found.id


def _everybody_with(
    session: Session, assignment_id: int, user_ids: set[int], group_ids: set[int]
) -> set[int]:
    """Return these students and everybody of their groups and of these groups."""
    own = select(GroupMember.group_id).where(
        GroupMember.assignment_id == assignment_id, GroupMember.user_id.in_(user_ids)
    )
    mates = session.scalars(
        select(GroupMember.user_id).where(
            GroupMember.group_id.in_(own) | GroupMember.group_id.in_(group_ids)
        )
    )
    return user_ids | set(mates)


def _refuse_large(
    session: Session, assignment: Assignment, group_ids: Iterable[int]
) -> None:
    large = session.execute(
        select(Group.name, func.count())
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(Group.id.in_(list(group_ids)))
        .group_by(Group.name)
        .having(func.count() > assignment.group_size)
    ).first()
    if large is not None:
        raise RefusedError(
            f"The group {large[0]} would have {large[1]} members; at most "
            f"{assignment.group_size} may hand in together.",
            code="group-too-large",
        )


def _tidy(session: Session, assignment: Assignment) -> None:
    """Take away the groups that nobody is in any more."""
    used = select(GroupMember.group_id).where(
        GroupMember.assignment_id == assignment.id
    )
    session.execute(
        delete(Group).where(
            Group.assignment_id == assignment.id, Group.id.not_in(used)
        ),
        execution_options={"synchronize_session": False},
    )


def _note(
    session: Session,
    assignment_id: int,
    user_id: int,
    old: int | None,
    new: int | None,
    actor_id: int,
) -> None:
    who = {"assignment": assignment_id, "user": user_id}
    audit.add(
        session,
        CHANGED,
        actor_id=actor_id,
        old={**who, "group": old},
        new={**who, "group": new},
    )


def _clean(name: str) -> str:
    clean = " ".join(name.replace("\0", "").split())
    if not clean or len(clean) > LONGEST_NAME:
        raise RefusedError(
            f"A group needs a name of at most {LONGEST_NAME} characters.",
            code="no-name",
        )
    return clean
