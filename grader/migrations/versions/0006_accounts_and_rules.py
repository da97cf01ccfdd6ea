"""Sessions, tokens, groups, drafts, more time for one; and what assignments allow."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and columns."""
    _columns()
    _account_session()
    _api_token()
    _draft()
    _trial()
    _extension()
    _student_group()
    _group_member()
    _rubric_item()


def _columns() -> None:
    op.add_column("assignment", sa.Column("opens_at", _WHEN, nullable=True))
    op.add_column(
        "assignment",
        sa.Column("cooldown_seconds", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column("assignment", sa.Column("late_policy", sa.JSON(), nullable=True))
    op.add_column(
        "assignment",
        sa.Column("counting", sa.String(20), server_default="best", nullable=False),
    )
    op.add_column("assignment", sa.Column("scores_published_at", _WHEN, nullable=True))
    op.add_column(
        "assignment",
        sa.Column("group_size", sa.Integer(), server_default="1", nullable=False),
    )
    op.add_column("attempts", sa.Column("last_at", _WHEN, nullable=True))
    op.add_column("attempts", sa.Column("chosen_id", sa.Uuid(), nullable=True))
    op.add_column("course", sa.Column("join_code", sa.String(20), nullable=True))
    op.add_column(
        "course",
        sa.Column("late_days", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_index("uq_course_join_code", "course", ["join_code"], unique=True)
    op.add_column(
        "enrolment",
        sa.Column("section", sa.String(80), server_default="", nullable=False),
    )
    op.add_column(
        "enrolment",
        sa.Column("student_number", sa.String(80), server_default="", nullable=False),
    )
    op.add_column(
        "enrolment",
        sa.Column("extra_minutes", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column("enrolment", sa.Column("dropped_at", _WHEN, nullable=True))
    op.add_column(
        "submission",
        sa.Column("late_days", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column(
        "user_account", sa.Column("totp_secret", sa.String(255), nullable=True)
    )
    op.add_column(
        "user_account",
        sa.Column("recovery_codes", sa.JSON(), server_default="[]", nullable=False),
    )
    op.add_column("user_account", sa.Column("erased_at", _WHEN, nullable=True))


def _account_session() -> None:
    op.create_table(
        "account_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("seen_at", _WHEN, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(255), nullable=False),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name="fk_account_session_user_id_user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_session"),
        sa.UniqueConstraint("digest", name="uq_account_session_digest"),
    )
    op.create_index("ix_account_session_user_id", "account_session", ["user_id"])


def _api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("start", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("used_at", _WHEN, nullable=True),
        sa.Column("revoked_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_api_token_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("digest", name="uq_api_token_digest"),
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"])


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_draft_course_id_course"
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["user_account.id"], name="fk_draft_saved_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint("course_id", "slug", name="uq_draft_course_id_slug"),
    )


def _trial() -> None:
    op.create_table(
        "trial",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", _WHEN, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Integer(), nullable=False),
        sa.Column("ordered_at", _WHEN, nullable=False),
        sa.Column("finished_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_trial_course_id_course"
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by"], ["user_account.id"], name="fk_trial_ordered_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trial"),
    )
    op.create_index("ix_trial_course_id", "trial", ["course_id"])
    op.create_index(
        "ix_trial_waiting",
        "trial",
        ["state", "id"],
        sqlite_where=sa.text("state IN ('queued', 'running')"),
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def _extension() -> None:
    op.create_table(
        "extension",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("due_at", _WHEN, nullable=True),
        sa.Column("extra_attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.Column("granted_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name="fk_extension_assignment_id_assignment",
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"],
            ["user_account.id"],
            name="fk_extension_granted_by_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_extension_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("assignment_id", "user_id", name="pk_extension"),
    )


def _student_group() -> None:
    op.create_table(
        "student_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name="fk_student_group_assignment_id_assignment",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_student_group"),
        sa.UniqueConstraint(
            "assignment_id", "name", name="uq_student_group_assignment_id_name"
        ),
    )


def _group_member() -> None:
    op.create_table(
        "group_member",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name="fk_group_member_assignment_id_assignment",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["student_group.id"],
            name="fk_group_member_group_id_student_group",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name="fk_group_member_user_id_user_account",
        ),
        sa.PrimaryKeyConstraint("assignment_id", "user_id", name="pk_group_member"),
    )
    op.create_index("ix_group_member_group_id", "group_member", ["group_id"])


def _rubric_item() -> None:
    op.create_table(
        "rubric_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("mistake", sa.String(20), nullable=False),
        sa.Column("removed_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name="fk_rubric_item_assignment_id_assignment",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rubric_item"),
    )
    op.create_index("ix_rubric_item_assignment_id", "rubric_item", ["assignment_id"])
