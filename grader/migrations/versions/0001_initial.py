"""Accounts, courses, assignments, submissions, the queue and the audit list."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of the first version."""
    _accounts()
    _courses()
    _assignments()
    _submissions()
    _grading_runs()
    _grading_run_indexes()
    _run_results()
    _audit()
    _audit_guard()
    _worker_beats()


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _truth(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _reference(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    key = f"fk_{table}_{name}_{target}"
    return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=key)


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(names or ("id",)), name=f"pk_{table}")


def _unique(table: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name=f"uq_{table}_{'_'.join(names)}")


def _accounts() -> None:
    op.create_table(
        "role",
        _whole("id"),
        _text("name", 80),
        _text("description", 255),
        _key("role"),
        _unique("role", "name"),
    )
    op.create_table(
        "user_account",
        _whole("id"),
        _text("email", 255),
        _text("name", 200),
        _text("password", 255, nullable=True),
        _truth("active"),
        _text("fs_uniquifier", 64),
        _moment("confirmed_at", nullable=True),
        _truth("is_admin"),
        _truth("must_change_password"),
        _moment("created_at"),
        _key("user_account"),
        _unique("user_account", "email"),
        _unique("user_account", "fs_uniquifier"),
    )
    op.create_table(
        "user_role",
        _whole("user_id"),
        _whole("role_id"),
        _reference("user_role", "user_id", "user_account"),
        _reference("user_role", "role_id", "role"),
        _key("user_role", "user_id", "role_id"),
    )


def _courses() -> None:
    op.create_table(
        "course",
        _whole("id"),
        _text("slug", 80),
        _text("title", 200),
        _text("timezone", 64),
        _moment("created_at"),
        _key("course"),
        _unique("course", "slug"),
    )
    op.create_table(
        "enrolment",
        _whole("course_id"),
        _whole("user_id"),
        _text("role", 20),
        _reference("enrolment", "course_id", "course"),
        _reference("enrolment", "user_id", "user_account"),
        _key("enrolment", "course_id", "user_id"),
    )
    op.create_index("ix_enrolment_user_id", "enrolment", ["user_id"])


def _assignments() -> None:
    op.create_table(
        "assignment",
        _whole("id"),
        _whole("course_id"),
        _text("slug", 80),
        _text("title", 200),
        _moment("due_at", nullable=True),
        _whole("max_attempts", nullable=True),
        _moment("created_at"),
        _reference("assignment", "course_id", "course"),
        _key("assignment"),
        _unique("assignment", "course_id", "slug"),
    )
    op.create_table(
        "assignment_snapshot",
        _whole("id"),
        _whole("assignment_id"),
        _text("digest", 64),
        _json("manifest"),
        _json("outline"),
        sa.Column("max_score", sa.Double(), nullable=False),
        _moment("published_at"),
        _reference("assignment_snapshot", "assignment_id", "assignment"),
        _key("assignment_snapshot"),
    )
    op.create_index(
        "ix_assignment_snapshot_assignment_id", "assignment_snapshot", ["assignment_id"]
    )


def _submissions() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        _whole("assignment_id"),
        _whole("user_id"),
        _whole("number"),
        _moment("received_at"),
        _json("files"),
        _json("originals"),
        _text("entry", 255),
        _json("notices"),
        _text("sha256", 64),
        _text("idempotency_key", 64),
        _truth("attempt_refunded"),
        _reference("submission", "assignment_id", "assignment"),
        _reference("submission", "user_id", "user_account"),
        _key("submission"),
        _unique("submission", "assignment_id", "user_id", "number"),
        _unique("submission", "user_id", "assignment_id", "idempotency_key"),
    )
    op.create_table(
        "attempts",
        _whole("assignment_id"),
        _whole("user_id"),
        _whole("used"),
        _whole("submitted"),
        _reference("attempts", "assignment_id", "assignment"),
        _reference("attempts", "user_id", "user_account"),
        _key("attempts", "assignment_id", "user_id"),
    )


def _grading_runs() -> None:
    op.create_table(
        "grading_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        _whole("snapshot_id"),
        _whole("user_id"),
        _whole("ordinal"),
        _truth("is_current"),
        _text("status", 20),
        _moment("eff"),
        _whole("attempt"),
        sa.Column("token", sa.Uuid(), nullable=True),
        _text("worker", 100, nullable=True),
        _moment("lease_until", nullable=True),
        _moment("heartbeat_at", nullable=True),
        _text("avoid_worker", 100, nullable=True),
        _moment("avoid_until", nullable=True),
        _whole("crash_strikes"),
        _whole("lost_workers"),
        _whole("give_backs"),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        _whole("progress_index"),
        _whole("progress_total"),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("max_score", sa.Double(), nullable=True),
        _json("report", nullable=True),
        _text("jail_tier", 40),
        _json("versions"),
        _moment("created_at"),
        _moment("started_at", nullable=True),
        _moment("finished_at", nullable=True),
        _reference("grading_run", "submission_id", "submission"),
        _reference("grading_run", "snapshot_id", "assignment_snapshot"),
        _reference("grading_run", "user_id", "user_account"),
        _key("grading_run"),
        _unique("grading_run", "submission_id", "ordinal"),
    )


def _grading_run_indexes() -> None:
    """Index only the rows that still matter: finished ones slow nothing down."""
    partial = {
        "ix_grading_run_queue": (["eff", "id"], "status = 'queued'"),
        "ix_grading_run_leases": (["lease_until"], "status = 'running'"),
        "ix_grading_run_pending": (["user_id"], "status IN ('queued', 'running')"),
        "ix_grading_run_attention": (["finished_at"], "status = 'needs_attention'"),
        "uq_grading_run_current": (["submission_id"], "is_current"),
    }
    for name, (columns, condition) in partial.items():
        op.create_index(
            name,
            "grading_run",
            columns,
            unique=name.startswith("uq_"),
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def _run_results() -> None:
    op.create_table(
        "run_result",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        _text("check_id", 200),
        _json("results"),
        _reference("run_result", "run_id", "grading_run"),
        _key("run_result", "run_id", "position"),
    )


def _audit() -> None:
    op.create_table(
        "audit_entry",
        _whole("id"),
        _moment("at"),
        _whole("actor_id", nullable=True),
        _text("action", 40),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        _whole("attempt", nullable=True),
        _json("old", nullable=True),
        _json("new", nullable=True),
        _text("reason", 500),
        _reference("audit_entry", "actor_id", "user_account"),
        _key("audit_entry"),
    )
    op.create_index("ix_audit_entry_submission_id", "audit_entry", ["submission_id"])


def _audit_guard() -> None:
    """Make the database itself refuse to change or delete what was noted."""
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{action.lower()} "
                f"BEFORE {action} ON audit_entry BEGIN "
                "SELECT RAISE(ABORT, 'audit_entry is insert-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_entry is insert-only' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_insert_only BEFORE UPDATE OR DELETE "
        "ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()"
    )


def _worker_beats() -> None:
    op.create_table(
        "worker_beat",
        _text("worker", 100),
        _text("host", 255),
        _whole("pid"),
        _moment("started_at"),
        _moment("beat_at"),
        _moment("answered_at", nullable=True),
        _text("jail_tier", 40),
        sa.Column("problem", sa.Text(), nullable=False),
        _key("worker_beat", "worker"),
    )
    op.create_index("ix_worker_beat_beat_at", "worker_beat", ["beat_at"])
