from dataclasses import replace
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import vobject
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.tri import Tri
from modules.models import CalendarFeed, ModuleSession
from modules.rules.facts import facts_of
from modules.services import cancel_session, change_session, publish
from tests.integration.modules.world import DUBAI, NOW, World
from tests.support.visiting import Statements

HOUR = timedelta(hours=1)


@pytest.fixture
def address(session: Session, world: World) -> str:
    """The participant's calendar, with one published session."""
    world.add(
        Tri(kk="Әдеп; этика, \\n", ru="Этика", en="Ethics"), rooms=("214",), speaker="Office", note="Bring a laptop"
    )
    publish(session, cohort=world.cohort, actor=None, now=NOW)
    person_id = world.users["participant"].person_id
    secret = session.scalars(select(CalendarFeed.secret).where(CalendarFeed.person_id == person_id)).one()
    return f"/calendar/{secret}.ics"


def events(client: FlaskClient, address: str) -> list[Any]:  # its types are unions of all properties
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert vobject.readOne(answer.text)
    parsed = icalendar.Calendar.from_ical(answer.data)
    assert isinstance(parsed, icalendar.Calendar)
    return [event for event in parsed.walk("VEVENT") if isinstance(event, icalendar.Event)]


def test_a_published_session_is_an_event(client: FlaskClient, address: str) -> None:
    [event] = events(client, address)
    assert str(event["SUMMARY"]) == "Әдеп; этика, \\n"
    assert str(event["LOCATION"]) == "214"
    assert str(event["DESCRIPTION"]) == "Office\nBring a laptop\nhttps://meet.example.org/room"
    assert str(event["URL"]) == "https://meet.example.org/room"
    assert event.start.isoformat() == "2026-11-24T18:00:00+05:00"
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")


def test_the_language_is_that_of_the_account(session: Session, world: World, client: FlaskClient, address: str) -> None:
    world.users["participant"].language = "ru"
    session.flush()
    [event] = events(client, address)
    assert str(event["SUMMARY"]) == "Этика"
    assert "X-WR-CALNAME:Моё расписание" in client.get(address).text


def test_a_change_keeps_the_uid_and_counts_up(
    session: Session, world: World, client: FlaskClient, address: str
) -> None:
    [before] = events(client, address)
    meeting = world.add("Draft that nobody sees")
    known = session.scalars(select(ModuleSession).where(ModuleSession.id != meeting.id)).one()
    assert str(before["UID"]) == known.uid
    moved = replace(facts_of(known), starts_at=known.starts_at + HOUR, ends_at=known.ends_at + HOUR)
    change_session(session, meeting=known, facts=moved, expected_version=1, actor=None, now=NOW)
    assert len(events(client, address)) == 1, "drafts are invisible"
    publish(session, cohort=world.cohort, actor=None, now=NOW + HOUR)
    after = {str(event["UID"]): event for event in events(client, address)}
    assert set(after) == {meeting.uid, str(before["UID"])}
    changed = after[str(before["UID"])]
    assert changed["SEQUENCE"] == 1
    assert changed["LAST-MODIFIED"].dt == NOW + HOUR
    assert changed.start.isoformat() == "2026-11-24T19:00:00+05:00"


def test_a_cancelled_session_says_so(session: Session, world: World, client: FlaskClient, address: str) -> None:
    meeting = world.add("Dinner")
    publish(session, cohort=world.cohort, actor=None, now=NOW)
    cancel_session(session, meeting=meeting, expected_version=1, actor=None, now=NOW)
    publish(session, cohort=world.cohort, actor=None, now=NOW)
    cancelled = next(event for event in events(client, address) if "Dinner" in str(event["SUMMARY"]))
    assert (cancelled["STATUS"], cancelled["SEQUENCE"]) == ("CANCELLED", 1)


def test_zones_stand_in_the_file(session: Session, world: World, client: FlaskClient, address: str) -> None:
    world.add("Abroad", module=world.modules[1], time_zone=DUBAI)
    publish(session, cohort=world.cohort, actor=None, now=NOW)
    parsed = icalendar.Calendar.from_ical(client.get(address).data)
    assert [str(zone["TZID"]) for zone in parsed.walk("VTIMEZONE")] == ["Asia/Almaty", "Asia/Dubai"]


def test_nothing_new_is_304(session: Session, world: World, client: FlaskClient, address: str) -> None:
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    world.add("New")
    publish(session, cohort=world.cohort, actor=None, now=NOW)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_it_may_not_be_kept_by_others(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "secret",
    ["x", "A" * 32, "A" * 5000, "..%2f..%2fetc", "%00", "'", "Ә" * 32, "%F0%9F%98%80", "A" * 32 + "%0d%0aX: y"],
)
def test_an_unknown_secret_is_not_found(client: FlaskClient, address: str, secret: str) -> None:
    assert address
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_two_statements_whatever_the_number_of_sessions(
    session: Session, world: World, client: FlaskClient, address: str, statements: Statements
) -> None:
    counts = []
    for number in range(3):
        for _ in range(number * 4):
            world.add()
        if number:
            publish(session, cohort=world.cohort, actor=None, now=NOW)
        with statements() as sent:
            client.get(address)
        counts.append(len(sent))
    assert counts == [2, 2, 2]
