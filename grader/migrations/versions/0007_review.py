"""What people add to a grade: overrides, comments, regrades, reruns, standings."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and columns."""
    _bank_comment()
    _comment()
    _regrade_request()
    _rerun_batch()
    _review()
    _rubric_mark()
    _score_override()
    _standing()
    _regrade_message()
    _rerun_item()
    _fill_standings()


def _bank_comment() -> None:
    op.create_table(
        "bank_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("removed_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user_account.id"],
            name="fk_bank_comment_author_id_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_bank_comment_course_id_course"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bank_comment"),
    )
    op.create_index("ix_bank_comment_course_id", "bank_comment", ["course_id"])


def _comment() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("file", sa.String(255), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("edited_at", _WHEN, nullable=True),
        sa.Column("removed_at", _WHEN, nullable=True),
        sa.Column("batch", sa.Uuid(), nullable=True),
        sa.Column("bank_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name="fk_comment_author_id_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["bank_comment.id"], name="fk_comment_bank_id_bank_comment"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name="fk_comment_submission_id_submission",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
    )
    op.create_index("ix_comment_batch", "comment", ["batch"])
    op.create_index("ix_comment_submission_id", "comment", ["submission_id"])


def _regrade_request() -> None:
    op.create_table(
        "regrade_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("closed_at", _WHEN, nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("score_before", sa.Double(), nullable=True),
        sa.Column("score_after", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assigned_to"],
            ["user_account.id"],
            name="fk_regrade_request_assigned_to_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name="fk_regrade_request_assignment_id_assignment",
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"],
            ["user_account.id"],
            name="fk_regrade_request_closed_by_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"],
            ["user_account.id"],
            name="fk_regrade_request_opened_by_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name="fk_regrade_request_submission_id_submission",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_regrade_request"),
    )
    _regrade_request_indexes()


