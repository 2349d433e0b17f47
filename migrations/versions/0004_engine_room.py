"""The engine room: jobs, mail, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "reminder_mark",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("occurrence", sa.String(length=120), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_mark")),
        sa.UniqueConstraint("kind", "occurrence", "recipient", name=op.f("uq_reminder_mark_kind_occurrence_recipient")),
    )
    op.create_index(op.f("ix_reminder_mark_at"), "reminder_mark", ["at"], unique=False)
    op.create_table(
        "reminder_look",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_reminder_look")),
    )
    op.create_table(
        "trigger_mark",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("fired_until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_trigger_mark")),
    )
    op.create_table(
        "worker_pulse",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_pulse")),
    )
    op.create_table(
        "announcement",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(length=60), nullable=False),
        sa.Column("audience_name", sa.JSON(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(), nullable=True),
        sa.Column("reminded_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user_account.id"],
            name=op.f("fk_announcement_created_by_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["reminded_by_id"],
            ["user_account.id"],
            name=op.f("fk_announcement_reminded_by_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("key", name=op.f("uq_announcement_key")),
    )
    op.create_index(op.f("ix_announcement_created_by_id"), "announcement", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_announcement_reminded_by_id"), "announcement", ["reminded_by_id"], unique=False)
    op.create_index(op.f("ix_announcement_scope_scope_id"), "announcement", ["scope", "scope_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("arguments", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("turn", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("run_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("said", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("problem", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_job_created_by_id_user_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index(op.f("ix_job_created_by_id"), "job", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_job_ended_at"), "job", ["ended_at"], unique=False)
    op.create_index(
        "ix_job_live",
        "job",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'running')"),
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_index(op.f("ix_job_state_id"), "job", ["state", "id"], unique=False)
    op.create_index(
        "uq_job_turn",
        "job",
        ["turn"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "mailing",
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("texts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("values", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("essential", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user_account.id"],
            name=op.f("fk_mailing_created_by_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
    )
    op.create_index(op.f("ix_mailing_created_at"), "mailing", ["created_at"], unique=False)
    op.create_index(op.f("ix_mailing_created_by_id"), "mailing", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_mailing_scope_scope_id"), "mailing", ["scope", "scope_id"], unique=False)
    op.create_table(
        "notice_choice",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notice_choice_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choice")),
        sa.UniqueConstraint("user_id", "kind", name=op.f("uq_notice_choice_user_id_kind")),
    )
    op.create_table(
        "letter",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("search_key", sa.String(length=600), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("values", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("problem", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_letter_mailing_id_mailing")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_person_id_person")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_letter_user_id_user_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
    )
    op.create_index(op.f("ix_letter_mailing_id"), "letter", ["mailing_id"], unique=False)
    op.create_index(op.f("ix_letter_person_id"), "letter", ["person_id"], unique=False)
    op.create_index(op.f("ix_letter_state_due_at"), "letter", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_letter_user_id"), "letter", ["user_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("announcement_id", sa.Integer(), nullable=True),
        sa.Column("values", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_notice_announcement_id_announcement")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.ForeignKeyConstraint(
            ["seen_by_id"], ["user_account.id"], name=op.f("fk_notice_seen_by_id_user_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notice_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    op.create_index(op.f("ix_notice_announcement_id_seen_at"), "notice", ["announcement_id", "seen_at"], unique=False)
    op.create_index(op.f("ix_notice_person_id_seen_at"), "notice", ["person_id", "seen_at"], unique=False)
    op.create_index(op.f("ix_notice_seen_by_id"), "notice", ["seen_by_id"], unique=False)
    op.create_index(op.f("ix_notice_user_id_seen_at"), "notice", ["user_id", "seen_at"], unique=False)
    op.create_index(op.f("ix_module_session_starts_at"), "module_session", ["starts_at"], unique=False)
    op.create_index(op.f("ix_published_session_starts_at"), "published_session", ["starts_at"], unique=False)
    op.add_column("user_account", sa.Column("time_zone", sa.String(length=60), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("user_account", "time_zone")
    op.drop_index(op.f("ix_published_session_starts_at"), table_name="published_session")
    op.drop_index(op.f("ix_module_session_starts_at"), table_name="module_session")
    op.drop_index(op.f("ix_notice_user_id_seen_at"), table_name="notice")
    op.drop_index(op.f("ix_notice_seen_by_id"), table_name="notice")
    op.drop_index(op.f("ix_notice_person_id_seen_at"), table_name="notice")
    op.drop_index(op.f("ix_notice_announcement_id_seen_at"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(op.f("ix_letter_user_id"), table_name="letter")
    op.drop_index(op.f("ix_letter_state_due_at"), table_name="letter")
    op.drop_index(op.f("ix_letter_person_id"), table_name="letter")
    op.drop_index(op.f("ix_letter_mailing_id"), table_name="letter")
    op.drop_table("letter")
    op.drop_table("notice_choice")
    op.drop_index(op.f("ix_mailing_scope_scope_id"), table_name="mailing")
    op.drop_index(op.f("ix_mailing_created_by_id"), table_name="mailing")
    op.drop_index(op.f("ix_mailing_created_at"), table_name="mailing")
    op.drop_table("mailing")
    op.drop_index(
        "uq_job_turn",
        table_name="job",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(op.f("ix_job_state_id"), table_name="job")
    op.drop_index(
        "ix_job_live",
        table_name="job",
        sqlite_where=sa.text("state IN ('waiting', 'running')"),
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.drop_index(op.f("ix_job_ended_at"), table_name="job")
    op.drop_index(op.f("ix_job_created_by_id"), table_name="job")
    op.drop_table("job")
    op.drop_index(op.f("ix_announcement_scope_scope_id"), table_name="announcement")
    op.drop_index(op.f("ix_announcement_reminded_by_id"), table_name="announcement")
    op.drop_index(op.f("ix_announcement_created_by_id"), table_name="announcement")
    op.drop_table("announcement")
    op.drop_table("worker_pulse")
    op.drop_table("trigger_mark")
    op.drop_table("reminder_look")
    op.drop_index(op.f("ix_reminder_mark_at"), table_name="reminder_mark")
    op.drop_table("reminder_mark")
