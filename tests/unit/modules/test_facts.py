from datetime import timedelta
from typing import Any

import pytest

from app.kernel.errors import DomainError
from app.kernel.tri import Tri
from modules.enums import SessionKind, SessionStatus
from modules.rules.facts import Facts, Part, check_link, checked, differing, facts_of, spoken
from tests.unit.modules.examples import START, facts


@pytest.mark.parametrize(
    "link",
    ["https://meet.example.org/room", "https://meet.example.org:8443/r?x=1&y=2#z", " https://кездесу.example/х "],
)
def test_a_link_is_https(link: str) -> None:
    assert check_link(link) == link.strip()


@pytest.mark.parametrize(
    "link",
    [
        "http://meet.example.org/",
        "javascript:alert(1)",
        "https:",
        "https://",
        "//meet.example.org",
        "meet.example.org",
        "https://user:pass@meet.example.org/",
        "https://user@meet.example.org/",
        "https://localhost/",
        "https://meet.example.org/\r\nX: y",
        "https://meet.example.org/ two",
        'https://meet.example.org/"onclick',
        "https://meet.example.org/<b>",
        "https://meet.example.org:port/",
        "https://[::1",
        "https://meet.example.org/\u202e",
        "data:text/html,https://meet.example.org",
        "https://meet.example.org/" + "a" * 500,
        "HTTPS\\://meet.example.org",
    ],
)
def test_any_other_link_is_refused(link: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_link(link)
    assert refused.value.field == "link"


def test_no_link_is_none() -> None:
    assert check_link(None) is None
    assert check_link("  ") is None


def test_texts_are_cleaned() -> None:
    wanted = checked(facts(title=Tri(en="  Ethics\r\nof\u202e AI "), rooms=("",), speaker=" \t", note="x\x00y"))
    assert wanted.title == Tri(en="Ethics of AI")
    assert (wanted.rooms, wanted.speaker, wanted.note) == ((), None, "xy")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": Tri()}, "title_ru"),
        ({"title": Tri(en=" \u200b ")}, "title_ru"),
        ({"title": Tri(kk="ә" * 201)}, "title_kk"),
        ({"rooms": ("r" * 201,)}, "rooms"),
        ({"note": "r" * 501}, "note"),
        ({"ends_at": START}, "end"),
        ({"ends_at": START + timedelta(hours=25)}, "end"),
        ({"time_zone": "Mars/Olympus"}, "block"),
        ({"time_zone": "../etc/passwd"}, "block"),
        ({"link": "http://x.example"}, "link"),
        ({"languages": ("kk", "tlh")}, "languages"),
        ({"audience": ("cohort:1",)}, "whom"),
        ({"people": ("cook:1",)}, "people"),
        ({"people": ("speaker:x",)}, "people"),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        checked(facts(**changes))
    assert refused.value.field == field


def test_assumed_languages_that_fall_out_are_forgotten() -> None:
    title = Tri(en="A", kk=" ", assumed=frozenset({"kk", "en"}))
    assert checked(facts(title=title)).title == Tri(en="A", assumed=frozenset({"en"}))


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({}, ()),
        ({"starts_at": START - timedelta(minutes=1)}, (Part.TIME,)),
        ({"time_zone": "Asia/Dubai"}, (Part.TIME,)),
        ({"rooms": ("214",), "link": "https://x.example/"}, (Part.PLACE, Part.LINK)),
        ({"title": Tri(en="Other"), "speaker": "Office"}, (Part.TITLE, Part.SPEAKER)),
        ({"status": SessionStatus.CANCELLED, "note": "ill"}, (Part.STATUS,)),
        ({"kind": SessionKind.MEAL}, (Part.OTHER,)),
        ({"languages": ("kk",)}, (Part.OTHER,)),
        ({"people": ("speaker:1",), "audience": ("group:1",)}, (Part.SPEAKER, Part.AUDIENCE)),
    ],
)
def test_parts_that_differ(changes: dict[str, Any], parts: tuple[Part, ...]) -> None:
    assert differing(facts(), facts(**changes)) == parts


def test_the_same_people_are_the_same_in_any_order() -> None:
    one = checked(facts(audience=("enrolment:2", "group:3", "group:1", "group:3"), languages=("en", "kk")))
    assert one.audience == ("group:1", "group:3", "enrolment:2")
    assert one.languages == ("kk", "en")
    assert checked(facts(people=("mentor:1", "speaker:2", "speaker:1"))).people == (
        "speaker:2",
        "speaker:1",
        "mentor:1",
    )


def test_facts_are_read_from_rows_and_from_facts() -> None:
    one: Facts = facts(rooms=("1",))
    assert facts_of(one) == one


def test_parts_in_plain_words() -> None:
    words = spoken(facts(rooms=("214",), address=Tri(en="Abai 33")))
    assert words[Part.TIME] == "24.11.2026, 18:00–19:30 (UTC+5)"
    assert words[Part.PLACE] == "214 · Abai 33"
    assert set(words) == set(Part)


def test_people_in_plain_words() -> None:
    said = {"group:1": "3", "expert:5": "Ulgili Synaq", "expert:6": "Rector"}
    words = spoken(facts(speaker="Office", people=("speaker:5", "speaker:6", "mentor:7"), audience=("group:1",)), said)
    assert str(words[Part.SPEAKER]) == "Office · Speaker: Ulgili Synaq, Rector · Mentor: 7"
    assert words[Part.AUDIENCE] == "3"
    assert str(spoken(facts())[Part.AUDIENCE]) == "The whole cohort"
