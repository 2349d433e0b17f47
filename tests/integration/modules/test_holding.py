from datetime import date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import ConflictError, DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from cohorts.enums import Mode
from modules.enums import SessionKind, SessionStatus
from modules.models import Block, ModuleSession, PublishedSession
from modules.services import hold_online, publish
from modules.services.form_of_holding import mark_of
from tests.integration.modules.own import move
from tests.integration.modules.reading import HOUR, WEEK, Visit, read, text_of
from tests.integration.modules.world import DUBAI, NOW, World
from tests.support.pages import post
from tests.support.visiting import Statements

ONLINE = WEEK + "online"
LINK = "https://meet.example.org/rest"
BLOCKS = (
    "Weeks of the module In person · Abu Dhabi, 7–11 December 2026"
    " In person · Abu Dhabi, 7–9 December 2026; Online, 10–11 December 2026"
)
TENTH = date(2026, 12, 10)  # the block abroad goes from the 7th to the 11th


def held(world: World, day: int, title: str = "Talk", **changes: object) -> ModuleSession:
    """A session abroad in the morning of a day of December."""
    begin = datetime(2026, 12, day, 6, tzinfo=NOW.tzinfo)
    given: dict[str, object] = {
        "module": world.modules[1],
        "starts_at": begin,
        "ends_at": begin + HOUR,
        "time_zone": DUBAI,
        "rooms": ("Hall 1",),
        "address": Tri(en="Tower"),
        "link": None,
        **changes,
    }
    return world.add(title, **given)


def ask(world: World, since: str = "2026-12-10") -> str:
    return f"{ONLINE}?module={world.modules[1].id}&since={since}"


def hidden(page: BeautifulSoup, **changes: str) -> dict[str, str]:
    sent = {
        str(field["name"]): str(field["value"]) for field in page.select('main form[method="post"] input[type=hidden]')
    }
    return {**sent, "link": LINK, **changes}


def blocks_of(session: Session, world: World) -> list[tuple[int, str, str, str]]:
    rows = session.scalars(select(Block).where(Block.module_id == world.modules[1].id).order_by(Block.position))
    return [(row.position, str(row.mode), str(row.starts_on), str(row.ends_on)) for row in rows]


class TestService:
    def test_the_rest_goes_online_and_the_past_stays(self, session: Session, world: World) -> None:
        past, coming, hybrid = held(world, 9), held(world, 10), held(world, 11, link="https://old.example.org/x")
        meal = held(world, 10, "Lunch", kind=SessionKind.MEAL)
        own = held(world, 11, "Online already", rooms=(), address=None, link="https://own.example.org/y")
        off = held(world, 11, "Off", status=SessionStatus.CANCELLED)
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        module = world.modules[1]
        number = hold_online(session, module=module, since=TENTH, link=LINK, reviewed=None, actor=None, now=NOW)
        assert number == 2
        for row in (coming, hybrid):
            assert (row.rooms, row.address, row.link, row.version) == ([], None, LINK, 2)
        for row in (past, meal, own, off):
            assert row.version == 1
        assert blocks_of(session, world) == [
            (1, "offline", "2026-12-07", "2026-12-09"),
            (2, "online", "2026-12-10", "2026-12-11"),
        ]
        later = session.scalars(select(Block).where(Block.module_id == module.id, Block.position == 2)).one()
        assert (later.city, later.time_zone) == (None, DUBAI)
        shown = session.scalars(select(PublishedSession).where(PublishedSession.session_id == coming.id)).all()
        assert [row.rooms for row in shown] == [["Hall 1"]], "participants see it when it is published"

    def test_a_module_ahead_changes_whole(self, session: Session, world: World) -> None:
        held(world, 8)
        module = world.modules[1]
        hold_online(session, module=module, since=date(2026, 12, 1), link=LINK, reviewed=None, actor=None, now=NOW)
        assert blocks_of(session, world) == [(1, "online", "2026-12-07", "2026-12-11")]
        assert module.blocks[0].city is None

    def test_blocks_after_the_split_one_move_up(self, session: Session, world: World) -> None:
        module = world.modules[1]
        for position in (2, 3):
            days = PartialDate(2027, position), PartialDate(2027, position)
            session.add(
                Block(
                    module_id=module.id,
                    position=position,
                    mode=Mode.OFFLINE if position == 2 else Mode.INTERNSHIP,
                    starts_on=days[0],
                    ends_on=days[1],
                    time_zone=DUBAI,
                )
            )
        session.flush()
        hold_online(session, module=module, since=TENTH, link=LINK, reviewed=None, actor=None, now=NOW)
        assert blocks_of(session, world) == [
            (1, "offline", "2026-12-07", "2026-12-09"),
            (2, "online", "2026-12-10", "2026-12-11"),
            (3, "online", "2027-02", "2027-02"),
            (4, "internship", "2027-03", "2027-03"),
        ]

    @pytest.mark.parametrize("link", ["", "http://meet.example.org/x", "meet.example.org"])
    def test_the_link_is_https(self, session: Session, world: World, link: str) -> None:
        meeting = held(world, 10)
        module = world.modules[1]
        with pytest.raises(DomainError) as refused:
            hold_online(session, module=module, since=TENTH, link=link, reviewed=None, actor=None, now=NOW)
        assert refused.value.field == "link"
        assert meeting.version == 1

    def test_twice_is_nothing(self, session: Session, world: World) -> None:
        held(world, 10)
        module = world.modules[1]
        hold_online(session, module=module, since=TENTH, link=LINK, reviewed=None, actor=None, now=NOW)
        with pytest.raises(DomainError, match="nothing of this module is held in person"):
            hold_online(session, module=module, since=TENTH, link=LINK, reviewed=None, actor=None, now=NOW)

    def test_what_was_not_looked_at_does_not_change(self, session: Session, world: World) -> None:
        meeting = held(world, 10)
        module = world.modules[1]
        mark = mark_of(session, module, TENTH)
        move(world, meeting, rooms=("Hall 2",))
        with pytest.raises(ConflictError):
            hold_online(session, module=module, since=TENTH, link=LINK, reviewed=mark, actor=None, now=NOW)
        assert blocks_of(session, world) == [(1, "offline", "2026-12-07", "2026-12-11")]


