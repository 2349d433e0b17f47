"""Groups, sessions in full, attendance, projects, defences, completion, working calendars."""

import json
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EMPTY = sa.text("'[]'")
SESSIONS = ("module_session", "published_session")
LISTS = ("rooms", "languages", "audience", "people")


def upgrade() -> None:
    """Apply."""
    _create_tables()
    _groups()
    _sessions()
    _rules()
    op.add_column("certificate_batch_item", sa.Column("evidence", sa.JSON(none_as_null=True), nullable=True))
    _freeze()


def downgrade() -> None:
    """Take back; what the former tables have no place for is lost."""
    bind = op.get_bind()
    _thaw()
    _forget()
    op.drop_column("certificate_batch_item", "evidence")
    op.drop_column("cohort", "completion_rule")
    op.drop_column("programme", "also_called")
    op.drop_column("programme", "assumed")
    for table in SESSIONS:
        op.add_column(table, sa.Column("room", sa.String(length=200), nullable=True))
        for key, rooms in bind.execute(sa.text(f"SELECT id, rooms FROM {table}")).all():  # noqa: S608 - our own names
            found = json.loads(rooms) if isinstance(rooms, str) else rooms
            written = {"room": ", ".join(found)[:200] or None, "key": key}
            bind.execute(sa.text(f"UPDATE {table} SET room = :room WHERE id = :key"), written)  # noqa: S608 - our own names
        for column in LISTS:
            op.drop_column(table, column)
    op.drop_column("published_session", "for_all")
    op.add_column("enrolment", sa.Column("group_label", sa.String(length=60), nullable=True))
    op.add_column("enrolment", sa.Column("funding", sa.String(length=60), nullable=True))
    bind.execute(
        sa.text("UPDATE enrolment SET group_label = (SELECT label FROM cohort_group WHERE id = enrolment.group_id)")
    )
    op.drop_index("ix_enrolment_group_id", table_name="enrolment")
    for column in ("group_id", "funder", "funding_decision", "funded_from", "funded_to"):
        op.drop_column("enrolment", column)
    _drop_tables()


# What certificates stand on: closed minutes with their decisions, waivers, the evidence of a proposal. Each with the
# acts that are refused, and when. A waiver can be taken back, once.
CLOSED_DAY = "EXISTS (SELECT 1 FROM defence_day WHERE id = {row}.day_id AND closed_at IS NOT NULL)"
FROZEN = (
    ("defence_day", "UPDATE", "OLD.closed_at IS NOT NULL"),
    ("defence_day", "DELETE", "OLD.closed_at IS NOT NULL"),
    *(
        (table, act, " OR ".join(CLOSED_DAY.format(row=row) for row in rows))
        for table in ("defence_slot", "commission_presence")
        for act, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",)))
    ),
    (
        "completion_waiver",
        "UPDATE",
        "OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL OR "
        + " OR ".join(
            f"NEW.{column} IS DISTINCT FROM OLD.{column}"
            for column in ("id", "enrolment_id", "condition", "reason", "document", "granted_at", "granted_by_id")
        ),
    ),
    ("completion_waiver", "DELETE", "TRUE"),
    ("certificate_batch_item", "UPDATE", "TRUE"),
    ("certificate_batch_item", "DELETE", "TRUE"),
)
SQLITE_WORDS = {" IS DISTINCT FROM ": " IS NOT "}  # SQLite knows the standard's words only from 3.39 on


def _freeze() -> None:
    """The database itself refuses to change what is closed."""
    if op.get_bind().dialect.name == "sqlite":
        for table, act, when in FROZEN:
            for standard, own in SQLITE_WORDS.items():
                when = when.replace(standard, own)
            op.execute(
                f"CREATE TRIGGER {table}_frozen_{act.lower()} BEFORE {act} ON {table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is closed'); END"
            )
        return
    for table, act, when in FROZEN:
        name = f"{table}_frozen_{act.lower()}"
        answer = "OLD" if act == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN RAISE EXCEPTION '% is closed', TG_TABLE_NAME; END IF; RETURN {answer}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _thaw() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, act, _when in FROZEN:
        name = f"{table}_frozen_{act.lower()}"
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")


