"""Migrations with data: what the former tables have a place for survives going down and up again."""

import json
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app.kernel.database import db

pytestmark = pytest.mark.xdist_group("demo")
GROUPS = """
    SELECT c.code, e.number, {label} FROM enrolment e JOIN cohort c ON c.id = e.cohort_id {join}
    WHERE {label} IS NOT NULL ORDER BY c.code, e.number
"""
TODAY = GROUPS.format(label="g.label", join="JOIN cohort_group g ON g.id = e.group_id")
FORMER = GROUPS.format(label="e.group_label", join="")
TAKEN = "SELECT session_id, room, day FROM session_room ORDER BY session_id, room, day"


def rows(statement: str) -> list[tuple[Any, ...]]:
    """What a statement finds, in a transaction of its own."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def documents(table: str, column: str) -> list[Any]:
    """The JSON of a column."""
    found = (row[0] for row in rows(f"SELECT {column} FROM {table} ORDER BY id"))
    return [json.loads(one) if isinstance(one, str) else one for one in found]


def test_groups_and_rooms_survive_and_the_former_release_can_read_the_rest(copied: Flask) -> None:
    with copied.app_context():
        groups, taken = rows(TODAY), rows(TAKEN)
        assert groups
        assert taken
        downgrade(revision="0002")
        assert rows(FORMER) == groups
        assert rows("SELECT count(*) FROM module_session WHERE kind = 'meeting'") == [(0,)]
        rules = documents("programme", "completion_rule")
        assert all(rule.keys() <= {"unit", "requirement"} for rule in rules)
        assert {"person", "organisation"} == {rule["unit"] for rule in rules}
        patterns = [
            module["pattern"]
            for outline in documents("programme_outline", "content")
            for module in outline.get("modules", ())
            if module.get("pattern")
        ]
        assert patterns
        assert all(one.keys() <= {"offline_weeks", "distance_weeks", "order"} for one in patterns)
        upgrade()
        assert rows(TODAY) == groups
        assert {row[0] for row in rows(TAKEN)} == {row[0] for row in taken}