class TestPage:
    def test_the_difference_is_shown_and_taken(self, session: Session, world: World, visit: Visit) -> None:
        held(world, 9, "Past")
        meeting = held(world, 10)
        held(world, 10, "Lunch", kind=SessionKind.MEAL, starts_at=meeting.ends_at, ends_at=meeting.ends_at + HOUR)
        client = visit("coordinator")
        page = read(client, ask(world))
        assert text_of(page, "main section h2") == ["1 session goes online"]
        assert text_of(page, "tbody tr") == [
            "Talk Thu 10 Dec, 10:00–11:00 In person · Tower, Hall 1 Online",
            "Lunch Thu 10 Dec, 11:00–12:00 In person · Tower, Hall 1 Stays as it is Cancel it if it falls away.",
            BLOCKS,
        ]
        answer = post(client, ONLINE, hidden(page))
        assert answer.location == WEEK + "?week=2026-W50"
        session.refresh(meeting)
        assert (meeting.link, meeting.rooms) == (LINK, [])
        assert "1 session is held online now" in read(client, answer.location).get_text()
        assert text_of(read(client, ask(world)), ".empty h2") == ["Nothing to change"]

    def test_a_wrong_link_keeps_the_page(self, session: Session, world: World, visit: Visit) -> None:
        meeting = held(world, 10)
        client = visit("coordinator")
        page = read(client, ask(world))
        answer = post(client, ONLINE, hidden(page, link="http://x.example/"))
        assert answer.status_code == 422
        again = BeautifulSoup(answer.data, "html5lib")
        assert "beginning with https://" in text_of(again, "#link-error")[0]
        assert len(again.select("tbody tr")) == 2
        assert again.select_one("#link")["value"] == "http://x.example/"  # type: ignore[index]  # it is there
        session.refresh(meeting)
        assert meeting.version == 1

    def test_what_changed_meanwhile_is_not_taken(self, session: Session, world: World, visit: Visit) -> None:
        meeting = held(world, 10)
        client = visit("coordinator")
        looked_at = hidden(read(client, ask(world)))
        other = held(world, 11, "Added meanwhile")
        answer = post(client, ONLINE, looked_at)
        assert answer.status_code == 409
        assert "Nothing was changed" in answer.text
        session.expire_all()
        assert (meeting.version, other.version) == (1, 1)
        assert blocks_of(session, world) == [(1, "offline", "2026-12-07", "2026-12-11")]

    @pytest.mark.parametrize(
        ("query", "field", "says"),
        [
            ("?module=999999&since=2026-12-10", "module", "Not a valid choice"),
            ("?module=x&since=2026-12-10", "module", "Not a valid choice"),
            ("?module=999999", "module", "Not a valid choice"),
            ("?since=x", "since", "Not a valid date"),
            ("?since=9999-12-10", "since", "Enter a year between"),
        ],
    )
    def test_what_cannot_be_is_said(self, world: World, visit: Visit, query: str, field: str, says: str) -> None:
        assert world.modules
        assert says in text_of(read(visit("coordinator"), ONLINE + query, 422), f"#{field}-error")[0]

    def test_without_a_day_it_is_from_today_on(self, world: World, visit: Visit) -> None:
        held(world, 10)
        page = read(visit("coordinator"), f"{ONLINE}?module={world.modules[1].id}")
        assert page.select_one("#since")["value"] == "2026-11-24"  # type: ignore[index]  # it is there
        assert text_of(page, "main section h2") == ["1 session goes online"]

    def test_hosts_have_their_own_module_only(self, world: World, visit: Visit) -> None:
        client = visit("host")
        assert len(read(client, ONLINE).select("#module option")) == 1
        assert client.get(f"{ONLINE}?module={world.modules[0].id}&since=2026-11-24").status_code == 422

    @pytest.mark.parametrize("name", ["auditor", "participant"])
    def test_nobody_else(self, world: World, visit: Visit, name: str) -> None:
        assert world.modules
        assert visit(name).get(ONLINE).status_code == 404

    def test_the_same_statements_for_one_and_three(self, world: World, visit: Visit, statements: Statements) -> None:
        counts = []
        client = visit("coordinator")
        for number in (1, 2):
            for place in range(number):
                begin = datetime(2026, 12, 10, 6 + place, tzinfo=NOW.tzinfo) + timedelta(hours=4 * number)
                held(world, 10, f"S{number}{place}", starts_at=begin, ends_at=begin + HOUR)
            with statements() as sent:
                client.get(ask(world))
            counts.append(len(sent))
        assert counts[0] == counts[1]
