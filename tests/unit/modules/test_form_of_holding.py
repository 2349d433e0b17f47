from datetime import date
from typing import Any

import pytest

from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from cohorts.enums import Mode
from modules.enums import SessionKind, SessionStatus
from modules.rules.form_of_holding import BlockChange, Fate, Held, block_changes, fate_of, holding_mark, online
from modules.rules.laying import Span
from tests.unit.modules.examples import facts

LINK = "https://meet.example.org/rest"
SINCE = date(2020, 3, 18)


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ({"rooms": ("214",)}, Fate.ONLINE),
        ({"address": Tri(en="Abai 33")}, Fate.ONLINE),
        ({"rooms": ("214",), "link": LINK}, Fate.ONLINE),
        ({}, Fate.ONLINE),
        ({"link": LINK}, Fate.UNTOUCHED),
        ({"rooms": ("214",), "status": SessionStatus.CANCELLED}, Fate.UNTOUCHED),
        ({"rooms": ("Canteen",), "kind": SessionKind.MEAL}, Fate.KEPT),
        ({"kind": SessionKind.TRANSFER}, Fate.KEPT),
    ],
)
def test_what_becomes_of_a_session(changes: dict[str, Any], fate: Fate) -> None:
    assert fate_of(facts(**changes)) is fate


def test_online_there_is_a_link_and_no_room() -> None:
    held = online(facts(rooms=("214",), address=Tri(en="Abai 33")), LINK)
    assert held == facts(link=LINK)


def span(start: str | None, end: str | None) -> Span:
    return Span(PartialDate.parse(start) if start else None, PartialDate.parse(end) if end else None)


@pytest.mark.parametrize(
    ("block", "change"),
    [
        (span("2020-03-09", "2020-03-13"), None),
        (span("2020-03-18", "2020-03-27"), (None, span("2020-03-18", "2020-03-27"))),
        (span("2020-04", "2020-04"), (None, span("2020-04", "2020-04"))),
        (span(None, None), (None, span(None, None))),
        (span("2020-03-16", "2020-03-20"), (span("2020-03-16", "2020-03-17"), span("2020-03-18", "2020-03-20"))),
        (span("2020-03", "2020-04"), (span("2020-03", "2020-03-17"), span("2020-03-18", "2020-04"))),
    ],
)
def test_a_block_goes_online_whole_or_from_that_day_on(block: Span, change: tuple[Span | None, Span] | None) -> None:
    expected = [BlockChange(7, *change)] if change else []
    assert block_changes([Held(7, Mode.OFFLINE, block)], SINCE) == expected


@pytest.mark.parametrize("mode", [Mode.ONLINE, Mode.DISTANCE, Mode.INTERNSHIP, Mode.DEFENCE, None])
def test_other_blocks_stay(mode: Mode | None) -> None:
    assert block_changes([Held(7, mode, span("2020-03-16", "2020-03-20"))], SINCE) == []


def test_the_mark_names_what_was_looked_at() -> None:
    marks = {
        holding_mark((1, 1), SINCE, [(5, 1), (6, 1)]),
        holding_mark((1, 2), SINCE, [(5, 1), (6, 1)]),
        holding_mark((1, 1), SINCE, [(5, 2), (6, 1)]),
        holding_mark((1, 1), SINCE, [(5, 1)]),
        holding_mark((1, 1), date(2020, 3, 19), [(5, 1), (6, 1)]),
    }
    assert len(marks) == 5
