"""The page of notices: whose they are, what is new, what was seen and through whom."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import Delegation, Grant
from app.audit.models import AuditEntry
from app.kernel.words import Message
from app.notices.models import Notice
from tests.integration.modules.own import read, text_of
from tests.integration.modules.world import NOW, World
from tests.integration.notices.own import MOVED, QUIET, Visit, account, know, person, say, told
from tests.support.pages import post
from tests.support.visiting import Statements

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _kinds(app: Flask) -> None:
    know(app)


def page(client: FlaskClient, path: str = "/notices/", status: int = 200) -> BeautifulSoup:
    return read(client, path, status)


def lines(soup: BeautifulSoup) -> list[str]:
    return text_of(soup, ".sess .c > a")


def marking(soup: BeautifulSoup) -> dict[str, list[str]]:
    """What the button that marks the notices of a page sends."""
    found: dict[str, list[str]] = {}
    for field in soup.select("main form input[type=hidden]"):
        found.setdefault(str(field["name"]), []).append(str(field["value"]))
    return found


def unseen(session: Session) -> list[str]:
    rows = session.scalars(select(Notice).where(Notice.seen_at.is_(None)))
    return sorted(row.values["en"]["what"] for row in rows)


def number(session: Session, name: str = "Ethics") -> int:
    return next(row.id for row in session.scalars(select(Notice)) if row.values["en"]["what"].startswith(name))


class TestReading:
    def test_the_newest_first_by_day_in_words(self, world: World, visit: Visit) -> None:
        me = person(world)
        say(world, told(me, "Old", "1"), now=NOW - 50 * HOUR)
        say(world, told(me, "Yesterday", "2"), now=NOW - 20 * HOUR)
        say(world, told(me, "Just now", "3"), now=NOW)
        soup = page(visit("participant"))
        assert lines(soup) == ["Just now en was moved.", "Yesterday en was moved.", "Old en was moved."]
        assert text_of(soup, ".dayh") == [
            "Today Tuesday 24 November",
            "Yesterday Monday 23 November",
            "Sunday 22 November",
        ]
        assert text_of(soup, ".sess .t") == ["16:36", "20:36", "14:36"]
        assert text_of(soup, "h1") == ["Notices: 3 new"]
        assert text_of(soup, ".sess .tag") == ["Not seen yet"] * 3

    @pytest.mark.parametrize(("lang", "line"), [("kk", "Ethics kk"), ("ru", "Ethics ru"), ("en", "Ethics en")])
    def test_each_reads_it_in_the_language_of_the_page(self, world: World, visit: Visit, lang: str, line: str) -> None:
        say(world, told(person(world)), kind=QUIET)
        assert lines(page(visit("participant", lang=lang))) == [line]

    def test_what_was_told_in_one_language_is_shown_in_that(self, session: Session, world: World, visit: Visit) -> None:
        say(world, told(person(world)), kind=QUIET)
        session.execute(update(Notice).values(values={"ru": {"what": "Этика"}}))
        assert lines(page(visit("participant"))) == ["Этика"]

    def test_markup_is_text(self, world: World, visit: Visit) -> None:
        say(world, told(person(world), "<script>alert(1)</script>{{ 7*1000003 }} %(x)s"))
        text = visit("participant").get("/notices/").text
        assert "<script>alert" not in text
        assert "7000021" not in text
        assert "%(x)s" in text

    def test_a_kind_that_is_gone_hides_nothing_else(self, app: Flask, world: World, visit: Visit) -> None:
        say(world, told(person(world), key="1"))
        say(world, told(person(world), key="2"), kind=QUIET)
        app.extensions["notices"].by_name.pop("tests.moved")
        assert sorted(lines(page(visit("participant")))) == [
            "Ethics en",
            "This notice belongs to a part of the system that is not in use any more.",
        ]

    def test_a_kind_that_says_more_now_hides_nothing_either(self, app: Flask, world: World, visit: Visit) -> None:
        say(world, told(person(world)))
        newer = replace(MOVED, text=Message("%(what)s was moved to %(where)s."))
        app.extensions["notices"].by_name[MOVED.name] = newer
        assert lines(page(visit("participant"))) == ["Ethics en was moved to –."]

    def test_an_empty_page_says_what_will_stand_there(self, visit: Visit) -> None:
        for name in ("participant", "coordinator", "admin"):
            assert text_of(page(visit(name)), ".empty h2") == ["Nothing was told to you yet"]

    def test_pages_of_fifty(self, world: World, visit: Visit) -> None:
        say(world, *(told(person(world), f"N{k}", str(k)) for k in range(51)))
        client = visit("participant")
        assert len(lines(page(client))) == 50
        assert text_of(page(client), ".pager span") == ["Page 1 of 2"]
        assert len(lines(page(client, "/notices/?page=2"))) == 1
        assert text_of(page(client, "/notices/?page=3"), ".empty h2") == ["There are no more notices"]
        for odd in ("0", "-1", "x", "9" * 30, "٣"):
            assert len(lines(page(client, f"/notices/?page={odd}"))) in {0, 50}

    def test_times_are_those_that_the_reader_chose(self, session: Session, world: World, visit: Visit) -> None:
        world.users["participant"].time_zone = "Asia/Dubai"
        say(world, told(person(world)), now=NOW.replace(hour=20))
        session.flush()
        assert text_of(page(visit("participant")), ".sess .t") == ["00:36"]

    def test_statements_do_not_grow(self, world: World, visit: Visit, statements: Statements) -> None:
        counts, client = [], visit("assistant")
        for many in (1, 3):
            say(world, *(told(person(world), "A", f"{many}.{k}") for k in range(many)))
            with statements() as sent:
                page(client)
            counts.append(len(sent))
        assert counts[0] == counts[1]


class TestCounting:
    def test_every_page_says_how_much_is_new(self, world: World, visit: Visit) -> None:
        say(world, told(person(world), key="1"), told(person(world), key="2"))
        say(world, told(account(world, "coordinator")))
        assert text_of(page(visit("participant"), "/me/"), ".tabs .badge") == ["2 new"]
        assert text_of(page(visit("assistant"), "/me/"), ".tabs .badge") == ["2 new"]
        assert text_of(page(visit("coordinator"), "/programmes/"), ".nav .badge") == ["1 new"]
        assert text_of(page(visit("colleague"), "/me/"), ".badge") == []

    def test_the_kept_page_counts_anew(self, world: World, visit: Visit) -> None:
        client = visit("participant")
        for many in (1, 2):
            say(world, told(person(world), key=str(many)))
            assert text_of(page(client, "/me/"), ".tabs .badge") == [f"{many} new"]

    def test_an_account_that_became_somebody_keeps_its_own(self, world: World, visit: Visit) -> None:
        before = account(world, "coordinator")
        say(world, told(before, "Mine", "1"))
        world.users["coordinator"].person_id = world.users["colleague"].person_id
        say(world, told(person(world, "colleague"), "Of the person", "2"))
        assert sorted(lines(page(visit("coordinator")))) == ["Mine en was moved.", "Of the person en was moved."]


class TestSeeing:
    def test_a_line_leads_on_and_was_seen(self, session: Session, world: World, visit: Visit) -> None:
        say(world, told(person(world)))
        answer = visit("participant").get(f"/notices/{number(session)}")
        assert (answer.status_code, answer.location) == (302, "/me/")
        row = session.scalars(select(Notice).execution_options(populate_existing=True)).one()
        assert (row.seen_at, row.seen_by_id) == (NOW, world.users["participant"].id)
        assert session.scalars(select(AuditEntry).where(AuditEntry.act == "notices.seen")).all() == []

    def test_a_notice_that_leads_nowhere_leads_back(self, session: Session, world: World, visit: Visit) -> None:
        say(world, told(person(world), path=None))
        assert visit("participant").get(f"/notices/{number(session)}").location == "/notices/"

    def test_an_assistant_sees_for_the_person_and_the_audit_says_so(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        say(world, told(person(world), "A", "1"), told(person(world), "B", "2"))
        client = visit("assistant")
        soup = page(client)
        assert "You are looking for Сынақбаева Әлия1: these are their notices." in soup.get_text()
        assert text_of(soup, ".chips a") == ["My own notices", "Сынақбаева Әлия1 2 new"]
        client.get(f"/notices/{number(session, 'A')}")
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "notices.seen")).one()
        mine, theirs = world.users["assistant"].id, world.users["participant"].person_id
        assert (entry.actor_id, entry.for_person_id) == (mine, theirs)
        row = session.scalars(select(Notice).where(Notice.seen_at.is_not(None))).one()
        assert row.seen_by_id == mine
        assert "Seen by Assistant" in page(visit("participant")).get_text()

    def test_those_that_were_shown_and_no_other(self, session: Session, world: World, visit: Visit) -> None:
        say(world, told(person(world), "A", "1"), told(person(world, "colleague"), "C", "1"))
        client = visit("participant")
        data = marking(page(client))
        say(world, told(person(world), "Later", "2"))
        assert post(client, "/notices/seen", data).location == "/notices/"
        assert unseen(session) == ["C en", "Later en"]
        assert text_of(page(client), "h1") == ["Notices: 1 new"]

    def test_what_commits_meanwhile_under_a_smaller_number_stays_new(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        """PostgreSQL gives a row its number when it is written: who writes first may commit last."""
        say(world, told(person(world), "Slow", "1"), told(person(world), "Quick", "2"))
        slow = session.execute(
            delete(Notice).where(Notice.id == number(session, "Slow")).returning(*Notice.__table__.columns)
        ).mappings()
        row = dict(slow.one())
        client = visit("participant")
        data = marking(page(client))
        session.execute(insert(Notice), [row])
        assert row["id"] < number(session, "Quick")
        post(client, "/notices/seen", data)
        assert unseen(session) == ["Slow en"]

    def test_a_page_of_many_marks_what_stands_on_it(self, session: Session, world: World, visit: Visit) -> None:
        say(world, *(told(person(world), f"N{k:02}", f"{k}") for k in range(51)))
        client = visit("participant")
        data = marking(page(client, "/notices/?page=2"))
        assert post(client, "/notices/seen", data).location == "/notices/?page=2"
        soup = page(client, "/notices/?page=2")
        assert (text_of(soup, "h1"), text_of(soup, "main form")) == (["Notices: 50 new"], [])
        first = marking(page(client))
        assert len(first["notice"]) == 50
        post(client, "/notices/seen", first)
        assert unseen(session) == []

    def test_an_assistant_marks_those_of_the_person_only(self, session: Session, world: World, visit: Visit) -> None:
        say(world, told(person(world), "A", "1"), told(account(world, "assistant"), "Own", "1"))
        client = visit("assistant")
        theirs = world.users["participant"].person_id
        data = {"notice": [str(key) for key in session.scalars(select(Notice.id))], "for": str(theirs)}
        assert post(client, "/notices/seen", data).location == f"/notices/?for={theirs}"
        assert unseen(session) == ["Own en"]
        assert lines(page(client, "/notices/?for=own")) == ["Own en was moved."]

    def test_seen_twice_keeps_who_was_first(
        self, session: Session, world: World, visit: Visit, at: Callable[[datetime], None]
    ) -> None:
        say(world, told(person(world)))
        visit("participant").get(f"/notices/{number(session)}")
        at(NOW + HOUR)
        visit("assistant").get(f"/notices/{number(session)}")
        row = session.scalars(select(Notice).execution_options(populate_existing=True)).one()
        assert (row.seen_at, row.seen_by_id) == (NOW, world.users["participant"].id)


class TestOthers:
    def test_what_is_not_theirs_is_not_there(self, session: Session, world: World, visit: Visit) -> None:
        say(world, told(person(world), "Secret"))
        for name in ("colleague", "coordinator", "admin", "auditor", "host"):
            client = visit(name)
            assert client.get(f"/notices/{number(session, 'Secret')}").status_code == 404
            assert "Secret" not in client.get("/notices/").text
            assert client.get(f"/notices/?for={world.users['participant'].person_id}").status_code == 404
        assert session.scalars(select(Notice.seen_at)).one() is None

    def test_an_assistant_for_the_schedule_alone_reads_no_notices(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        session.execute(update(Delegation).where(Delegation.area == "notices").values(area="project"))
        say(world, told(person(world), "Secret"))
        client = visit("assistant")
        assert "Secret" not in client.get("/notices/").text
        assert client.get(f"/notices/{number(session, 'Secret')}").status_code == 404
        assert text_of(page(client, "/me/"), ".badge") == []

    @pytest.mark.parametrize("odd", ["", "x", "0", "-1", "999999999999999999", "1 OR 1=1", "%00"])
    def test_odd_readers_are_not_there(self, visit: Visit, odd: str) -> None:
        assert visit("assistant").get("/notices/", query_string={"for": odd}).status_code == 404

    @pytest.mark.parametrize("odd", [[], [""], ["x"], ["-1"], ["9" * 40], ["1.0"], ["٣"], ["1"] * 51])
    def test_odd_numbers_mark_nothing(self, session: Session, world: World, visit: Visit, odd: list[str]) -> None:
        say(world, told(person(world)))
        data = {"notice": [*odd, str(number(session))] if odd else []}
        assert post(visit("participant"), "/notices/seen", data).status_code == 400
        assert session.scalars(select(Notice.seen_at)).one() is None

    def test_posts_need_the_token(self, visit: Visit) -> None:
        for path in ("/notices/seen", "/notices/choices"):
            assert visit("participant").post(path, data={"notice": "1"}).status_code == 400

    def test_an_assistant_who_is_more_than_that_reads_their_own_first(self, world: World, visit: Visit) -> None:
        user = world.users["assistant"]
        user.grants.append(Grant(role=Role.AUDITOR, scope=ScopeKind.EVERYWHERE))
        say(world, told(account(world, "assistant"), "Own", "1"), told(person(world), "Theirs", "1"))
        client = visit("assistant")
        assert lines(page(client)) == ["Own en was moved."]
        assert lines(page(client, f"/notices/?for={world.users['participant'].person_id}")) == ["Theirs en was moved."]