def _groups() -> None:
    """The groups that rosters named become rows."""
    bind = op.get_bind()
    for column, size in (("funder", 200), ("funding_decision", 200), ("funded_from", 10), ("funded_to", 10)):
        op.add_column("enrolment", sa.Column(column, sa.String(length=size), nullable=True))
    # Written out: SQLite takes a foreign key only together with its column.
    op.execute(
        "ALTER TABLE enrolment ADD COLUMN group_id INTEGER"
        " CONSTRAINT fk_enrolment_group_id_cohort_group REFERENCES cohort_group (id)"
    )
    op.create_index("ix_enrolment_group_id", "enrolment", ["group_id"], unique=False)
    found = bind.execute(
        sa.text(
            "SELECT cohort_id, group_label FROM enrolment WHERE group_label IS NOT NULL"
            " GROUP BY cohort_id, group_label ORDER BY cohort_id, min(number)"
        )
    ).all()
    for position, (cohort_id, label) in enumerate(found, start=1):
        values = {"cohort": cohort_id, "label": label, "position": position}
        bind.execute(
            sa.text(
                "INSERT INTO cohort_group (cohort_id, label, position, version) VALUES (:cohort, :label, :position, 1)"
            ),
            values,
        )
    bind.execute(
        sa.text(
            "UPDATE enrolment SET group_id = (SELECT g.id FROM cohort_group g"
            " WHERE g.cohort_id = enrolment.cohort_id AND g.label = enrolment.group_label)"
        )
    )
    op.drop_column("enrolment", "funding")
    op.drop_column("enrolment", "group_label")


def _sessions() -> None:
    """One room becomes the first of several."""
    bind = op.get_bind()
    for table in SESSIONS:
        for column in LISTS:
            op.add_column(table, sa.Column(column, sa.JSON(none_as_null=True), nullable=False, server_default=EMPTY))
        for key, room in bind.execute(sa.text(f"SELECT id, room FROM {table} WHERE room IS NOT NULL")).all():  # noqa: S608 - our own names
            values = {"rooms": json.dumps([room]), "key": key}
            bind.execute(sa.text(f"UPDATE {table} SET rooms = :rooms WHERE id = :key"), values)  # noqa: S608 - our own names
        if table == "module_session":
            _take_rooms()
        op.drop_column(table, "room")
    op.add_column("published_session", sa.Column("for_all", sa.Boolean(), nullable=False, server_default=sa.true()))


def _take_rooms() -> None:
    """Each room that is taken is found by its name (as app.kernel.text.identity writes it) and its day in UTC."""
    held = sa.table(
        "module_session",
        *(sa.column(name, kind) for name, kind in (("id", sa.Integer()), ("room", sa.String()))),
        *(sa.column(name, sa.DateTime()) for name in ("starts_at", "ends_at")),
    )
    kinds = (("session_id", sa.Integer()), ("room", sa.String()), ("day", sa.Date()))
    taken = sa.table("session_room", *(sa.column(name, kind) for name, kind in kinds))
    found = op.get_bind().execute(sa.select(held).where(held.c.room.is_not(None))).all()
    op.bulk_insert(
        taken,
        [
            {"session_id": row.id, "room": unicodedata.normalize("NFKC", row.room).strip().casefold()[:200], "day": day}
            for row in found
            for day in dict.fromkeys((row.starts_at.date(), row.ends_at.date()))
        ],
    )


def _rules() -> None:
    """Each cohort keeps its own rule; the unit now stands with each condition."""
    bind = op.get_bind()
    for column in ("also_called", "assumed"):
        op.add_column(
            "programme", sa.Column(column, sa.JSON(none_as_null=True), nullable=False, server_default=EMPTY)
        )
    op.add_column(
        "cohort",
        sa.Column("completion_rule", sa.JSON(none_as_null=True), nullable=False, server_default=sa.text("'{}'")),
    )
    for key, rule in bind.execute(sa.text("SELECT id, completion_rule FROM programme")).all():
        found = json.loads(rule) if isinstance(rule, str) else rule
        found.pop("unit", None)
        values = {"rule": json.dumps(found), "key": key}
        bind.execute(sa.text("UPDATE programme SET completion_rule = :rule WHERE id = :key"), values)
        bind.execute(sa.text("UPDATE cohort SET completion_rule = :rule WHERE programme_id = :key"), values)


