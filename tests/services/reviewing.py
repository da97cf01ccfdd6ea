"""Shortcuts for the tests of what people add to a grade."""

import uuid
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from grader.models import AssignmentSnapshot, AuditEntry, Standing
from grader.report import Diagnosis, Verdict
from grader.services import runs
from tests.services.world import World, report

BIAS = Diagnosis("M02", "The bias gradient is not summed over the batch", "Which axis?")


def graded(world: World, score: float = 4.0, user_id: int | None = None) -> uuid.UUID:
    """Hand in, grade, and return the submission; the last check may miss points."""
    receipt = world.submit(user_id)
    world.grade(score)
    return uuid.UUID(receipt.submission_id)


def mistaken(
    world: World, user_id: int, *, fault: dict[str, Any] | None = None
) -> uuid.UUID:
    """Hand in something that misses the last check by a known mistake."""
    receipt = world.submit(user_id)
    job = world.must_claim()
    whole = report(3.0)
    wrong = replace(
        whole.results[-1],
        verdict=Verdict.FAILED,
        quantity="grad_x",
        diagnosis=BIAS,
        evidence={"fault": fault} if fault else {},
    )
    outcome = replace(whole, seed=job.seed, results=(*whole.results[:-1], wrong))
    with world.database.write() as session:
        runs.finish(session, job, outcome)
    return uuid.UUID(receipt.submission_id)


def score(world: World, submission: uuid.UUID, user_id: int | None = None) -> Any:
    with world.database.read() as session:
        row = session.get_one(Standing, (submission, user_id or world.student))
        return row.final


def hide(world: World, check: str) -> None:
    """Let students see a check of the assignment never."""
    with world.database.write() as session:
        row = session.get_one(AssignmentSnapshot, world.snapshot_id)
        row.outline = [
            {**entry, "visibility": "hidden"} if entry["id"] == check else entry
            for entry in row.outline
        ]


def noted(world: World, action: str) -> list[tuple[Any, Any, int | None]]:
    """Return old, new and actor of the audit entries of one kind."""
    with world.database.read() as session:
        rows = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.action == action)
            .order_by(AuditEntry.id)
        )
        return [(row.old, row.new, row.actor_id) for row in rows]
