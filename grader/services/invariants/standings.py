"""What must hold of the scores that lists show."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from grader.models import Assignment, GradingRun, RunStatus, Standing
from grader.services import standings
from grader.services.invariants.look import Look

_SAME = ("raw", "adjusted", "late_seconds", "penalty", "final", "max_score")
_FLAGS = ("counts", "needs_look")


def standings_are_as_expected(look: Look) -> Iterator[str]:
    """Yield standings that are not what runs, people and dates say they are."""
    for assignment_id in look.session.scalars(select(Assignment.id)):
        yield from _of_assignment(look, assignment_id)


def _of_assignment(look: Look, assignment_id: int) -> Iterator[str]:
    columns = Standing.__table__.columns
    stored = {
        (row["submission_id"], row["user_id"]): dict(row)
        for row in look.session.execute(
            select(*columns).where(Standing.assignment_id == assignment_id)
        ).mappings()
    }
    graded = set(
        look.session.scalars(
            select(GradingRun.id).where(
                GradingRun.is_current, GradingRun.status == RunStatus.GRADED
            )
        )
    )
    for row in standings.expected(look.session, assignment_id):
        kept = stored.pop((row["submission_id"], row["user_id"]), None)
        is_graded = row["run_id"] in graded
        whose = f"submission {row['submission_id']} and student {row['user_id']}"
        if kept is None:
            if is_graded:
                yield f"{whose} have no standing."
        elif wrong := list(_differences(kept, row, is_graded=is_graded)):
            yield f"the standing of {whose} has another {', '.join(wrong)}."
    for submission_id, user_id in stored:
        yield f"submission {submission_id} counts for student {user_id} by nothing."


def _differences(
    kept: Mapping[str, Any], wanted: Mapping[str, Any], *, is_graded: bool
) -> Iterator[str]:
    for name in _SAME:
        one, other = kept[name], wanted[name]
        if None in (one, other):
            if one is not other:
                yield name
        elif not math.isclose(one, other, abs_tol=1e-6):
            yield name
    for name in _FLAGS:
        if kept[name] != wanted[name]:
            yield name
    if is_graded and kept["run_id"] != wanted["run_id"]:
        yield "run"
