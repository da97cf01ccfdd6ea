"""What each submission is worth to each student, and which one counts.

A standing is made of the current run, overrides, rubric marks, the student's due date
and the late policy. Whoever changes one of these settles the standing in the same
transaction; ``grader check`` compares all of them with what they should be.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from grader import lateness, scoring
from grader.models import (
    Assignment,
    AssignmentSnapshot,
    Attempts,
    Counting,
    GradingRun,
    GroupMember,
    Override,
    RubricItem,
    RubricMark,
    RunResult,
    Standing,
    Submission,
)
from grader.services.due_dates import due_dates
from grader.services.upserts import insert_or_update

_KEYS = ("submission_id", "user_id")


@dataclass(frozen=True, slots=True)
class _Graded:
    """A submission with the run that counts for it."""

    submission: Submission
    run: GradingRun
    max_score: float


def settle(session: Session, submission_id: uuid.UUID) -> None:
    """Make the standing of one submission anew, and find out which one counts.

    Parallel changes of one student's standings wait for each other.
    """
    found = _graded(session, Submission.id == submission_id)
    if not found:
        return
    submission = found[0].submission
    assignment = submission.assignment
    session.execute(
        select(Attempts.used)
        .filter_by(assignment_id=assignment.id, user_id=submission.user_id)
        .with_for_update()
    )
    # What was read before the lock may have been changed meanwhile.
    session.flush()
    _settle(session, assignment, _graded(session, Submission.id == submission_id))


def settle_assignment(
    session: Session, assignment_id: int, user_ids: Iterable[int] | None = None
) -> None:
    """Make all standings of an assignment anew, or those of some students.

    For a new date, policy, rubric or group: everything that concerns many at once.
    """
    assignment = session.get_one(Assignment, assignment_id)
    among = None if user_ids is None else list(user_ids)
    locks = select(Attempts.used).filter_by(assignment_id=assignment_id)
    conditions = [Submission.assignment_id == assignment_id]
    if among is not None:
        team = set(among) | _mates(session, assignment, among)
        locks = locks.where(Attempts.user_id.in_(team))
        conditions.append(Submission.user_id.in_(team))
    session.execute(locks.order_by(Attempts.user_id).with_for_update())
    session.flush()
    _settle(session, assignment, _graded(session, *conditions), everything=True)


def expected(session: Session, assignment_id: int) -> list[dict[str, Any]]:
    """Return the columns that the standings of an assignment should have."""
    assignment = session.get_one(Assignment, assignment_id)
    found = _graded(session, Submission.assignment_id == assignment_id)
    rows = _rows(session, assignment, found)
    by_user: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_user[row["user_id"]].append(row)
    chosen = _chosen(session, assignment, list(by_user))
    for user_id, own in by_user.items():
        best = counting_one(own, assignment.counting, chosen.get(user_id))
        for row in own:
            row["counts"] = best is not None and row is best
    return rows


def counting_one(
    rows: Sequence[Mapping[str, Any]], rule: Counting, chosen: uuid.UUID | None
) -> Mapping[str, Any] | None:
    """Return the standing that is the score, ``None`` while none has one.

    The best is the highest, the earliest of equals. What has no score never counts, so
    a run that needs attention never replaces a score and never becomes a zero.
    """
    scored = [row for row in rows if row["final"] is not None]
    if not scored:
        return None
    if rule is Counting.LAST:
        return max(scored, key=lambda row: row["number"])
    if rule is Counting.CHOSEN:
        for row in scored:
            if row["submission_id"] == chosen:
                return row
    return max(scored, key=lambda row: (row["final"], -row["number"]))


def _graded(session: Session, *conditions: Any) -> list[_Graded]:
    rows = session.execute(
        select(Submission, GradingRun, AssignmentSnapshot.max_score)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .join(AssignmentSnapshot, AssignmentSnapshot.id == GradingRun.snapshot_id)
        .where(GradingRun.is_current, *conditions)
        .options(joinedload(Submission.assignment))
        .execution_options(populate_existing=True)
    )
    return [
        _Graded(submission, run, most if run.max_score is None else run.max_score)
        for submission, run, most in rows
    ]


def _settle(
    session: Session,
    assignment: Assignment,
    found: list[_Graded],
    *,
    everything: bool = False,
) -> None:
    rows = _rows(session, assignment, found)
    for row in rows:
        changes = {name: value for name, value in row.items() if name not in _KEYS}
        insert_or_update(session, Standing, row, changes)
    if everything:
        _forget_strangers(session, found, rows)
    _recount(session, assignment, sorted({row["user_id"] for row in rows}))


def _forget_strangers(
    session: Session, found: list[_Graded], rows: list[dict[str, Any]]
) -> None:
    """Take away standings of people who have left the group of a submission."""
    wanted = {(row["submission_id"], row["user_id"]) for row in rows}
    ids = [one.submission.id for one in found]
    for standing in session.scalars(
        select(Standing).where(Standing.submission_id.in_(ids))
    ):
        if (standing.submission_id, standing.user_id) not in wanted:
            session.delete(standing)
    session.flush()


def _rows(
    session: Session, assignment: Assignment, found: list[_Graded]
) -> list[dict[str, Any]]:
    """Return the columns of every standing of these submissions, but for ``counts``."""
    ids = [one.submission.id for one in found]
    marks = _rubric_points(session, ids)
    overrides = _overrides(session, ids)
    teams = _teams(session, assignment, {one.submission.user_id for one in found})
    people = {user for team in teams.values() for user in team}
    dates = due_dates(session, assignment, people)
    rows = []
    for one in found:
        held = overrides.get(one.submission.id, [])
        changed, needs_look = _override_points(session, one.run, held)
        gained = marks.get(one.submission.id, 0.0) + changed
        for user_id in teams[one.submission.user_id]:
            row = _row(assignment, one, user_id, gained, dates[user_id])
            rows.append({**row, "needs_look": needs_look})
    return rows


def _row(
    assignment: Assignment,
    one: _Graded,
    user_id: int,
    gained: float,
    due_at: datetime | None,
) -> dict[str, Any]:
    submission, raw = one.submission, one.run.score
    late = lateness.judge(
        assignment.late_policy,
        due_at=due_at,
        received_at=submission.received_at,
        bank_days=submission.late_days,
    )
    adjusted = None if raw is None else max(scoring.rounded(raw + gained), 0.0)
    final = None if adjusted is None else scoring.rounded(adjusted * late.share)
    penalty = 0.0
    if adjusted is not None and final is not None:
        penalty = scoring.rounded(adjusted - final)
    return {
        "submission_id": submission.id,
        "user_id": user_id,
        "assignment_id": assignment.id,
        "run_id": one.run.id,
        "number": submission.number,
        "received_at": submission.received_at,
        "raw": raw,
        "adjusted": adjusted,
        "late_seconds": late.seconds,
        "penalty": penalty,
        "final": final,
        "max_score": one.max_score,
    }


def _rubric_points(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, float]:
    """Return what the rubric adds to each submission that has marks."""
    rows = session.execute(
        select(RubricMark.submission_id, func.sum(RubricItem.points))
        .join(RubricItem, RubricItem.id == RubricMark.item_id)
        .where(RubricMark.submission_id.in_(ids), RubricItem.removed_at.is_(None))
        .group_by(RubricMark.submission_id)
    )
    return {submission_id: float(points) for submission_id, points in rows}


def _overrides(
    session: Session, ids: list[uuid.UUID]
) -> dict[uuid.UUID, list[Override]]:
    found: dict[uuid.UUID, list[Override]] = defaultdict(list)
    for override in session.scalars(
        select(Override).where(
            Override.submission_id.in_(ids), Override.removed_at.is_(None)
        )
    ):
        found[override.submission_id].append(override)
    return found


def _override_points(
    session: Session, run: GradingRun, overrides: list[Override]
) -> tuple[float, bool]:
    """Return what overrides change of a run's score, and whether to look again."""
    if not overrides:
        return 0.0, False
    given = points_by_check(session, run.id)
    changed = 0.0
    for override in overrides:
        points = given.get(override.check)
        changed += override.points - (points or 0.0)
        if run.score is not None and points != override.graded_points:
            override.needs_look = True
    return changed, any(override.needs_look for override in overrides)


