"""The pages of attendance, as browsers without JavaScript use them."""

import gzip
from datetime import date, timedelta
from io import BytesIO

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from cohorts.enums import CohortStatus, EnrolmentStatus
from modules.enums import Half
from modules.services.attendance import Marking
from tests.integration.modules.reading import Visit, read, text_of
from tests.integration.modules.registers import (
    INDEX,
    PAGE,
    TODAY,
    A,
    L,
    O,
    P,
    ask_for,
    held,
    keep,
    people,
    saved,
    working_days,
)
from tests.integration.modules.world import World, make_world, sign_in
from tests.support.pages import post
from tests.support.visiting import Statements


def shown(page: Tag) -> dict[str, str]:
    """What is marked on a page: letters by the name of the radios."""
    return {str(radio["name"]): str(radio["value"]) for radio in page.select("input[type=radio][checked]")}


class TestRegister:
    def test_six_native_radios_for_each_person(self, world: World, visit: Visit) -> None:
        held(world)
        keep(world, {1: P, 2: A})
        page = read(visit("coordinator"), PAGE)
        assert [radio["value"] for radio in page.select("input[name=m1]")] == list("roleas")
        assert shown(page) == {"m1": "r", "m2": "a"}
        assert text_of(page, ".counts span") == [
            "In the room 1",
            "Online 0",
            "Late 0",
            "Excused 0",
            "Absent 1",
            "Subst. 0",
            "Unmarked 1",
        ]
        assert "Last saved 16:36 by Coordinator" in page.get_text()
        assert text_of(page, ".att legend") == text_of(page, ".att tbody th")

    @pytest.mark.parametrize(("lang", "letters"), [("kk", "ЗОКСЖА"), ("ru", "ЗОПУНМ"), ("en", "ROLEAS")])
    def test_letters_of_each_language(self, world: World, visit: Visit, lang: str, letters: str) -> None:
        held(world)
        page = read(visit("coordinator", lang=lang), PAGE)
        assert page.select_one("[data-register]")["data-register"] == letters  # type: ignore[index]  # it is there
        assert text_of(page, "tr:first-child .marks b") == list(letters)
        assert len(set(letters)) == 6

    def test_saving_a_part(self, session: Session, world: World, visit: Visit) -> None:
        held(world)
        client = visit("coordinator")
        answer = post(client, PAGE, {"seen": "", "m1": "r", "m3": "l"})
        assert (answer.status_code, answer.location) == (302, PAGE)
        assert saved(session) == {1: P, 3: L}
        page = read(client, PAGE)
        assert "1 person is not marked yet" in page.get_text()
        assert page.select_one("input[name=seen]")["value"] == "1r 3l"  # type: ignore[index]  # it is there

    def test_the_rest_are_in_the_room(self, session: Session, world: World, visit: Visit) -> None:
        keep(world, {1: A}, by="admin")
        client = visit("coordinator")
        answer = post(client, PAGE, {"seen": "", "m2": "l", "act": "rest"})
        assert answer.status_code == 302
        assert saved(session) == {1: A, 2: L, 3: P}
        assert "everybody is marked" in read(client, PAGE).get_text()

    def test_the_rest_are_online_where_no_room_is(self, session: Session, world: World, visit: Visit) -> None:
        held(world)
        client = visit("coordinator")
        assert text_of(read(client, PAGE), "button[value=rest-online]") == ["The rest are online"]
        post(client, PAGE, {"seen": "", "m2": "l", "act": "rest-online"})
        assert saved(session) == {1: O, 2: L, 3: O}

    def test_clearing_by_number(self, session: Session, world: World, visit: Visit) -> None:
        keep(world, {1: P, 2: P})
        data = {"seen": "1r 2r", "m1": "r", "m2": "r", "act": "clear", "cleared": "2"}
        assert post(visit("coordinator"), PAGE, data).status_code == 302
        assert saved(session) == {1: P}

    def test_earlier_half_days_and_the_way_between(self, world: World, visit: Visit) -> None:
        yesterday = TODAY - timedelta(days=1)
        held(world, yesterday)
        held(world, yesterday, "14:00", "15:30")
        held(world)
        keep(world, {1: P, 2: A}, yesterday)
        keep(world, {1: P, 2: L, 3: P}, yesterday, Half.PM)
        page = read(visit("coordinator"), PAGE)
        assert text_of(page, "thead .past") == ["Mon 23 Nov morning", "Mon 23 Nov afternoon"]
        assert [cell.get_text() for cell in page.select("tbody tr:nth-child(2) .past [aria-hidden]")] == ["A", "L"]
        assert [cell.get_text() for cell in page.select("tbody tr:nth-child(1) .past [aria-hidden]")] == ["·", "·"]
        assert text_of(page, "tbody .num") == ["100%", "50%", "100%"]
        assert [link["href"] for link in page.select(".weeknav a")] == [f"{INDEX}/2026-11-23/pm"]

    def test_finding_by_surname_without_kazakh_letters(self, world: World, visit: Visit) -> None:
        page = read(visit("coordinator"), f"{PAGE}?q=алия2")
        assert len(page.select(".att tbody tr")) == 1
        assert page.select("button[value=rest]") == []
        assert "Nobody of this name" in read(visit("coordinator"), f"{PAGE}?q=нет").get_text()

    def test_a_filtered_page_saves_only_what_it_shows(self, session: Session, world: World, visit: Visit) -> None:
        keep(world, {1: P})
        answer = post(visit("coordinator"), f"{PAGE}?q=алия2", {"seen": "1r", "m2": "a"})
        assert answer.location is not None
        assert answer.location.startswith(f"{PAGE}?q=")
        assert saved(session) == {1: P, 2: A}

    def test_a_session_of_its_own(self, session: Session, world: World, visit: Visit) -> None:
        meeting = held(world, title="Ethics")
        path = f"{INDEX}/session/{meeting.id}"
        page = read(visit("coordinator"), PAGE)
        assert path in [link["href"] for link in page.select(".lines a")]
        assert post(visit("coordinator"), path, {"seen": "", "m1": "o"}).status_code == 302
        assert "Ethics" in read(visit("coordinator"), path).get_text()
        assert saved(session) == {}
        assert len(saved(session, half=None)) == 1


