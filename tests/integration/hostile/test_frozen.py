"""What certificates stand on is frozen by the database itself: closed minutes, waivers, the evidence of a proposal."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from certificates.models import BatchItem, Waiver
from certificates.services import waive, withdraw_waiver
from projects.enums import Outcome
from projects.models import CommissionPresence, DefenceDay, DefenceSlot
from tests.integration.certificates.making import NOW, World
from tests.integration.certificates.teams import Teams

CLOSED = (
    "UPDATE defence_day SET content = '{}' WHERE id = :closed",
    "UPDATE defence_day SET minutes_number = '99' WHERE id = :closed",
    "UPDATE defence_day SET closed_at = NULL WHERE id = :closed",
    "DELETE FROM defence_day WHERE id = :closed",
    "UPDATE defence_slot SET outcome = 'accepted' WHERE day_id = :closed",
    "UPDATE defence_slot SET day_id = :open WHERE day_id = :closed",
    "UPDATE defence_slot SET day_id = :closed WHERE day_id = :open",
    "DELETE FROM defence_slot WHERE day_id = :closed",
    """INSERT INTO defence_slot (day_id, project_id, session_id, position, version)
    SELECT :closed, project_id, session_id, 9, 1 FROM defence_slot WHERE day_id = :open""",
    "UPDATE commission_presence SET presence = 'absent' WHERE day_id = :closed",
    "DELETE FROM commission_presence WHERE day_id = :closed",
    "UPDATE completion_waiver SET reason = 'x'",
    "UPDATE completion_waiver SET enrolment_id = enrolment_id + 1",
    "UPDATE completion_waiver SET document = 'x', withdrawn_at = granted_at",
    "UPDATE completion_waiver SET withdrawn_by_id = NULL",
    "DELETE FROM completion_waiver",
    "UPDATE certificate_batch_item SET evidence = NULL",
    "DELETE FROM certificate_batch_item",
)
OPEN = (
    "UPDATE defence_slot SET outcome = 'not_accepted' WHERE day_id = :open",
    "UPDATE commission_presence SET presence = 'absent' WHERE day_id = :open",
    "UPDATE defence_day SET day = day WHERE id = :open",
)


@pytest.fixture
def teams(session: Session) -> Teams:
    """Closed minutes, open ones, a waiver and a proposal."""
    teams = Teams(World(session), count=3, people=6)
    teams.sit({0: Outcome.ACCEPTED, 1: Outcome.NOT_ACCEPTED}, number="1")
    teams.sit({2: Outcome.ACCEPTED}, number="2", close=False)
    words = {"condition": "defence", "reason": "an illness", "document": "No. 4"}
    [late] = [row for row in teams.enrolments if row.id in teams.of(1)][:1]
    waive(session, enrolment=late, actor=teams.coordinator, now=NOW, **words)
    teams.proposed()
    session.flush()
    return teams


def state(session: Session) -> list[tuple[object, ...]]:
    """Every row that must stay."""
    tables = (DefenceDay, DefenceSlot, CommissionPresence, Waiver, BatchItem)
    return [tuple(row) for table in tables for row in session.execute(table.__table__.select().order_by(table.id))]


def days(session: Session) -> dict[str, int]:
    """The closed day and the open one."""
    rows = session.query(DefenceDay).order_by(DefenceDay.id).all()
    assert [bool(row.closed_at) for row in rows] == [True, False]
    return {"closed": rows[0].id, "open": rows[1].id}


def test_the_database_refuses_to_change_what_is_closed(session: Session, teams: Teams) -> None:
    assert teams.cohort.id
    before, given = state(session), days(session)
    for statement in CLOSED:
        with pytest.raises(DBAPIError, match="is closed"), session.begin_nested():
            session.execute(text(statement), {name: given[name] for name in given if f":{name}" in statement})
    assert state(session) == before


def test_what_is_open_can_be_changed_and_a_waiver_is_taken_back_once(session: Session, teams: Teams) -> None:
    given = days(session)
    for statement in OPEN:
        with session.begin_nested():
            session.execute(text(statement), {"open": given["open"]})
    waiver = session.query(Waiver).one()
    withdraw_waiver(session, waiver=waiver, actor=teams.coordinator, now=NOW)
    with pytest.raises(DBAPIError, match="is closed"), session.begin_nested():
        session.execute(text("UPDATE completion_waiver SET withdrawn_at = NULL"))
