"""Every score that a batch would change, worked out before it is applied."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from grader import scoring
from grader.models import (
    Assignment,
    Attempts,
    GradingRun,
    Override,
    RerunBatch,
    RerunItem,
    RunStatus,
    Standing,
    Submission,
    User,
)
from grader.services import standings
from grader.services.ids import parsed
from grader.services.outcomes import by_check
from grader.services.reruns.applying import applicable
from grader.services.standing_rows import counting_one

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """What would be another number for one student.

    Parameters
    ----------
    old, new
        Of this submission, with overrides, rubric marks and lateness.
    score_old, score_new
        What counts for the student, over all submissions.
    checks
        Check with its points before and after, where they differ.
    flagged
        Checks with points set by a person that somebody should look at again.
    """

    submission_id: str
    name: str
    number: int
    old: float | None
    new: float | None
    score_old: float | None
    score_new: float | None
    checks: tuple[tuple[str, float | None, float | None], ...]
    flagged: tuple[str, ...]

    @property
    def difference(self) -> float:
        """Return by how much the submission's points change."""
        return scoring.rounded((self.new or 0.0) - (self.old or 0.0))


@dataclass(frozen=True, slots=True)
class Preview:
    """What applying would do now.

    Parameters
    ----------
    left_out
        Sentences on what would stay as it is, and why.
    """

    changes: tuple[Change, ...]
    same: int
    left_out: tuple[str, ...]

    @property
    def students(self) -> int:
        """Return for how many students the score that counts would change."""
        return sum(one.score_old != one.score_new for one in self.changes)

    @property
    def up(self) -> int:
        """Return how many submissions would gain points."""
        return sum(one.difference > 0 for one in self.changes)

    @property
    def down(self) -> int:
        """Return how many submissions would lose points."""
        return sum(one.difference < 0 for one in self.changes)


def preview(session: Session, batch_id: str | uuid.UUID) -> Preview:
    """Return what applying a batch would change; who may see it is asked by ``look``.

    Changes come with the largest loss first. The number of statements grows only with
    overrides, of which there are few.
    """
    batch = session.get_one(RerunBatch, parsed(batch_id))
    ready = set(applicable(session, batch))
    items = session.execute(_items(batch)).all()
    chosen = [item for item in items if item.submission_id in ready]
    new = _would_be(session, batch, [item.new_id for item in chosen])
    scores = _scores(session, batch.assignment_id, new)
    flagged = _flagged(session, batch, chosen)
    names = _names(session, {key[1] for key in new})
    by_submission = {item.submission_id: item for item in chosen}
    changes = [
        _change(by_submission[key[0]], key, row, scores, flagged, names)
        for key, row in new.items()
    ]
    moved = [one for one in changes if one.old != one.new or one.checks]
    moved.sort(key=lambda one: (one.difference, one.name, one.number))
    return Preview(
        tuple(moved), len(changes) - len(moved), tuple(_left_out(items, ready))
    )


def _items(batch: RerunBatch) -> Any:
    old, new = aliased(GradingRun), aliased(GradingRun)
    return (
        select(
            RerunItem.submission_id,
            Submission.number,
            old.id.label("old_id"),
            old.is_current,
            old.outcomes.label("before"),
            new.id.label("new_id"),
            new.status,
            new.outcomes.label("after"),
        )
        .join(Submission, Submission.id == RerunItem.submission_id)
        .join(old, old.id == RerunItem.old_run_id)
        .join(new, new.id == RerunItem.new_run_id)
        .where(RerunItem.batch_id == batch.id)
    )