class TestTwoAtOnce:
    def test_only_rows_that_both_changed_are_asked_about(self, session: Session, world: World, visit: Visit) -> None:
        client = visit("coordinator")
        keep(world, {1: A, 2: P}, by="admin")
        answer = post(client, PAGE, {"seen": "", "m1": "r", "m2": "r", "m3": "l"})
        assert answer.status_code == 409
        page = BeautifulSoup(answer.data, "html5lib")
        assert len(page.select("tbody tr")) == 1
        assert "1 other row of yours is saved." in page.get_text()
        assert text_of(page, "tbody .rad") == ["Saved now: Absent Admin, 16:36", "Mine: In the room"]
        session.expire_all()
        assert saved(session) == {1: A, 2: P, 3: L}
        assert shown(page) == {"m1": "a"}
        form = {str(field["name"]): str(field["value"]) for field in page.select("main form input[type=hidden]")}
        assert form["seen"] == "1a"
        assert client.post(PAGE, data={**form, "m1": "a"}).status_code == 302
        assert saved(session)[1] == A
        assert client.post(PAGE, data={**form, "m1": "r"}).status_code == 302
        assert saved(session) == {1: P, 2: P, 3: L}

    def test_a_third_one_meanwhile_is_asked_about_again(self, session: Session, world: World, visit: Visit) -> None:
        keep(world, {1: A}, by="admin")
        client = visit("coordinator")
        assert post(client, PAGE, {"seen": "", "m1": "r"}).status_code == 409
        keep(world, {1: Marking(A, L)}, by="admin")
        assert post(client, PAGE, {"seen": "1a", "m1": "r"}).status_code == 409
        assert saved(session) == {1: L}

    def test_a_mark_that_the_other_cleared(self, session: Session, world: World, visit: Visit) -> None:
        keep(world, {1: P})
        keep(world, {1: Marking(P, None)}, by="admin")
        answer = post(visit("coordinator"), PAGE, {"seen": "1r", "m1": "a"})
        assert answer.status_code == 409
        page = BeautifulSoup(answer.data, "html5lib")
        assert text_of(page, "tbody .rad") == ["Saved now: Unmarked", "Mine: Absent"]
        assert shown(page) == {"m1": ""}
        token = page.select_one("main input[name=csrf_token]")
        assert token is not None
        sent = {"csrf_token": str(token["value"]), "seen": "", "m1": "a"}
        assert visit("coordinator").get(PAGE).status_code == 200
        assert post(visit("coordinator"), PAGE, sent).status_code == 302
        assert saved(session) == {1: A}


