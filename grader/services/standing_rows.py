"""What a standing is made of, and which of a student's counts; nothing is read here."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grader import lateness, scoring
from grader.models import Counting

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """A submission, and what its current run gave."""

    submission_id: uuid.UUID
    assignment_id: int
    run_id: uuid.UUID
    number: int
    received_at: datetime
    late_days: int
    raw: float | None
    max_score: float


def row_of(
    facts: Facts,
    late_policy: Mapping[str, Any] | None,
    user_id: int,
    gained: float,
    due_at: datetime | None,
) -> dict[str, Any]:
    """Return the columns of one student's standing.

    Parameters
    ----------
    gained
        By overrides and the rubric; negative for a loss.
    due_at
        Of this student.
    """
    late = lateness.judge(
        late_policy,
        due_at=due_at,
        received_at=facts.received_at,
        bank_days=facts.late_days,
    )
    raw = facts.raw
    adjusted = None if raw is None else max(scoring.rounded(raw + gained), 0.0)
    final = None if adjusted is None else scoring.rounded(adjusted * late.share)
    penalty = 0.0
    if adjusted is not None and final is not None:
        penalty = scoring.rounded(adjusted - final)
    return {
        "submission_id": facts.submission_id,
        "user_id": user_id,
        "assignment_id": facts.assignment_id,
        "run_id": facts.run_id,
        "number": facts.number,
        "received_at": facts.received_at,
        "raw": raw,
        "adjusted": adjusted,
        "late_seconds": late.seconds,
        "penalty": penalty,
        "final": final,
        "max_score": facts.max_score,
    }


def counting_one(
    rows: Sequence[Row], rule: Counting, chosen: uuid.UUID | None
) -> Row | None:
    """Return the standing that is the score, ``None`` while none has one.

    The best is the highest, the earliest of equals. What has no score never counts, so
    a run that needs attention never replaces a score and never becomes a zero.
    """
    scored = [row for row in rows if row["final"] is not None]
    if not scored:
        return None
    if rule is Counting.LAST:
        # Numbers are each student's own, but a group hands in together.
        return max(scored, key=lambda row: (row["received_at"], row["number"]))
    if rule is Counting.CHOSEN:
        for row in scored:
            if row["submission_id"] == chosen:
                return row
    return max(scored, key=lambda row: (row["final"], -row["number"]))


def changes(rows: Sequence[Row], best: Row | None) -> Iterator[tuple[uuid.UUID, bool]]:
    """Yield which submissions begin or cease to count, in the order to store it.

    The old one first: only one of them may count at any moment.
    """
    for row in sorted(rows, key=lambda row: row is best):
        wanted = row is best
        if row["counts"] != wanted:
            yield row["submission_id"], wanted
