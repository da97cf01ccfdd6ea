"""What each submission is worth to each student, and which one counts.

A standing is made of the current run, overrides, rubric marks, the student's due date
and the late policy. Whoever changes one of these settles the standing in the same
transaction; ``grader check`` compares all of them with what they should be.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from grader import scoring
from grader.models import (
    Assignment,
    AssignmentSnapshot,
    Attempts,
    Counting,
    GradingRun,
    Override,
    RubricItem,
    RubricMark,
    RunResult,
    RunStatus,
    Standing,
    Submission,
)
from grader.services import quick_standing
from grader.services.due_dates import due_dates
from grader.services.standing_rows import Facts, changes, counting_one, row_of
from grader.services.teams import mates_of, teams_of
from grader.services.upserts import insert_or_update_all


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
    if quick_standing.settle(session, submission_id):
        return
    found = _graded(session, GradingRun.is_current, Submission.id == submission_id)
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
    _settle(
        session,
        assignment,
        _graded(session, GradingRun.is_current, Submission.id == submission_id),
    )


def settle_submissions(
    session: Session, assignment_id: int, submission_ids: Sequence[uuid.UUID]
) -> None:
    """Make the standings of many submissions of one assignment anew."""
    assignment = session.get_one(Assignment, assignment_id)
    chosen = Submission.id.in_(submission_ids)
    session.execute(
        select(Attempts.used)
        .where(
            Attempts.assignment_id == assignment_id,
            Attempts.user_id.in_(select(Submission.user_id).where(chosen)),
        )
        .order_by(Attempts.user_id)
        .with_for_update()
    )
    session.flush()
    found = _graded(session, GradingRun.is_current, chosen)
    _settle(session, assignment, found, everything=True)


def settle_assignment(
    session: Session, assignment_id: int, user_ids: Iterable[int] | None = None
) -> None:
    """Make all standings of an assignment anew, or those of some students.

    For a new date, policy, rubric or group: everything that concerns many at once.
    """
    assignment = session.get_one(Assignment, assignment_id)
    among = None if user_ids is None else list(user_ids)
    locks = select(Attempts.used).filter_by(assignment_id=assignment_id)
    conditions = [GradingRun.is_current, Submission.assignment_id == assignment_id]
    if among is not None:
        team = set(among) | mates_of(session, assignment, among)
        locks = locks.where(Attempts.user_id.in_(team))
        conditions.append(Submission.user_id.in_(team))
    session.execute(locks.order_by(Attempts.user_id).with_for_update())
    session.flush()
    _settle(session, assignment, _graded(session, *conditions), everything=True)


def expected(
    session: Session, assignment_id: int, as_if: Assignment | None = None
) -> list[dict[str, Any]]:
    """Return the columns that the standings should have, or would have ``as_if``."""
    assignment = as_if or session.get_one(Assignment, assignment_id)
    found = _graded(
        session, GradingRun.is_current, Submission.assignment_id == assignment_id
    )
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


def would_be(
    session: Session, assignment_id: int, run_ids: Sequence[uuid.UUID]
) -> list[dict[str, Any]]:
    """Return the columns of standings as if these runs were current; changes nothing.

    ``counts`` is left out: it depends on the other submissions of each student.
    """
    assignment = session.get_one(Assignment, assignment_id)
    return _rows(session, assignment, _graded(session, GradingRun.id.in_(run_ids)))


def _graded(session: Session, *conditions: Any) -> list[_Graded]:
    rows = session.execute(
        select(Submission, GradingRun, AssignmentSnapshot.max_score)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .join(AssignmentSnapshot, AssignmentSnapshot.id == GradingRun.snapshot_id)
        .where(*conditions)
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
    insert_or_update_all(session, Standing, rows)
    _flag(session, found)
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
    teams = teams_of(session, assignment, {one.submission.user_id for one in found})
    people = {user for team in teams.values() for user in team}
    dates = due_dates(session, assignment, people)
    rows = []
    for one in found:
        held = overrides.get(one.submission.id, [])
        changed, needs_look = _override_points(session, one.run, held)
        gained = marks.get(one.submission.id, 0.0) + changed
        for user_id in teams[one.submission.user_id]:
            facts = _facts(assignment, one)
            due_at = dates[user_id]
            row = row_of(facts, assignment.late_policy, user_id, gained, due_at)
            rows.append({**row, "needs_look": needs_look})
    return rows


def _facts(assignment: Assignment, one: _Graded) -> Facts:
    submission = one.submission
    return Facts(
        submission_id=submission.id,
        assignment_id=assignment.id,
        run_id=one.run.id,
        number=submission.number,
        received_at=submission.received_at,
        late_days=submission.late_days,
        raw=one.run.score,
        max_score=one.max_score,
    )


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
    given = _given(session, run)
    changed = sum(
        override.points - (given.get(override.check) or 0.0) for override in overrides
    )
    return changed, any(
        override.needs_look or _differs(run, given, override) for override in overrides
    )


def _flag(session: Session, found: list[_Graded]) -> None:
    """Mark the overrides that were decided on other points than there are now."""
    held = _overrides(session, [one.submission.id for one in found])
    for one in found:
        own = held.get(one.submission.id, [])
        given = _given(session, one.run) if own else {}
        for override in own:
            if not override.needs_look and _differs(one.run, given, override):
                override.needs_look = True


def _differs(run: GradingRun, given: Mapping[str, float], override: Override) -> bool:
    return run.score is not None and given.get(override.check) != override.graded_points


def _given(session: Session, run: GradingRun) -> dict[str, float]:
    """Return the points of each check that a run's score is made of.

    A rerun that has not ended shows the score of the run before, so it has its points.
    """
    if run.status is RunStatus.GRADED or run.score is None:
        return points_by_check(session, run.id)
    before = session.scalars(
        select(GradingRun.id)
        .where(
            GradingRun.submission_id == run.submission_id,
            GradingRun.status == RunStatus.GRADED,
            GradingRun.score == run.score,
        )
        .order_by(GradingRun.ordinal.desc())
        .limit(1)
    ).one_or_none()
    return {} if before is None else points_by_check(session, before)


def points_by_check(session: Session, run_id: uuid.UUID) -> dict[str, float]:
    """Return what grading gave for each check of a run that has ended."""
    rows = session.scalars(select(RunResult).where(RunResult.run_id == run_id))
    return {
        row.check: scoring.rounded(sum(one["points"] for one in row.results))
        for row in rows
    }


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
            Standing.received_at,
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
    for submission_id, counts in changes(rows, best):
        session.execute(
            update(Standing)
            .where(Standing.submission_id == submission_id, Standing.user_id == user_id)
            .values(counts=counts),
            execution_options={"synchronize_session": False},
        )
