"""A small summary of each run, and indexes for lists and sums over a class."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_AT_ONCE = 200
_COUNTS = sa.text("counts")
_RUN = sa.table(
    "grading_run",
    sa.column("id", sa.Uuid()),
    sa.column("status", sa.String()),
    sa.column("outcomes", sa.JSON()),
)
_RESULT = sa.table(
    "run_result",
    sa.column("run_id", sa.Uuid()),
    sa.column("position", sa.Integer()),
    sa.column("check_id", sa.String()),
    sa.column("results", sa.JSON()),
)


def upgrade() -> None:
    """Add the column and the index, and sum up the runs that are graded already."""
    op.add_column("grading_run", sa.Column("outcomes", sa.JSON(), nullable=True))
    op.create_index(
        "ix_submission_assignment_id_received_at",
        "submission",
        ["assignment_id", "received_at"],
    )
    op.create_index(
        "ix_standing_scores",
        "standing",
        ["assignment_id", "user_id", "final", "max_score"],
        sqlite_where=_COUNTS,
        postgresql_where=_COUNTS,
    )
    connection = op.get_bind()
    graded = connection.scalars(
        sa.select(_RUN.c.id).where(_RUN.c.status == "graded")
    ).all()
    for start in range(0, len(graded), _AT_ONCE):
        _sum_up(connection, graded[start : start + _AT_ONCE])


def _sum_up(connection: sa.Connection, run_ids: Sequence[Any]) -> None:
    rows = connection.execute(
        sa.select(_RESULT.c.run_id, _RESULT.c.check_id, _RESULT.c.results)
        .where(_RESULT.c.run_id.in_(run_ids))
        .order_by(_RESULT.c.run_id, _RESULT.c.position)
    )
    found: dict[Any, dict[str, Any]] = {}
    for run_id, check, results in rows:
        own = found.setdefault(run_id, {"checks": {}, "mistakes": []})
        passed = all(one.get("verdict") == "passed" for one in results)
        points = round(sum(one.get("points", 0.0) for one in results), 6)
        own["checks"][check] = [points, int(passed)]
        known = {
            json.dumps([check, one["diagnosis"]["id"], one["diagnosis"]["title"]])
            for one in results
            if one.get("diagnosis")
        }
        own["mistakes"] += [json.loads(mistake) for mistake in sorted(known)]
    for run_id, outcomes in found.items():
        connection.execute(
            sa.update(_RUN).where(_RUN.c.id == run_id).values(outcomes=outcomes)
        )
