"""Who hands in together, and for whom a submission counts."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.models import Assignment, GroupMember


def teams_of(
    session: Session, assignment: Assignment, user_ids: set[int]
) -> dict[int, list[int]]:
    """Return for each who handed in everybody it counts for."""
    teams = {user_id: [user_id] for user_id in user_ids}
    if assignment.group_size > 1:
        own = select(GroupMember.group_id, GroupMember.user_id).where(
            GroupMember.assignment_id == assignment.id
        )
        members: dict[int, list[int]] = defaultdict(list)
        group_of: dict[int, int] = {}
        for group_id, user_id in session.execute(own):
            members[group_id].append(user_id)
            group_of[user_id] = group_id
        for user_id in user_ids & group_of.keys():
            teams[user_id] = sorted(members[group_of[user_id]])
    return teams


def mates_of(
    session: Session, assignment: Assignment, user_ids: Collection[int]
) -> set[int]:
    """Return who shares a group with one of these students."""
    groups = select(GroupMember.group_id).where(
        GroupMember.assignment_id == assignment.id, GroupMember.user_id.in_(user_ids)
    )
    return set(
        session.scalars(
            select(GroupMember.user_id).where(GroupMember.group_id.in_(groups))
        )
    )