def points_by_check(session: Session, run_id: uuid.UUID) -> dict[str, float]:
    """Return what grading gave for each check of a run that has ended."""
    rows = session.scalars(select(RunResult).where(RunResult.run_id == run_id))
    return {
        row.check: scoring.rounded(sum(one["points"] for one in row.results))
        for row in rows
    }


def _teams(
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


def _mates(session: Session, assignment: Assignment, user_ids: list[int]) -> set[int]:
    """Return who shares a group with one of these students."""
    groups = select(GroupMember.group_id).where(
        GroupMember.assignment_id == assignment.id, GroupMember.user_id.in_(user_ids)
    )
    return set(
        session.scalars(
            select(GroupMember.user_id).where(GroupMember.group_id.in_(groups))
        )
    )


def _chosen(
    session: Session, assignment: Assignment, user_ids: list[int]
) -> dict[int, uuid.UUID | None]:
    if assignment.counting is not Counting.CHOSEN:
        return {}
    rows = session.execute(
        select(Attempts.user_id, Attempts.chosen_id).where(
            Attempts.assignment_id == assignment.id, Attempts.user_id.in_(user_ids)
        )
    )
    return dict(rows.all())


def _recount(session: Session, assignment: Assignment, user_ids: list[int]) -> None:
    """Mark the one standing of each student that is the score."""
    by_user: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in session.execute(
        select(
            Standing.user_id,
            Standing.submission_id,
            Standing.number,
            Standing.final,
            Standing.counts,
        ).where(Standing.assignment_id == assignment.id, Standing.user_id.in_(user_ids))
    ).mappings():
        by_user[row["user_id"]].append(dict(row))
    chosen = _chosen(session, assignment, user_ids)
    for user_id, rows in by_user.items():
        best = counting_one(rows, assignment.counting, chosen.get(user_id))
        _mark(session, user_id, rows, best)


def _mark(
    session: Session,
    user_id: int,
    rows: list[Mapping[str, Any]],
    best: Mapping[str, Any] | None,
) -> None:
    # The old one first: only one of them may count at any moment.
    for row in sorted(rows, key=lambda row: row is best):
        wanted = row is best
        if row["counts"] != wanted:
            session.execute(
                update(Standing)
                .where(
                    Standing.submission_id == row["submission_id"],
                    Standing.user_id == user_id,
                )
                .values(counts=wanted),
                execution_options={"synchronize_session": False},
            )