# Outlines never change (0002), but for taking away what the former release would refuse to read.
OPEN_OUTLINES = {
    "sqlite": ("DROP TRIGGER programme_outline_no_update",),
    "postgresql": ("ALTER TABLE programme_outline DISABLE TRIGGER programme_outline_append_only",),
}
CLOSE_OUTLINES = {
    "sqlite": (
        "CREATE TRIGGER programme_outline_no_update BEFORE UPDATE ON programme_outline "
        "BEGIN SELECT RAISE(ABORT, 'programme_outline is append-only'); END",
    ),
    "postgresql": ("ALTER TABLE programme_outline ENABLE TRIGGER programme_outline_append_only",),
}


def _forget() -> None:
    """The former release refuses what it doesn't know: keys of rules, awards and outlines, a kind of session, an area."""
    bind = op.get_bind()
    for statement in OPEN_OUTLINES[bind.dialect.name]:
        op.execute(statement)
    for table, column, forget in (
        ("programme", "completion_rule", _former_rule),
        ("programme", "award", _former_award),
        ("programme_outline", "content", _former_outline),
    ):
        for key, stored in bind.execute(sa.text(f"SELECT id, {column} FROM {table}")).all():  # noqa: S608 - our own names
            known = json.loads(stored) if isinstance(stored, str) else stored
            values = {"value": json.dumps(forget(known)), "key": key}
            bind.execute(sa.text(f"UPDATE {table} SET {column} = :value WHERE id = :key"), values)  # noqa: S608 - our own names
    for statement in CLOSE_OUTLINES[bind.dialect.name]:
        op.execute(statement)
    op.execute("DELETE FROM delegation WHERE area = 'project'")
    for table in SESSIONS:
        op.execute(f"UPDATE {table} SET kind = 'consultation' WHERE kind = 'meeting'")  # noqa: S608 - our own names


def _former_rule(rule: dict[str, Any]) -> dict[str, Any]:
    units = {condition.get("unit") for condition in rule.pop("conditions", ())}
    return rule | {"unit": "organisation" if "organisation" in units else "person"}


def _former_award(award: dict[str, Any]) -> dict[str, Any]:
    for issuer in award.get("issuers", ()):
        issuer.pop("assumed", None)
    return award


def _former_outline(outline: dict[str, Any]) -> dict[str, Any]:
    for pattern in filter(None, (module.get("pattern") for module in outline.get("modules", ()))):
        for key in ("most_distance_weeks", "assumed"):
            pattern.pop(key, None)
        if pattern.get("order") == ["offline", "distance"]:  # its default, which it wrote and could not read back
            del pattern["order"]
    return outline


