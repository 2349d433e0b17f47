from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.tri import Tri
from modules.enums import SessionStatus
from modules.models import Module, ModuleSession
from modules.rules.facts import facts_of
from modules.services import cancel_session, change_session, publish
from tests.integration.modules.reading import (
    ADD,
    HOUR,
    PUBLISH,
    WEEK,
    Visit,
    only,
    read,
    sent_by,
    text_of,
    the_form,
    typed,
)
from tests.integration.modules.world import DUBAI, HOME, NOW, World, make_world, sign_in
from tests.support.pages import post
from tests.support.visiting import Statements


class TestWeek:
    def test_days_stand_side_by_side_in_order_of_time(self, world: World, visit: Visit) -> None:
        world.add("Second", starts_at=NOW + 2 * HOUR, ends_at=NOW + 3 * HOUR)
        world.add("First", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
        world.add(
            "Saturday",
            starts_at=datetime(2026, 11, 28, 10, tzinfo=HOME),
            ends_at=datetime(2026, 11, 28, 11, tzinfo=HOME),
        )
        page = read(visit("coordinator"), WEEK + "?week=2026-W48")
        assert text_of(page, ".day h2 a") == [
            "Mon 23 Nov",
            "Tue 24 Nov",
            "Wed 25 Nov",
            "Thu 26 Nov",
            "Fri 27 Nov",
            "Sat 28 Nov",
        ]
        assert text_of(page, ".is-today .ev > a") == ["First", "Second"]
        assert "Unpublished changes: 3" in page.get_text()

    def test_states_have_words(self, world: World, visit: Visit) -> None:
        kept, changed, cut = (
            world.add(title, starts_at=NOW + n * HOUR, ends_at=NOW + (n + 1) * HOUR)
            for n, title in enumerate(("Kept", "Changed", "Cut"))
        )
        publish(world.session, cohort=world.cohort, actor=None, now=NOW)
        change_session(
            world.session,
            meeting=changed,
            facts=replace(facts_of(changed), rooms=("5",)),
            expected_version=1,
            actor=None,
            now=NOW,
        )
        cancel_session(world.session, meeting=cut, expected_version=1, actor=None, now=NOW)
        world.add("New", starts_at=NOW + 3 * HOUR, ends_at=NOW + 4 * HOUR)
        found = dict(zip(text_of(page := read(visit("coordinator")), ".ev > a"), page.select(".ev"), strict=True))
        assert text_of(found["Kept"], ".tag") == []
        assert text_of(found["Changed"], ".tag") == ["Changed, not published"]
        assert text_of(found["Cut"], ".tag") == ["Cancelled, not published"]
        assert text_of(found["New"], ".tag") == ["Draft"]
        assert kept.id

    def test_the_week_of_the_next_session_opens(self, world: World, visit: Visit) -> None:
        world.add(
            "Abroad", module=world.modules[1], starts_at=NOW + 13 * 24 * HOUR, ends_at=NOW + 13 * 24 * HOUR + HOUR
        )
        page = read(visit("coordinator"))
        assert text_of(page, ".ev > a") == ["Abroad"]
        assert text_of(page, ".weeknav b") == ["7–11 December 2026"]

    def test_days_are_those_of_the_place(self, world: World, visit: Visit) -> None:
        begin = datetime(2026, 12, 7, 19, 30, tzinfo=NOW.tzinfo)  # 23:30 in Dubai, already the 8th in Astana
        world.add("Late", module=world.modules[1], starts_at=begin, ends_at=begin + HOUR, time_zone=DUBAI, link=None)
        client = visit("coordinator")
        assert text_of(read(client, WEEK + "?day=2026-12-07"), ".sess .c > a") == ["Late"]
        assert text_of(read(client, WEEK + "?day=2026-12-08"), ".sess .c > a") == []
        assert text_of(read(client, WEEK + "?week=2026-W50"), ".day small")[0] == "Abu Dhabi, UTC+4"

    def test_a_room_taken_twice_is_said(self, world: World, visit: Visit) -> None:
        world.add("One", rooms=("214",))
        world.add("Two", rooms=("214",))
        page = read(visit("coordinator"))
        assert text_of(page, ".ev.is-bad .tag")[:2] == ["Person in two places", "Room taken twice"]
        assert text_of(page, "aside .conf .tag") == ["Person in two places", "Room taken twice"]

    @pytest.mark.parametrize(
        "query", ["?week=x", "?week=2026-W99", "?day=2026-02-30", "?day=0001-01-01", "?week=9999-W52"]
    )
    def test_nonsense_shows_the_usual_week(self, world: World, visit: Visit, query: str) -> None:
        assert world.modules
        assert text_of(read(visit("coordinator"), WEEK + query), ".day h2")[0] == "Mon 23 Nov"

    def test_the_same_number_of_statements_for_one_and_many(
        self, world: World, visit: Visit, statements: Statements
    ) -> None:
        counts = []
        client = visit("coordinator")
        for number in (1, 3, 9):
            for _ in range(number):
                world.add()
            publish(world.session, cohort=world.cohort, actor=None, now=NOW)
            for path in (WEEK, WEEK + "?day=2026-11-24", "/", "/cohorts/kel-1/"):
                with statements() as sent:
                    assert client.get(path).status_code == 200
                counts.append((path, len(sent)))
        assert len(set(counts)) == 4, counts

    def test_an_auditor_reads_but_changes_nothing(self, world: World, visit: Visit) -> None:
        meeting = world.add()
        page = read(visit("auditor"))
        assert text_of(page, ".ev > b") == ["Ethics"]
        assert page.select(f"a[href='{ADD}'], a[href='{PUBLISH}'], .ev > a") == []
        assert visit("auditor").get(f"{WEEK}{meeting.id}/edit").status_code == 404


class TestEmpty:
    @pytest.mark.usefixtures("at")
    def test_an_empty_cohort_offers_to_lay_the_pattern(self, session: Session, app: object) -> None:
        world = make_world(session, code="empty-1", lay=False)
        client = sign_in(app, world, "coordinator")  # type: ignore[arg-type]  # the fixture's type
        page = read(client, "/cohorts/empty-1/schedule/")
        assert text_of(page, ".empty button") == ["Lay the pattern"]
        answer = post(client, "/cohorts/empty-1/schedule/lay", {})
        assert answer.location == "/cohorts/empty-1/schedule/"
        assert session.scalar(select(func.count(Module.id))) == 4
        assert "The modules of the programme are on the calendar" in read(client, answer.location).get_text()
        post(client, "/cohorts/empty-1/schedule/lay", {})
        assert session.scalar(select(func.count(Module.id))) == 4


class TestAdding:
    def test_hours_are_those_of_the_place(self, session: Session, world: World, visit: Visit) -> None:
        answer = post(visit("coordinator"), ADD, typed(world, 1, date="2026-12-07", start="9:30", end="1200"))
        assert (answer.status_code, answer.location) == (302, WEEK + "?week=2026-W50")
        meeting = only(session)
        assert meeting.starts_at == datetime(2026, 12, 7, 5, 30, tzinfo=NOW.tzinfo)
        assert (meeting.time_zone, meeting.module_id) == (DUBAI, world.modules[1].id)
        assert meeting.title == Tri(kk="Дәріс", en="Talk")

    @pytest.mark.parametrize(
        ("changes", "field", "says"),
        [
            ({"date": ""}, "date", "Enter the date"),
            ({"date": "31.12.2026"}, "date", "Not a valid date"),
            ({"date": "0202-11-26"}, "date", "Enter a year between 2000 and 2100"),
            ({"start": "half past six"}, "start", "Enter a time such as 18:30"),
            ({"end": "25:00"}, "end", "Enter a time such as 18:30"),
            ({"end": "18:30"}, "end", "The end must be after the start"),
            ({"end_date": "2026-11-29"}, "end", "at most 24 hours"),
            ({"end_date": "2026-11-25"}, "end", "The end must be after the start"),
            ({"date": "2024-02-29", "start": "23:30", "end": "23:45"}, "start", "comes twice"),
            ({"title_kk": "", "title_en": " "}, "title_ru", "at least one language"),
            ({"title_en": "x" * 201}, "title_en", "at most 200 characters"),
            ({"link": "javascript:alert(1)"}, "link", "beginning with https://"),
            ({"block": "999999"}, "block", "Not a valid choice"),
            ({"block": "x"}, "block", "Not a valid choice"),
            ({"kind": "party"}, "kind", "Not a valid choice"),
            ({"note": "n" * 501}, "note", "at most 500 characters"),
        ],
    )
    def test_what_cannot_be_is_said_and_nothing_is_lost(
        self, session: Session, world: World, visit: Visit, changes: dict[str, str], field: str, says: str
    ) -> None:
        answer = post(visit("coordinator"), ADD, typed(world, speaker="Rector <b>", **changes))
        assert answer.status_code == 422
        page = BeautifulSoup(answer.data, "html5lib")
        assert page.title is not None
        assert page.title.get_text().startswith("Error:")
        assert says in text_of(page, f"#{field}-error")[0]
        assert page.select_one(f".esum a[href='#{field}']") is not None
        assert page.select_one("#speaker")["value"] == "Rector <b>"  # type: ignore[index]  # it is there
        for name, value in changes.items():
            control = page.select_one(f"input#{name}")
            assert control is None or control["value"] == value
        assert session.scalar(select(func.count(ModuleSession.id))) == 0

    def test_every_posted_column_but_those_of_the_form_is_left_out(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        extra = {"id": "77", "uid": "mine", "module_id": "1", "status": "cancelled", "version": "9", "time_zone": "UTC"}
        assert post(visit("coordinator"), ADD, typed(world, **extra)).status_code == 302
        meeting = only(session)
        assert (meeting.status, meeting.version, meeting.time_zone) == (SessionStatus.CONFIRMED, 1, "Asia/Almaty")
        assert meeting.uid != "mine"

    def test_a_session_over_midnight(self, session: Session, world: World, visit: Visit) -> None:
        data = typed(world, start="23:00", end="01:30", end_date="2026-11-27", tentative="y")
        assert post(visit("coordinator"), ADD, data).status_code == 302
        meeting = only(session)
        assert meeting.ends_at - meeting.starts_at == timedelta(hours=2, minutes=30)
        assert meeting.status == SessionStatus.TENTATIVE


class TestEditing:
    def test_the_form_shows_what_is_saved(self, world: World, visit: Visit) -> None:
        meeting = world.add("Abroad", module=world.modules[1], time_zone=DUBAI, note="Why")
        page = read(visit("coordinator"), f"{WEEK}{meeting.id}/edit")
        values = {field["name"]: field.get("value") for field in page.select("form.stack[novalidate] input")}
        assert (values["date"], values["start"], values["end"]) == ("2026-11-24", "17:00", "18:30")
        assert (values["title_en"], values["note"], values["version"]) == ("Abroad", "Why", "1")
        assert page.select_one("#block option[selected]")["value"] == str(world.modules[1].blocks[0].id)  # type: ignore[index]  # it is there

    def test_saving_keeps_a_draft(self, session: Session, world: World, visit: Visit) -> None:
        meeting = world.add()
        path = f"{WEEK}{meeting.id}/edit"
        answer = post(visit("coordinator"), path, typed(world, version="1", start="19:00"))
        assert answer.status_code == 302
        session.refresh(meeting)
        assert meeting.starts_at == datetime(2026, 11, 26, 14, 0, tzinfo=NOW.tzinfo)
        assert meeting.version == 2

    def test_two_editors(self, session: Session, world: World, visit: Visit) -> None:
        meeting = world.add()
        path = f"{WEEK}{meeting.id}/edit"
        client = visit("coordinator")
        assert post(client, path, typed(world, version="1", rooms="214")).status_code == 302
        answer = post(client, path, typed(world, version="1", title_en="My own words"))
        assert answer.status_code == 409
        assert "My own words" in answer.text
        assert "214" in answer.text
        page = BeautifulSoup(answer.data, "html5lib")
        assert text_of(page, "main .lines small") == ["changed: Time, Place, Link, Title"]
        assert text_of(page, "tbody th") == ["Place Different", "Title Different"]
        mine = sent_by(the_form(page))
        assert mine["version"] == "2"
        assert client.post(path, data=mine).status_code == 302
        session.refresh(meeting)
        assert (meeting.title.en, meeting.rooms) == ("My own words", [])

    def test_assumed_titles_stay_assumed_until_they_are_typed_anew(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        meeting = world.add(Tri(kk="Дәріс", en="Talk", assumed=frozenset({"kk", "en"})))
        post(visit("coordinator"), f"{WEEK}{meeting.id}/edit", typed(world, version="1", title_en="Lecture"))
        session.refresh(meeting)
        assert meeting.title == Tri(kk="Дәріс", en="Lecture", assumed=frozenset({"kk"}))

    def test_cancel_restore_and_delete(self, session: Session, world: World, visit: Visit) -> None:
        meeting, draft = world.add("Known"), world.add("Draft")
        client = visit("coordinator")
        cancel = f"{WEEK}{meeting.id}/cancel"
        refused = post(client, cancel, {"version": "1"})
        assert refused.status_code == 422
        assert "Delete it" in refused.text
        publish(session, cohort=world.cohort, actor=None, now=NOW)
        assert post(client, cancel, {"version": "1", "reason": "Ill"}).status_code == 302
        session.refresh(meeting)
        assert (meeting.status, meeting.note) == (SessionStatus.CANCELLED, "Ill")
        stale = post(client, f"{WEEK}{meeting.id}/restore", {"version": "1"})
        assert stale.status_code == 409
        assert post(client, f"{WEEK}{meeting.id}/restore", {"version": "2"}).status_code == 302
        session.refresh(meeting)
        assert (meeting.status, meeting.note) == (SessionStatus.CONFIRMED, None)
        refused = post(client, f"{WEEK}{draft.id}/delete", {"version": "1"})
        assert refused.status_code == 422
        fresh = world.add("Fresh")
        assert post(client, f"{WEEK}{fresh.id}/delete", {"version": "1"}).status_code == 302
        assert session.scalars(select(ModuleSession.title).order_by(ModuleSession.id)).all() == [
            Tri(en="Known"),
            Tri(en="Draft"),
        ]

    @pytest.mark.parametrize("version", ["", "x", "-5", "9" * 40])
    def test_a_version_that_is_none_changes_nothing(
        self, session: Session, world: World, visit: Visit, version: str
    ) -> None:
        meeting = world.add()
        answer = post(visit("coordinator"), f"{WEEK}{meeting.id}/delete", {"version": version})
        assert answer.status_code in {409, 422}
        assert session.scalar(select(func.count(ModuleSession.id))) == 1
