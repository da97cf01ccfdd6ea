"""Two lanes in the queue, how long a run will take, and how many a worker grades."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_QUEUED = sa.text("status = 'queued'")
_GRADED = sa.text("status = 'graded'")


def upgrade() -> None:
    """Add the columns, and order the queue by lane first."""
    op.add_column(
        "grading_run",
        sa.Column("lane", sa.SmallInteger(), nullable=False, server_default="0"),
    )
    op.add_column(
        "grading_run",
        sa.Column("expected_seconds", sa.Double(), nullable=False, server_default="0"),
    )
    op.add_column(
        "worker_beat",
        sa.Column("slots", sa.Integer(), nullable=False, server_default="1"),
    )
    op.drop_index("ix_grading_run_queue", "grading_run")
    for name, columns, condition in (
        ("ix_grading_run_queue", ["lane", "eff", "id"], _QUEUED),
        ("ix_grading_run_times", ["snapshot_id", "finished_at"], _GRADED),
    ):
        op.create_index(
            name,
            "grading_run",
            columns,
            sqlite_where=condition,
            postgresql_where=condition,
        )