class TestRefusing:
    @pytest.mark.parametrize(
        ("data", "says"),
        [
            ({"m1": "x"}, "a state was sent that does not exist"),
            ({"m1": "present"}, "a state was sent that does not exist"),
            ({"m999": "r"}, "there is no No. 999 in this list"),
            ({"m1": "r", "act": "clear", "cleared": "one"}, "type the number of the person"),
            ({"act": "clear", "cleared": "77"}, "there is no No. 77 in this list"),
        ],
    )
    def test_one_sentence_and_nothing_saved(
        self, session: Session, world: World, visit: Visit, data: dict[str, str], says: str
    ) -> None:
        answer = post(visit("coordinator"), PAGE, {"seen": "", "m2": "l", **data})
        assert answer.status_code == 422
        page = BeautifulSoup(answer.data, "html5lib")
        assert says in text_of(page, ".esum")[0]
        assert saved(session) == {}

    def test_what_was_typed_is_kept_when_somebody_withdrew_meanwhile(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        client = visit("coordinator")
        people(world)[0].status = EnrolmentStatus.WITHDRAWN
        session.commit()
        answer = post(client, PAGE, {"seen": "", "m1": "r", "m2": "l"})
        assert answer.status_code == 422
        page = BeautifulSoup(answer.data, "html5lib")
        assert "No. 1 has withdrawn from the cohort" in text_of(page, ".esum")[0]
        assert shown(page) == {"m2": "l"}
        assert page.select("input[name=m1]") == []
        assert saved(session) == {}

    def test_a_day_in_the_future_is_only_read(self, session: Session, world: World, visit: Visit) -> None:
        held(world, TODAY + timedelta(days=1))
        path = f"{INDEX}/2026-11-25/am"
        page = read(visit("coordinator"), path)
        assert "has not come yet" in page.get_text()
        assert page.select("input[type=radio], .barb .btn") == []
        answer = post(visit("coordinator"), path, {"m1": "r"})
        assert answer.status_code == 422
        assert "this day has not come yet" in answer.text
        assert saved(session, TODAY + timedelta(days=1)) == {}

    def test_a_day_outside_leads_back_with_a_sentence(self, world: World, visit: Visit) -> None:
        client = visit("coordinator")
        for path in (f"{INDEX}/2025-01-07/am", f"{INDEX}/day?day=2025-01-07&half=am"):
            answer = client.get(path, follow_redirects=True)
            assert answer.request.path == INDEX
            assert "it is not one of the modules’ days" in answer.text
        assert "Enter a day such as" in client.get(f"{INDEX}/day?day=x&half=am", follow_redirects=True).text
        assert world.modules

    @pytest.mark.parametrize("path", ["/2026-11-24/xm", "/2026-02-30/am", "/x/am", "/session/99999", "/people/99999"])
    def test_nonsense_is_not_there(self, world: World, visit: Visit, path: str) -> None:
        assert world.modules
        assert visit("coordinator").get(INDEX + path).status_code == 404

    def test_a_closed_cohort(self, session: Session, world: World, visit: Visit) -> None:
        keep(world, {1: P})
        world.cohort.status = CohortStatus.CLOSED
        session.commit()
        page = read(visit("coordinator"), PAGE)
        assert "its registers are only read" in page.get_text()
        assert text_of(page, "tbody .cur") == ["In the room", "Unmarked", "Unmarked"]
        assert post(visit("coordinator"), PAGE, {"m2": "r"}).status_code == 422
        assert saved(session) == {1: P}


class TestAccess:
    @pytest.mark.parametrize("name", ["participant", "assistant", "colleague"])
    def test_participants_have_none_of_it(self, world: World, visit: Visit, name: str) -> None:
        assert world.modules
        for path in (INDEX, PAGE, f"{INDEX}/people/1", f"{INDEX}/register.xlsx", f"{INDEX}/day"):
            assert visit(name).get(path).status_code == 404

    def test_an_auditor_reads_and_saves_nothing(self, session: Session, world: World, visit: Visit) -> None:
        keep(world, {1: P})
        page = read(visit("auditor"), PAGE)
        assert page.select("input[type=radio], .barb .btn, button[value=rest]") == []
        assert post(visit("auditor"), PAGE, {"m2": "r"}).status_code == 404
        assert saved(session) == {1: P}

    def test_a_host_keeps_the_own_module_only(self, session: Session, world: World, visit: Visit) -> None:
        theirs = date(2026, 11, 24)
        held(world, theirs, "14:00", "15:30", module=world.modules[1])
        keep(world, {1: A, 2: P})
        client = visit("host")
        assert client.get(PAGE).status_code == 302  # another module's
        assert post(client, f"{INDEX}/2026-11-24/pm", {"seen": "", "m1": "r", "m2": "r"}).status_code == 302
        assert saved(session, theirs, Half.PM) == {1: P, 2: P}
        assert post(client, PAGE, {"m3": "r"}).status_code in {302, 404}
        assert saved(session) == {1: A, 2: P}
        page = read(client, INDEX)
        assert text_of(page, ".more summary") == ["Module 2. Delivery · 0 registers complete · 1 still to be kept"]
        assert text_of(page, "td[data-l=Attendance] b") == ["100%", "100%"]
        assert text_of(page, ".subnav a") == ["Schedule", "Attendance"]
        assert page.select("a[href='/cohorts/kel-1/']") == []

    def test_no_page_shows_an_iin(self, session: Session, world: World, visit: Visit) -> None:
        people(world)[0].person.iin = "900101300123"
        session.commit()
        keep(world, {1: P})
        client = visit("coordinator")
        for path in (INDEX, PAGE, f"{INDEX}/people/1"):
            assert "300123" not in client.get(path).text


class TestIndex:
    def test_registers_by_module_and_the_next_one(self, world: World, visit: Visit) -> None:
        held(world)
        held(world, TODAY - timedelta(days=1))
        held(world, TODAY + timedelta(days=1))
        keep(world, {1: P, 2: P, 3: P}, TODAY - timedelta(days=1))
        page = read(visit("coordinator"), INDEX)
        assert text_of(page, ".halves tbody tr") == [
            "Mon 23 Nov Morning 3 of 3",
            "Tue 24 Nov Morning Not kept",
            "Wed 25 Nov Morning",
        ]
        button = page.select_one(".hero .btn")
        assert button is not None
        assert button["href"] == PAGE
        assert "Tue 24 Nov, morning" in button.get_text()

    def test_percentages_chips_and_order(self, session: Session, world: World, visit: Visit) -> None:
        ask_for(world.cohort)
        session.commit()
        for place, day in enumerate(working_days(date(2026, 11, 2), 5)):
            keep(world, {1: P, 2: A if place < 2 else P, **({3: A if place == 0 else P} if place < 4 else {})}, day)
        client = visit("coordinator")
        page = read(client, INDEX)
        assert text_of(page, "h1") == ["Attendance: 2 people below the percentage"]
        assert text_of(page, "td[data-l=Attendance]") == ["100% 5/5", "60% 3/5", "75% 3/4"]
        assert text_of(page, ".chips a") == ["All 3", "Below 2", "With unmarked half-days 1"]
        worst = read(client, f"{INDEX}?by=worst&view=below")
        assert text_of(worst, "td[data-l=Attendance]") == ["60% 3/5", "75% 3/4"]
        assert text_of(worst, "#people ~ table .tag") == ["Below 80%", "Below 80%"]
        assert len(read(client, f"{INDEX}?view=x&by=x").select("td[data-l=Attendance]")) == 3

    def test_without_a_condition_there_is_no_verdict(self, world: World, visit: Visit) -> None:
        keep(world, {1: A})
        page = read(visit("coordinator"), INDEX)
        assert text_of(page, "h1") == ["Attendance"]
        assert text_of(page, ".chips a") == ["All 3", "With unmarked half-days 2"]
        assert page.select("#people ~ table .tag") == []

    def test_a_person_and_the_workbook(self, world: World, visit: Visit) -> None:
        held(world)
        keep(world, {1: P, 2: A})
        keep(world, {1: L}, TODAY - timedelta(days=1))
        client = visit("coordinator")
        page = read(client, f"{INDEX}/people/2")
        assert text_of(page, "tbody td:last-child") == ["Unmarked", "Absent"]
        book = load_workbook(BytesIO(client.get(f"{INDEX}/register.xlsx").data))
        rows = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]  # type: ignore[union-attr]  # the only sheet
        assert rows[0][-2:] == ["23 Nov 2026, morning", "24 Nov 2026, morning"]
        assert [row[3:] for row in rows[1:]] == [
            ["100%", "2", "2", "0", "Late", "In the room"],
            ["0%", "0", "1", "1", "", "Absent"],
            ["", "0", "0", "2", "", ""],
        ]

    @pytest.mark.usefixtures("at")
    def test_a_cohort_without_people_or_sessions(self, session: Session, app: Flask) -> None:
        world = make_world(session, code="empty-1", people=2)
        for row in people(world):
            row.status = EnrolmentStatus.WITHDRAWN
        session.commit()
        client = sign_in(app, world, "coordinator")
        page = read(client, "/cohorts/empty-1/attendance")
        assert text_of(page, ".empty h2, .empty h3, .empty b, .empty strong")[:1]
        assert "Nobody is enrolled yet" in page.get_text()
        assert "Nobody is expected" in read(client, "/cohorts/empty-1/attendance/2026-11-24/am").get_text()


