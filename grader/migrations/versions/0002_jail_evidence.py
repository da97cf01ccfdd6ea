"""Blocked calls of a run, and alarms about jails that were not locked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column to the runs, and the table of alarms."""
    # Existing rows need a value; the model gives it to new ones.
    op.add_column(
        "grading_run",
        sa.Column("blocked_calls", sa.JSON(), nullable=False, server_default="[]"),
    )
    op.create_table(
        "jail_alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(100), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("tier", sa.String(40), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("machine", sa.JSON(), nullable=False),
        sa.Column("quarantine_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jail_alarm"),
    )
    for column in ("at", "worker"):
        op.create_index(f"ix_jail_alarm_{column}", "jail_alarm", [column])
