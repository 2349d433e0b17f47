from datetime import timedelta

import pytest

from modules.enums import SessionStatus
from modules.rules.agenda import Door, as_it_was, changes, door, facts_of_entry, home_zone, next_sessions
from modules.rules.facts import Part
from tests.unit.modules.examples import START, entry, facts

MINUTE = timedelta(minutes=1)
LINK = "https://meet.example.org/"


@pytest.mark.parametrize(
    ("minutes", "state"), [(-16, Door.EARLY), (-15, Door.OPEN), (0, Door.OPEN), (89, Door.OPEN), (90, Door.NONE)]
)
def test_the_link_opens_a_quarter_of_an_hour_before(minutes: int, state: Door) -> None:
    assert door(entry(link=LINK), now=START + minutes * MINUTE) is state


def test_no_link_no_door() -> None:
    assert door(entry(), now=START) is Door.NONE
    assert door(entry(link=LINK, status=SessionStatus.CANCELLED), now=START) is Door.NONE


def test_the_next_session_is_that_under_way_or_the_first_to_come() -> None:
    first = entry(1)
    overlapping = entry(2, starts_at=START + 60 * MINUTE, ends_at=START + 120 * MINUTE)
    later = entry(3, starts_at=START + 120 * MINUTE, ends_at=START + 150 * MINUTE)
    cancelled = entry(4, status=SessionStatus.CANCELLED)
    found = [first, cancelled, overlapping, later]
    assert next_sessions(found, now=START - 600 * MINUTE) == [first, overlapping]
    assert next_sessions(found, now=START + 100 * MINUTE) == [overlapping]
    assert next_sessions(found, now=START + 130 * MINUTE) == [later]
    assert next_sessions(found, now=START + 150 * MINUTE) == []


def test_home_is_where_most_cohorts_are() -> None:
    zones = ["Asia/Almaty", "Asia/Dubai", "Asia/Almaty"]
    assert home_zone(zones, "UTC") == "Asia/Almaty"
    assert home_zone(zones[:2], "UTC") == "Asia/Almaty"
    assert home_zone([], "UTC") == "UTC"


def test_who_never_looked_hears_of_changes_only() -> None:
    assert not entry().news
    assert entry(sequence=1, version_number=2).news
    assert entry(seen=1, version_number=2).news
    assert not entry(seen=2, version_number=2, sequence=1).news


def test_what_changed_is_told_with_what_was_before() -> None:
    moved = entry(1, seen=1, version_number=2, rooms=("305",))
    new = entry(2, seen=1, version_number=2)
    same = entry(3, seen=2, version_number=2)
    found = changes([moved, new, same], {1: facts(rooms=("214",))}, now=START - MINUTE)
    assert [(change.entry.id, change.parts, change.before is None) for change in found] == [
        (1, (Part.PLACE,), False),
        (2, (), True),
    ]


def test_what_went_there_and_back_is_no_change() -> None:
    assert changes([entry(seen=1, version_number=3, sequence=2)], {1: facts()}, now=START) == []


def test_what_is_over_is_not_told() -> None:
    late = START + 91 * MINUTE
    moved = entry(1, seen=1, version_number=2, rooms=("305",))
    assert changes([moved], {1: facts()}, now=late) == []
    postponed = facts(starts_at=START + 100 * MINUTE, ends_at=START + 200 * MINUTE)
    assert len(changes([moved], {1: postponed}, now=late)) == 1


def test_a_cancelled_session_that_was_never_seen_is_not_told() -> None:
    assert changes([entry(seen=1, version_number=2, status=SessionStatus.CANCELLED)], {}, now=START) == []


def test_an_entry_has_the_facts_of_its_row() -> None:
    assert facts_of_entry(entry(rooms=("1",))) == facts(rooms=("1",))


def test_what_is_for_others_now_is_told_as_it_was_known() -> None:
    before = facts(rooms=("214",), link=LINK)
    moved = entry(1, seen=1, version_number=2, rooms=("305",), audience=["group:9"])
    away = as_it_was(moved, before)
    assert (away.mine, away.off, facts_of_entry(away)) == (False, True, before)
    [change] = changes([away], {1: before}, now=START - MINUTE)
    assert (change.before, change.parts) == (before, ())
    assert door(away, now=START) is Door.NONE
    assert next_sessions([away], now=START - MINUTE) == []
    assert changes([away], {}, now=START - MINUTE) == [], "it was never for the person"