def _would_be(
    session: Session, batch: RerunBatch, run_ids: Sequence[uuid.UUID]
) -> dict[tuple[uuid.UUID, int], dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for start in range(0, len(run_ids), _AT_ONCE):
        some = run_ids[start : start + _AT_ONCE]
        rows += standings.would_be(session, batch.assignment_id, some)
    return {(row["submission_id"], row["user_id"]): row for row in rows}


def _scores(
    session: Session,
    assignment_id: int,
    new: Mapping[tuple[uuid.UUID, int], Mapping[str, Any]],
) -> dict[tuple[uuid.UUID, int], tuple[float | None, float | None, float | None]]:
    """Return the submission's points now, and the student's score now and then."""
    assignment = session.get_one(Assignment, assignment_id)
    chosen = dict(
        session.execute(
            select(Attempts.user_id, Attempts.chosen_id).filter_by(
                assignment_id=assignment_id
            )
        ).all()
    )
    before: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in session.execute(
        select(
            Standing.submission_id,
            Standing.user_id,
            Standing.number,
            Standing.final,
        ).where(Standing.assignment_id == assignment_id)
    ).mappings():
        before[row["user_id"]].append(dict(row))
    known = {(r["submission_id"], r["user_id"]) for own in before.values() for r in own}
    finals = {
        (row["submission_id"], user): row["final"]
        for user, own in before.items()
        for row in own
    }
    result = {}
    for key in new:
        own = before[key[1]]
        after = [new.get((row["submission_id"], key[1]), row) for row in own]
        after += [row for k, row in new.items() if k[1] == key[1] and k not in known]
        pair = [
            counting_one(rows, assignment.counting, chosen.get(key[1]))
            for rows in (own, after)
        ]
        old_score, new_score = (None if one is None else one["final"] for one in pair)
        result[key] = (finals.get(key), old_score, new_score)
    return result


def _flagged(
    session: Session, batch: RerunBatch, items: Sequence[Row[Any]]
) -> dict[uuid.UUID, tuple[str, ...]]:
    """Return the overrides that were decided on other points than the new ones."""
    after = {item.submission_id: by_check(item.after) for item in items}
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for override in session.scalars(
        select(Override)
        .join(RerunItem, RerunItem.submission_id == Override.submission_id)
        .where(RerunItem.batch_id == batch.id, Override.removed_at.is_(None))
    ):
        if override.submission_id not in after:
            continue
        own = after.get(override.submission_id, {}).get(override.check)
        if own is None or own.points != override.graded_points:
            earlier = found.get(override.submission_id, ())
            found[override.submission_id] = (*earlier, override.check)
    return found


def _names(session: Session, user_ids: set[int]) -> dict[int, str]:
    rows = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return dict(rows.all())


def _change(
    item: Row[Any],
    key: tuple[uuid.UUID, int],
    row: Mapping[str, Any],
    scores: Mapping[
        tuple[uuid.UUID, int], tuple[float | None, float | None, float | None]
    ],
    flagged: Mapping[uuid.UUID, tuple[str, ...]],
    names: Mapping[int, str],
) -> Change:
    old, score_old, score_new = scores[key]
    return Change(
        submission_id=str(key[0]),
        name=names[key[1]],
        number=item.number,
        old=old,
        new=row["final"],
        score_old=score_old,
        score_new=score_new,
        checks=_differing(item),
        flagged=flagged.get(key[0], ()),
    )


def _differing(item: Row[Any]) -> tuple[tuple[str, float | None, float | None], ...]:
    before, after = by_check(item.before), by_check(item.after)
    pairs = [
        (
            check,
            before[check].points if check in before else None,
            after[check].points if check in after else None,
        )
        for check in dict.fromkeys([*before, *after])
    ]
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _left_out(items: Sequence[Row[Any]], ready: set[uuid.UUID]) -> list[str]:
    reasons: dict[str, int] = defaultdict(int)
    for item in items:
        if item.submission_id not in ready:
            reasons[_why(item)] += 1
    return [f"{count} {reason}" for reason, count in reasons.items()]


def _why(item: Row[Any]) -> str:
    if item.status.is_pending:
        return "still being graded."
    if item.status is RunStatus.SUPERSEDED:
        return "taken out of the queue."
    if item.status is not RunStatus.GRADED:
        return "could not be graded again; the score stays as it is."
    if not item.is_current:
        return "graded again in another way meanwhile; that stays."
    return "no longer meant, because the student handed in again."