def _create_tables() -> None:
    op.create_table(
        "working_calendar",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_working_calendar_created_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_calendar")),
        sa.UniqueConstraint("country", "number", name=op.f("uq_working_calendar_country_number")),
    )
    op.create_table(
        "session_room",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["module_session.id"],
            name=op.f("fk_session_room_session_id_module_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_room")),
    )
    op.create_index(op.f("ix_session_room_session_id"), "session_room", ["session_id"], unique=False)
    op.create_index(op.f("ix_session_room_room_day"), "session_room", ["room", "day"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["working_calendar.id"],
            name=op.f("fk_calendar_day_calendar_id_working_calendar"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("calendar_id", "day", name=op.f("uq_calendar_day_calendar_id_day")),
    )
    op.create_table(
        "cohort_group",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_group_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_cohort_group_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_group")),
        sa.UniqueConstraint("cohort_id", "label", name=op.f("uq_cohort_group_cohort_id_label")),
    )
    op.create_index(op.f("ix_cohort_group_organisation_id"), "cohort_group", ["organisation_id"], unique=False)
    op.create_table(
        "commission",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_commission_cohort_id_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission")),
        sa.UniqueConstraint("cohort_id", "number", name=op.f("uq_commission_cohort_id_number")),
    )
    op.create_table(
        "expert",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("office", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("organisation", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_expert_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expert_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert")),
    )
    op.create_index(op.f("ix_expert_cohort_id"), "expert", ["cohort_id"], unique=False)
    op.create_index(op.f("ix_expert_person_id"), "expert", ["person_id"], unique=False)
    op.create_table(
        "kept_conflict",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.Column("kept_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_kept_conflict_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["kept_by_id"], ["user_account.id"], name=op.f("fk_kept_conflict_kept_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_conflict")),
        sa.UniqueConstraint("cohort_id", "mark", name=op.f("uq_kept_conflict_cohort_id_mark")),
    )
    op.create_table(
        "commission_member",
        sa.Column("commission_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=12), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commission_id"],
            ["commission.id"],
            name=op.f("fk_commission_member_commission_id_commission"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_commission_member_expert_id_expert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_member")),
        sa.UniqueConstraint("commission_id", "expert_id", name=op.f("uq_commission_member_commission_id_expert_id")),
    )
    op.create_index(op.f("ix_commission_member_expert_id"), "commission_member", ["expert_id"], unique=False)
    op.create_table(
        "defence_day",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("commission_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes_number", sa.String(length=60), nullable=True),
        sa.Column("minutes_date", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name=op.f("fk_defence_day_closed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_defence_day_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["commission_id"], ["commission.id"], name=op.f("fk_defence_day_commission_id_commission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defence_day")),
        sa.UniqueConstraint("cohort_id", "minutes_number", name=op.f("uq_defence_day_cohort_id_minutes_number")),
    )
    op.create_index(op.f("ix_defence_day_commission_id"), "defence_day", ["commission_id"], unique=False)
    op.create_table(
        "project",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["cohort_group.id"], name=op.f("fk_project_group_id_cohort_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("group_id", name=op.f("uq_project_group_id")),
    )
    op.create_table(
        "attendance_register",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", sa.String(length=2), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_attendance_register_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name=op.f("fk_attendance_register_module_id_module")),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["user_account.id"], name=op.f("fk_attendance_register_saved_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["module_session.id"], name=op.f("fk_attendance_register_session_id_module_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_register")),
        sa.UniqueConstraint("cohort_id", "day", "half", name=op.f("uq_attendance_register_cohort_id_day_half")),
        sa.UniqueConstraint("session_id", name=op.f("uq_attendance_register_session_id")),
    )
    op.create_index(op.f("ix_attendance_register_module_id"), "attendance_register", ["module_id"], unique=False)
    op.create_table(
        "commission_presence",
        sa.Column("day_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("presence", sa.String(length=10), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["day_id"], ["defence_day.id"], name=op.f("fk_commission_presence_day_id_defence_day"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["commission_member.id"], name=op.f("fk_commission_presence_member_id_commission_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_presence")),
        sa.UniqueConstraint("day_id", "member_id", name=op.f("uq_commission_presence_day_id_member_id")),
    )
    op.create_index(op.f("ix_commission_presence_member_id"), "commission_presence", ["member_id"], unique=False)
    op.create_table(
        "completion_waiver",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_completion_waiver_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["user_account.id"], name=op.f("fk_completion_waiver_granted_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["user_account.id"], name=op.f("fk_completion_waiver_withdrawn_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_waiver")),
    )
    op.create_index(
        op.f("ix_completion_waiver_enrolment_id_condition"),
        "completion_waiver",
        ["enrolment_id", "condition"],
        unique=False,
    )
    op.create_table(
        "defence_slot",
        sa.Column("day_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("questions", sa.String(length=4000), nullable=True),
        sa.Column("remark", sa.String(length=1000), nullable=True),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("votes_abstained", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day_id"], ["defence_day.id"], name=op.f("fk_defence_slot_day_id_defence_day")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_defence_slot_project_id_project")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["module_session.id"], name=op.f("fk_defence_slot_session_id_module_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defence_slot")),
        sa.UniqueConstraint("day_id", "project_id", name=op.f("uq_defence_slot_day_id_project_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_defence_slot_session_id")),
    )
    op.create_index(op.f("ix_defence_slot_project_id"), "defence_slot", ["project_id"], unique=False)
    op.create_table(
        "project_mentor",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_project_mentor_expert_id_expert")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_mentor_project_id_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_mentor")),
        sa.UniqueConstraint("project_id", "expert_id", name=op.f("uq_project_mentor_project_id_expert_id")),
    )
    op.create_index(op.f("ix_project_mentor_expert_id"), "project_mentor", ["expert_id"], unique=False)
    op.create_table(
        "attendance_mark",
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("marked_at", sa.DateTime(), nullable=False),
        sa.Column("marked_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_attendance_mark_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["marked_by_id"], ["user_account.id"], name=op.f("fk_attendance_mark_marked_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["register_id"],
            ["attendance_register.id"],
            name=op.f("fk_attendance_mark_register_id_attendance_register"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_mark")),
        sa.UniqueConstraint("register_id", "enrolment_id", name=op.f("uq_attendance_mark_register_id_enrolment_id")),
    )
    op.create_index(op.f("ix_attendance_mark_enrolment_id"), "attendance_mark", ["enrolment_id"], unique=False)
    op.create_table(
        "published_audience",
        sa.Column("published_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_published_audience_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["cohort_group.id"], name=op.f("fk_published_audience_group_id_cohort_group")
        ),
        sa.ForeignKeyConstraint(
            ["published_id"],
            ["published_session.id"],
            name=op.f("fk_published_audience_published_id_published_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_audience")),
    )
    op.create_index(op.f("ix_published_audience_enrolment_id"), "published_audience", ["enrolment_id"], unique=False)
    op.create_index(op.f("ix_published_audience_group_id"), "published_audience", ["group_id"], unique=False)
    op.create_index(op.f("ix_published_audience_published_id"), "published_audience", ["published_id"], unique=False)


def _drop_tables() -> None:
    op.drop_index(op.f("ix_published_audience_published_id"), table_name="published_audience")
    op.drop_index(op.f("ix_published_audience_group_id"), table_name="published_audience")
    op.drop_index(op.f("ix_published_audience_enrolment_id"), table_name="published_audience")
    op.drop_table("published_audience")
    op.drop_index(op.f("ix_attendance_mark_enrolment_id"), table_name="attendance_mark")
    op.drop_table("attendance_mark")
    op.drop_index(op.f("ix_project_mentor_expert_id"), table_name="project_mentor")
    op.drop_table("project_mentor")
    op.drop_index(op.f("ix_defence_slot_project_id"), table_name="defence_slot")
    op.drop_table("defence_slot")
    op.drop_index(op.f("ix_completion_waiver_enrolment_id_condition"), table_name="completion_waiver")
    op.drop_table("completion_waiver")
    op.drop_index(op.f("ix_commission_presence_member_id"), table_name="commission_presence")
    op.drop_table("commission_presence")
    op.drop_index(op.f("ix_attendance_register_module_id"), table_name="attendance_register")
    op.drop_table("attendance_register")
    op.drop_table("project")
    op.drop_index(op.f("ix_defence_day_commission_id"), table_name="defence_day")
    op.drop_table("defence_day")
    op.drop_index(op.f("ix_commission_member_expert_id"), table_name="commission_member")
    op.drop_table("commission_member")
    op.drop_table("kept_conflict")
    op.drop_index(op.f("ix_expert_person_id"), table_name="expert")
    op.drop_index(op.f("ix_expert_cohort_id"), table_name="expert")
    op.drop_table("expert")
    op.drop_table("commission")
    op.drop_index(op.f("ix_cohort_group_organisation_id"), table_name="cohort_group")
    op.drop_table("cohort_group")
    op.drop_index(op.f("ix_session_room_room_day"), table_name="session_room")
    op.drop_index(op.f("ix_session_room_session_id"), table_name="session_room")
    op.drop_table("session_room")
    op.drop_table("calendar_day")
    op.drop_table("working_calendar")
