"""The late days of a course: how many a student has left, and taking some."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.orm import Session, aliased

from grader import lateness
from grader.lateness import LatePolicy
from grader.models import Assignment, Course, GroupMember, Submission
from grader.services.due_dates import due_dates


def left(
    session: Session,
    course: Course,
    user_id: int,
    *,
    besides: int | None = None,
) -> int:
    """Return how many late days a student has not used.

    What a submission used counts only as far as it still needs it: an extension that
    is granted afterwards gives days back. Of several submissions for one assignment
    only the one that used most counts, and none whose attempt was given back.

    Parameters
    ----------
    besides
        An assignment that is left out, because a further submission for it costs only
        what it needs more.
    """
    if not course.late_days:
        return 0
    spent = used(session, course.id, user_id)
    return max(
        0,
        course.late_days
        - sum(days for assignment, days in spent.items() if assignment != besides),
    )


def used(session: Session, course_id: int, user_id: int) -> dict[int, int]:
    """Return how many late days each assignment costs a student, where it does."""
    charged: dict[int, list[Submission]] = defaultdict(list)
    for submission in session.scalars(
        select(Submission)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(
            Assignment.course_id == course_id,
            Submission.late_days > 0,
            ~Submission.attempt_refunded,
            or_(Submission.user_id == user_id, _is_of_a_mate(user_id)),
        )
    ):
        charged[submission.assignment_id].append(submission)
    return {
        assignment_id: _most_needed(session, user_id, assignment_id, submissions)
        for assignment_id, submissions in charged.items()
    }


def wait_for_turn(session: Session, course_id: int, user_ids: Iterable[int]) -> None:
    """Let whatever takes late days of these students pass one after the other.

    On SQLite there is one writer at a time anyway. No row is locked, so this cannot
    cross the locks of those who change due dates.
    """
    if session.get_bind().dialect.name == "postgresql":
        for user_id in sorted(user_ids):
            session.execute(
                text("SELECT pg_advisory_xact_lock(:course, :user)"),
                {"course": course_id, "user": user_id},
            )


def _is_of_a_mate(user_id: int) -> ColumnElement[bool]:
    own, mate = aliased(GroupMember), aliased(GroupMember)
    return (
        select(own.group_id)
        .join(mate, mate.group_id == own.group_id)
        .where(
            and_(
                own.user_id == user_id,
                own.assignment_id == Submission.assignment_id,
                mate.user_id == Submission.user_id,
            )
        )
        .exists()
    )


def _most_needed(
    session: Session, user_id: int, assignment_id: int, submissions: list[Submission]
) -> int:
    assignment = session.get_one(Assignment, assignment_id)
    rules = LatePolicy.of(assignment.late_policy)
    due_at = due_dates(session, assignment, [user_id])[user_id]
    if due_at is None or not rules.uses_bank:
        return 0
    return max(
        min(one.late_days, lateness.days_late(rules, due_at, one.received_at))
        for one in submissions
    )
