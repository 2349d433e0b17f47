import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from modules.rules.ics import Event, calendar, escaped, folded

START = datetime(2026, 12, 7, 5, 30, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=300)
NASTY = st.sampled_from(
    ["\r\nBEGIN:VALARM", "\n", "\\n", ";", ",", '"', "ә" * 80, "\u2028", "\x0b", "\x85", "👩‍🎓" * 30]
)
TEXT = st.lists(st.one_of(ANY_TEXT, NASTY), min_size=1, max_size=4).map("".join)


def event(**changes: Any) -> Event:  # noqa: ANN401 - any field
    given: dict[str, Any] = {
        "uid": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "sequence": 0,
        "changed_at": START - timedelta(days=9),
        "starts_at": START,
        "ends_at": START + timedelta(hours=2),
        "time_zone": "Asia/Dubai",
        "summary": "Opening",
        **changes,
    }
    return Event(**given)


def parse(data: bytes) -> Any:  # noqa: ANN401 - its types are unions of all properties
    parsed = icalendar.Calendar.from_ical(data)
    assert isinstance(parsed, icalendar.Calendar)
    return parsed


def kept(text: str) -> str:
    """The text that a reader must get back: without the characters that a calendar cannot hold."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char for char in lines if char == "\n" or (unicodedata.category(char) != "Cc" and char not in "\u2028\u2029")
    )


@given(TEXT, TEXT, TEXT)
def test_texts_come_back_whole_and_break_nothing(summary: str, location: str, description: str) -> None:
    data = calendar([event(summary=summary, location=location, description=description)], name=summary)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    parsed = parse(data)
    [found] = parsed.walk("VEVENT")
    assert [part.name for part in parsed.walk()] == ["VCALENDAR", "VTIMEZONE", "STANDARD", "VEVENT"]
    assert str(found["SUMMARY"]) == kept(summary)
    assert str(found.get("LOCATION", "")) == kept(location)
    assert str(found.get("DESCRIPTION", "")) == kept(description)
    again = vobject.readOne(data.decode())
    assert again.vevent.summary.value == kept(summary)


@given(TEXT)
def test_lines_unfold_to_what_they_were(text: str) -> None:
    line = "SUMMARY:" + escaped(text)
    pieces = folded(line)
    assert pieces.endswith("\r\n")
    assert pieces[:-2].replace("\r\n ", "") == line
    assert all(len(piece.encode()) <= 75 for piece in pieces.split("\r\n"))


def test_an_event_says_when_in_the_zone_of_the_place() -> None:
    [found] = parse(calendar([event()], name="x")).walk("VEVENT")
    assert found.start == START
    assert found.start.tzinfo is not None
    assert str(found["DTSTART"].params["TZID"]) == "Asia/Dubai"
    assert found["UID"] == "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    assert found["STATUS"] == "CONFIRMED"
    assert found["DTSTAMP"].dt == START - timedelta(days=9)
    assert found["LAST-MODIFIED"].dt == START - timedelta(days=9)


def test_cancelled_and_tentative_events_say_so() -> None:
    data = calendar([event(cancelled=True, sequence=3), event(tentative=True)], name="x")
    cancelled, tentative = parse(data).walk("VEVENT")
    assert (cancelled["STATUS"], cancelled["SEQUENCE"], cancelled["TRANSP"]) == ("CANCELLED", 3, "TRANSPARENT")
    assert tentative["STATUS"] == "TENTATIVE"


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Asia/Almaty", datetime(2024, 2, 29, 17, 30, tzinfo=UTC)),
        ("Asia/Almaty", datetime(2024, 2, 28, 12, tzinfo=UTC)),
        ("Asia/Almaty", datetime(2024, 3, 2, 12, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 20, 12, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 3, 12, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 11, 3, 12, tzinfo=UTC)),
    ],
)
def test_the_calendars_own_zone_tells_the_same_moment(zone: str, moment: datetime) -> None:
    """Read by the VTIMEZONE in the file alone, as programs without a zone database do."""
    data = calendar([event(time_zone=zone, starts_at=moment, ends_at=moment + timedelta(hours=3))], name="x")
    [own_zone] = parse(data).walk("VTIMEZONE")
    local = datetime.strptime(str(own_line(data, "DTSTART;TZID")), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a local time
    offsets = observances(own_zone)
    told = max((when, to) for when, _before, to in offsets if when <= local)[1]
    before = max((when, offset) for when, offset, _to in offsets if when <= local)[1]
    assert moment.replace(tzinfo=None) in {local - told, local - before}


def test_an_hour_shown_for_the_second_time_is_told_in_utc() -> None:
    moment = datetime(2024, 2, 29, 18, 30, tzinfo=UTC)
    data = calendar([event(time_zone="Asia/Almaty", starts_at=moment, ends_at=moment + timedelta(hours=3))], name="x")
    [found] = parse(data).walk("VEVENT")
    assert (found.start, found.end) == (moment, moment + timedelta(hours=3))
    assert b"DTSTART:20240229T183000Z" in data


def own_line(data: bytes, name: str) -> str:
    """The value of the event's line (the zone has lines of the same name, without parameters)."""
    [line] = [line for line in data.decode().split("\r\n") if line.startswith(name)]
    return line.rpartition(":")[2]


def observances(zone: Any) -> list[tuple[datetime, timedelta, timedelta]]:  # noqa: ANN401 - icalendar's own
    return [(part["DTSTART"].dt, part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td) for part in zone.subcomponents]


def test_almaty_changes_on_the_first_of_march_2024() -> None:
    moment = datetime(2024, 2, 1, tzinfo=UTC)
    data = calendar([event(time_zone="Asia/Almaty", starts_at=moment, ends_at=moment + timedelta(hours=1))], name="x")
    [zone] = parse(data).walk("VTIMEZONE")
    assert observances(zone) == [
        (datetime(1970, 1, 1), timedelta(hours=6), timedelta(hours=6)),  # noqa: DTZ001 - a local time
        (datetime(2024, 3, 1), timedelta(hours=6), timedelta(hours=5)),  # noqa: DTZ001 - a local time
    ]


def test_a_zone_stands_once_and_before_its_events() -> None:
    parsed = parse(calendar([event(), event(uid="b"), event(uid="c", time_zone="Asia/Almaty")], name="x"))
    names = [part.name for part in parsed.subcomponents]
    assert names == ["VTIMEZONE", "VTIMEZONE", "VEVENT", "VEVENT", "VEVENT"]


def test_the_same_events_give_the_same_bytes() -> None:
    assert calendar([event()], name="x") == calendar([event()], name="x")
    assert calendar([event()], name="x") != calendar([event(sequence=1)], name="x")


def test_an_empty_calendar_is_one() -> None:
    assert parse(calendar([], name="Менің кестем"))["X-WR-CALNAME"] == "Менің кестем"
