"""Each entry of the audit list holds the hash of the one before."""

from types import SimpleNamespace

import sqlalchemy as sa
from alembic import op

from grader.models.audit_entry import FIRST, chained_hash
from grader.models.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS = (("previous_hash", FIRST), ("hash", ""))
# As it is at this revision, whatever the model says later.
_ENTRIES = sa.table(
    "audit_entry",
    sa.column("id", sa.Integer),
    sa.column("at", UtcDateTime),
    sa.column("actor_id", sa.Integer),
    sa.column("action", sa.String),
    sa.column("submission_id", sa.Uuid),
    sa.column("run_id", sa.Uuid),
    sa.column("attempt", sa.Integer),
    sa.column("old", sa.JSON),
    sa.column("new", sa.JSON),
    sa.column("reason", sa.String),
    sa.column("previous_hash", sa.String),
    sa.column("hash", sa.String),
)


def upgrade() -> None:
    """Add the two columns, and chain what was noted before."""
    for name, default in _COLUMNS:
        op.add_column(
            "audit_entry",
            sa.Column(name, sa.String(64), nullable=False, server_default=default),
        )
    allow = {"sqlite": _allow_on_sqlite, "postgresql": _allow_on_postgres}
    refuse = {"sqlite": _refuse_on_sqlite, "postgresql": _refuse_on_postgres}
    dialect = op.get_bind().dialect.name
    allow[dialect]()
    _chain_entries()
    refuse[dialect]()


def _chain_entries() -> None:
    connection = op.get_bind()
    before = FIRST
    for row in connection.execute(sa.select(_ENTRIES).order_by(_ENTRIES.c.id)).all():
        entry = SimpleNamespace(**{**row._mapping, "previous_hash": before})
        digest = chained_hash(entry)
        connection.execute(
            sa.update(_ENTRIES)
            .where(_ENTRIES.c.id == row.id)
            .values(previous_hash=before, hash=digest)
        )
        before = digest


def _allow_on_sqlite() -> None:
    op.execute("DROP TRIGGER audit_entry_no_update")


def _refuse_on_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN "
        "SELECT RAISE(ABORT, 'audit_entry is insert-only'); END"
    )


def _allow_on_postgres() -> None:
    op.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_insert_only")


def _refuse_on_postgres() -> None:
    op.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_insert_only")