class TestSize:
    @pytest.mark.usefixtures("at")
    def test_eighty_one_people(self, session: Session, app: Flask) -> None:
        world = make_world(session, code="kel-81", people=81)
        held(world)
        keep(world, {1: P}, TODAY - timedelta(days=1))
        session.commit()
        client = sign_in(app, world, "coordinator")
        path = "/cohorts/kel-81/attendance/2026-11-24/am"
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        soup = BeautifulSoup(gzip.decompress(answer.data), "html5lib")
        assert len(soup.select(".att tbody tr")) == 81
        first = len(answer.data)
        for link in soup.select("link[href], script[src]"):
            part = client.get(str(link.get("href") or link.get("src")), headers={"Accept-Encoding": "gzip"})
            first += len(part.data)
        first += len(client.get("/static/icons.svg", headers={"Accept-Encoding": "gzip"}).data)
        assert first <= 40_000
        answer = post(client, path, {"seen": "", **{f"m{number}": "r" for number in range(1, 81)}, "m81": "a"})
        assert answer.status_code == 302
        assert len(saved(session)) == 81

    @pytest.mark.usefixtures("at")
    def test_the_same_number_of_statements_for_one_and_many(
        self, session: Session, app: Flask, statements: Statements
    ) -> None:
        counts = []
        for size in (1, 3, 9):
            world = make_world(session, code=f"size-{size}", people=max(size, 2))
            for day in working_days(date(2026, 11, 9), size):
                held(world, day)
                keep(world, {1: P, 2: A} if size > 1 else {1: P, 2: P}, day)
            held(world)
            session.commit()
            client = sign_in(app, world, "coordinator")
            base = f"/cohorts/size-{size}/attendance"
            for path in ("", "/2026-11-24/am", "/people/1", "/register.xlsx"):
                with statements() as sent:
                    assert client.get(base + path).status_code == 200
                counts.append((path, len(sent)))
        assert len(set(counts)) == 4, counts