def _regrade_request_indexes() -> None:
    op.create_index(
        "ix_regrade_request_open",
        "regrade_request",
        ["assignment_id", "created_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_regrade_request_opened_by", "regrade_request", ["opened_by"])
    op.create_index(
        "ix_regrade_request_submission_id", "regrade_request", ["submission_id"]
    )


def _rerun_batch() -> None:
    op.create_table(
        "rerun_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("applied_at", _WHEN, nullable=True),
        sa.Column("applied_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["applied_by"],
            ["user_account.id"],
            name="fk_rerun_batch_applied_by_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name="fk_rerun_batch_assignment_id_assignment",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["user_account.id"],
            name="fk_rerun_batch_created_by_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["assignment_snapshot.id"],
            name="fk_rerun_batch_snapshot_id_assignment_snapshot",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rerun_batch"),
    )
    op.create_index("ix_rerun_batch_assignment_id", "rerun_batch", ["assignment_id"])


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("done_at", _WHEN, nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assigned_to"],
            ["user_account.id"],
            name="fk_review_assigned_to_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["done_by"], ["user_account.id"], name="fk_review_done_by_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name="fk_review_submission_id_submission",
        ),
        sa.PrimaryKeyConstraint("submission_id", name="pk_review"),
    )
    op.create_index("ix_review_assigned_to", "review", ["assigned_to"])


def _rubric_mark() -> None:
    op.create_table(
        "rubric_mark",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("batch", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user_account.id"],
            name="fk_rubric_mark_author_id_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["rubric_item.id"], name="fk_rubric_mark_item_id_rubric_item"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name="fk_rubric_mark_submission_id_submission",
        ),
        sa.PrimaryKeyConstraint("submission_id", "item_id", name="pk_rubric_mark"),
    )
    op.create_index("ix_rubric_mark_batch", "rubric_mark", ["batch"])
    op.create_index("ix_rubric_mark_item_id", "rubric_mark", ["item_id"])


def _score_override() -> None:
    op.create_table(
        "score_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.String(200), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("graded_points", sa.Double(), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("needs_look", sa.Boolean(), nullable=False),
        sa.Column("removed_at", _WHEN, nullable=True),
        sa.Column("removed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user_account.id"],
            name="fk_score_override_author_id_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["removed_by"],
            ["user_account.id"],
            name="fk_score_override_removed_by_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name="fk_score_override_submission_id_submission",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_score_override"),
    )
    op.create_index(
        "ix_score_override_submission_id", "score_override", ["submission_id"]
    )
    op.create_index(
        "uq_score_override_holds",
        "score_override",
        ["submission_id", "check_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def _standing() -> None:
    op.create_table(
        "standing",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("received_at", _WHEN, nullable=False),
        sa.Column("raw", sa.Double(), nullable=True),
        sa.Column("adjusted", sa.Double(), nullable=True),
        sa.Column("late_seconds", sa.Double(), nullable=False),
        sa.Column("penalty", sa.Double(), nullable=False),
        sa.Column("final", sa.Double(), nullable=True),
        sa.Column("max_score", sa.Double(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("needs_look", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name="fk_standing_assignment_id_assignment",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name="fk_standing_submission_id_submission",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_standing_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("submission_id", "user_id", name="pk_standing"),
    )
    op.create_index(
        "ix_standing_assignment_id_user_id", "standing", ["assignment_id", "user_id"]
    )
    op.create_index(
        "uq_standing_counts",
        "standing",
        ["assignment_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("counts"),
        postgresql_where=sa.text("counts"),
    )


def _regrade_message() -> None:
    op.create_table(
        "regrade_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user_account.id"],
            name="fk_regrade_message_author_id_user_account",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["regrade_request.id"],
            name="fk_regrade_message_request_id_regrade_request",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_regrade_message"),
    )
    op.create_index("ix_regrade_message_request_id", "regrade_message", ["request_id"])


def _rerun_item() -> None:
    op.create_table(
        "rerun_item",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("old_run_id", sa.Uuid(), nullable=False),
        sa.Column("new_run_id", sa.Uuid(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["rerun_batch.id"], name="fk_rerun_item_batch_id_rerun_batch"
        ),
        sa.ForeignKeyConstraint(
            ["new_run_id"],
            ["grading_run.id"],
            name="fk_rerun_item_new_run_id_grading_run",
        ),
        sa.ForeignKeyConstraint(
            ["old_run_id"],
            ["grading_run.id"],
            name="fk_rerun_item_old_run_id_grading_run",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name="fk_rerun_item_submission_id_submission",
        ),
        sa.PrimaryKeyConstraint("batch_id", "submission_id", name="pk_rerun_item"),
    )
    op.create_index("ix_rerun_item_new_run_id", "rerun_item", ["new_run_id"])


def _fill_standings() -> None:
    """Give every submission its standing: nothing that was late has been taken yet."""
    op.execute(
        """
        INSERT INTO standing (submission_id, user_id, assignment_id, run_id, number,
            received_at, raw, adjusted, late_seconds, penalty, final, max_score,
            counts, needs_look)
        SELECT submission_id, user_id, assignment_id, run_id, number, received_at,
            score, score, 0, 0, score, max_score,
            score IS NOT NULL AND place = 1, false
        FROM (
            SELECT s.id AS submission_id, s.user_id AS user_id,
                s.assignment_id AS assignment_id, r.id AS run_id, s.number AS number,
                s.received_at AS received_at, r.score AS score,
                COALESCE(r.max_score, n.max_score) AS max_score,
                row_number() OVER (
                    PARTITION BY s.assignment_id, s.user_id
                    ORDER BY COALESCE(r.score, -1) DESC, s.number
                ) AS place
            FROM submission s
            JOIN grading_run r ON r.submission_id = s.id AND r.is_current
            JOIN assignment_snapshot n ON n.id = r.snapshot_id
        ) AS ranked
        """
    )
