"""One table for alarms of every kind; those about jails move into it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = sa.text("resolved_at IS NULL")
_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table, fill it from the old one, and drop that."""
    alarm = _create()
    before = sa.table(
        "jail_alarm",
        *(sa.column(name) for name in ("id", "worker", "host", "tier")),
        *(sa.column(name, _WHEN) for name in ("at", "quarantine_until")),
        *(sa.column(name, sa.JSON()) for name in ("problems", "machine")),
        sa.column("run_id", sa.Uuid()),
    )
    kept: dict[str, dict[str, object]] = {}
    # One stays open for each worker, with what was seen last.
    for old in op.get_bind().execute(sa.select(before).order_by(before.c.id)):
        earlier = kept.get(old.worker, {"first_seen": old.at, "count": 0})
        kept[old.worker] = {
            "kind": "jail-not-locked",
            "subject": old.worker,
            "worker": old.worker,
            "host": old.host,
            "run_id": old.run_id,
            "first_seen": earlier["first_seen"],
            "last_seen": old.at,
            "count": int(str(earlier["count"])) + 1,
            "problems": old.problems,
            "facts": {**old.machine, "jail_tier": old.tier},
            "quarantine_until": old.quarantine_until,
        }
    if kept:
        op.bulk_insert(alarm, list(kept.values()))
    op.drop_table("jail_alarm")


def _create() -> sa.Table:
    alarm = op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(150), nullable=False),
        sa.Column("worker", sa.String(100), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("first_seen", _WHEN, nullable=False),
        sa.Column("last_seen", _WHEN, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("quarantine_until", _WHEN, nullable=True),
        sa.Column("resolved_at", _WHEN, nullable=True),
        sa.Column("resolved_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resolved_by"],
            ["user_account.id"],
            name="fk_alarm_resolved_by_user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
    )
    for column in ("worker", "last_seen"):
        op.create_index(f"ix_alarm_{column}", "alarm", [column])
    op.create_index(
        "uq_alarm_open",
        "alarm",
        ["kind", "subject"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    return alarm
