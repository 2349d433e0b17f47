"""Tables that are only added to: the database itself refuses to change or remove what the audit and the register hold."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "audit_entry",
    "certificate_log",
    "enrolment_status_change",
    "programme_outline",
)
FROZEN = (
    "number",
    "series_id",
    "sequence",
    "code",
    "control_code",
    "batch_id",
    "cohort_id",
    "person_id",
    "enrolment_id",
    "organisation_id",
    "issued_on",
    "issued_at",
    "payload",
    "payload_sha256",
)


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _sqlite() -> None:
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        f"CREATE TRIGGER certificate_frozen BEFORE UPDATE OF {', '.join(FROZEN)} ON certificate "
        "BEGIN SELECT RAISE(ABORT, 'an issued certificate does not change'); END"
    )
    op.execute(
        "CREATE TRIGGER certificate_no_delete BEFORE DELETE ON certificate "
        "BEGIN SELECT RAISE(ABORT, 'an issued certificate does not go away'); END"
    )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        f"CREATE TRIGGER certificate_frozen BEFORE UPDATE OF {', '.join(FROZEN)} ON certificate "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER certificate_no_delete BEFORE DELETE OR TRUNCATE ON certificate "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Take back."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        if sqlite:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    place = "" if sqlite else " ON certificate"
    op.execute(f"DROP TRIGGER certificate_frozen{place}")
    op.execute(f"DROP TRIGGER certificate_no_delete{place}")
    if not sqlite:
        op.execute("DROP FUNCTION refuse_change()")
