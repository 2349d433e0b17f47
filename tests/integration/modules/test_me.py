from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import DelegatedArea
from app.accounts.models import Delegation
from app.kernel.tri import Tri
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment
from modules.enums import SessionStatus
from modules.models import ModuleSession, ScheduleSeen
from modules.services import cancel_session
from tests.integration.modules.own import HOUR, ROOM, look, move, publish_all, read, text_of
from tests.integration.modules.world import DUBAI, HOME, NOW, World, make_world
from tests.support.pages import post

Visit = Callable[..., FlaskClient]


class TestNext:
    def test_the_next_session_stands_first(self, world: World, visit: Visit) -> None:
        world.add("Ethics", speaker="Rector's office")
        world.add("Later", starts_at=NOW + 48 * HOUR, ends_at=NOW + 49 * HOUR)
        publish_all(world)
        page = read(visit("participant"))
        [card] = page.select(".next")
        assert text_of(card, "h2") == ["Ethics"]
        assert text_of(card, ".big") == ["Today, 18:00–19:30"]
        assert "starts in 1 h 24 min" in card.get_text()
        assert "Rector's office" in card.get_text()
        assert text_of(page, ".dayh") == ["Today Tuesday 24 November", "Thursday 26 November"]

    @pytest.mark.parametrize(
        ("minutes", "says"), [(-16, "Join opens at 17:45"), (-15, "starts in 15 min"), (10, "under way")]
    )
    def test_the_link_opens_a_quarter_of_an_hour_before(
        self, world: World, visit: Visit, at: Callable[[datetime], None], minutes: int, says: str
    ) -> None:
        meeting = world.add(link=ROOM)
        publish_all(world)
        at(meeting.starts_at + timedelta(minutes=minutes))
        answer = visit("participant").get("/me/")
        assert (ROOM in answer.text) is (minutes >= -15)
        assert says in answer.text

    def test_a_session_that_is_over_is_not_next(
        self, world: World, visit: Visit, at: Callable[[datetime], None]
    ) -> None:
        meeting = world.add(link=ROOM)
        publish_all(world)
        at(meeting.ends_at)
        page = read(visit("participant"))
        assert page.select(".next") == []
        assert len(page.select(".sess li")) == 1, "today's sessions stay in the agenda"
        assert ROOM not in str(page)

    def test_two_sessions_at_once_are_both_shown(self, world: World, visit: Visit) -> None:
        world.add("One")
        world.add(
            "Two", starts_at=datetime(2026, 11, 24, 19, 0, tzinfo=HOME), ends_at=datetime(2026, 11, 24, 20, tzinfo=HOME)
        )
        publish_all(world)
        page = read(visit("participant"))
        assert text_of(page, ".next h2") == ["One", "Two"]
        assert "Two sessions at once" in page.get_text()

    def test_another_zone_is_said_with_the_hours_at_home(self, world: World, visit: Visit) -> None:
        begin = datetime(2026, 12, 7, 5, 30, tzinfo=NOW.tzinfo)
        world.add("Opening", module=world.modules[1], starts_at=begin, ends_at=begin + HOUR, time_zone=DUBAI, link=None)
        publish_all(world)
        page = read(visit("participant"))
        assert text_of(page, ".sess time") == ["09:30"]
        assert "UTC+4 · Astana time: 10:30–11:30" in page.get_text()

    def test_a_session_in_person_shows_the_address_and_no_door(self, world: World, visit: Visit) -> None:
        world.add(link=None, rooms=("214",), address=Tri(kk="Абай 33", en="Abai 33"))
        publish_all(world)
        page = read(visit("participant"))
        assert "In person · Abai 33, 214" in text_of(page, ".next")[0]
        assert page.select(".next .btn, .next .opens") == []


class TestWhatIsShown:
    def test_drafts_are_invisible(self, world: World, visit: Visit) -> None:
        meeting = world.add("Published")
        publish_all(world)
        world.add("Secret draft")
        move(world, meeting, title=Tri(en="Secret title"))
        page = visit("participant").get("/me/").text
        assert "Published" in page
        assert "Secret" not in page

    def test_nothing_published_says_who_publishes(self, world: World, visit: Visit) -> None:
        world.add("Draft")
        page = read(visit("participant"))
        assert "Nothing is scheduled yet" in page.get_text()
        assert "coordinator publishes" in page.get_text()

    def test_who_withdrew_sees_nothing(self, session: Session, world: World, visit: Visit) -> None:
        world.add("Ethics")
        publish_all(world)
        person_id = world.users["participant"].person_id
        enrolment = session.scalars(select(Enrolment).where(Enrolment.person_id == person_id)).one()
        enrolment.status = EnrolmentStatus.WITHDRAWN
        assert "Ethics" not in visit("participant").get("/me/").text

    def test_cohorts_of_one_person_stand_together(self, session: Session, world: World, visit: Visit) -> None:
        other = make_world(session, code="other-1")
        enrolment = session.scalars(select(Enrolment).where(Enrolment.cohort_id == other.cohort.id)).first()
        assert enrolment is not None
        enrolment.person_id = world.users["participant"].person_id or 0
        session.flush()
        world.add("Of the first")
        other.add("Of the other", starts_at=NOW + 20 * HOUR, ends_at=NOW + 21 * HOUR)
        publish_all(world)
        publish_all(other)
        assert text_of(read(visit("participant")), ".sess .c > b") == ["Of the first", "Of the other"]

    def test_a_stranger_cohort_is_never_shown(self, session: Session, world: World, visit: Visit) -> None:
        other = make_world(session, code="other-1")
        other.add("CANARY")
        publish_all(other)
        world.add("Mine")
        publish_all(world)
        assert "CANARY" not in visit("participant").get("/me/").text

    def test_past_sessions_have_their_own_page(self, world: World, visit: Visit) -> None:
        world.add("Long ago", starts_at=NOW - 100 * HOUR, ends_at=NOW - 99 * HOUR)
        world.add("To come")
        publish_all(world)
        client = visit("participant")
        assert text_of(read(client), ".sess .c > b") == ["To come"]
        assert text_of(read(client, "/me/?past=1"), ".sess .c > b") == ["Long ago"]

    def test_markup_in_texts_is_text(self, world: World, visit: Visit) -> None:
        title = '<script>alert(1)</script>{{ 7*1000003 }}"'
        world.add(title, rooms=("<b>",), speaker="<img src=x>", note="'><i>", link=None)
        publish_all(world)
        answer = visit("participant").get("/me/").text
        for bad in ("<script>alert", "<b></b>", "<img src=x>", "<i>", "7000021"):
            assert bad not in answer
        assert "&lt;script&gt;alert(1)" in answer

    def test_each_language(self, world: World, visit: Visit) -> None:
        world.add(Tri(kk="Әдеп", ru="Этика"))
        publish_all(world)
        assert "Келесі іс-шараңыз" in visit("participant", lang="kk").get("/me/").text
        russian = visit("participant", lang="ru").get("/me/").text
        assert "начнётся через 1 ч 24 мин" in russian
        assert "вторник, 24 ноября" in russian
        assert '<span lang="kk">Әдеп</span>' in visit("participant", lang="en").get("/me/").text


class TestChanges:
    @pytest.fixture
    def moved(self, world: World) -> ModuleSession:
        meeting = world.add("Budgeting", rooms=("118",), link=None)
        publish_all(world)
        look(world, 1)
        move(world, meeting, starts_at=meeting.starts_at + HOUR, ends_at=meeting.ends_at + HOUR, rooms=("214",))
        publish_all(world)
        return meeting

    @pytest.mark.usefixtures("moved")
    def test_old_is_struck_and_new_is_bold(self, visit: Visit) -> None:
        page = read(visit("participant"))
        [changes] = page.select(".changes")
        assert text_of(changes, "h2") == ["1 change since you last looked"]
        assert text_of(changes, "ins") == ["19:00–20:30", "214"]
        assert text_of(changes, "del") == ["18:00–19:30", "118"]
        assert text_of(page, ".sess .was") == ["Time changed, was 18:00–19:30", "Place changed, was 118"]
        assert changes.select("a")[0]["href"] == f"#{page.select('.sess li')[0]['id']}"

    @pytest.mark.usefixtures("moved")
    def test_marking_as_seen_takes_them_away(self, session: Session, visit: Visit) -> None:
        client = visit("participant")
        shown = read(client)
        data = {"seen": shown.select_one("input[name=seen]")["value"]}  # type: ignore[index]  # it is there
        answer = post(client, "/me/seen", data)
        assert (answer.status_code, answer.location) == (302, "/me/")
        assert read(client).select(".changes, .was") == []
        assert session.scalars(select(ScheduleSeen.version_number)).all() == [2]

    @pytest.mark.usefixtures("moved")
    def test_a_colleague_has_their_own_mark(self, world: World, visit: Visit) -> None:
        look(world, 2)
        assert read(visit("participant")).select(".changes") == []
        assert len(read(visit("colleague")).select(".changes li")) == 1

    @pytest.mark.parametrize(
        "seen", ["", "1", "1:", ":", "x:y", "1:2:3", "-1:1", "99999999999999:1", "1:99999999999999", "１:１", "0:0"]
    )
    def test_nonsense_is_left_out(self, session: Session, visit: Visit, moved: ModuleSession, seen: str) -> None:
        assert moved.id
        assert post(visit("participant"), "/me/seen", {"seen": seen}).status_code == 302
        assert session.scalars(select(ScheduleSeen.version_number)).all() == [1]

    def test_a_cancelled_session_stays_struck_until_it_is_seen(self, world: World, visit: Visit) -> None:
        meeting = world.add("Reflection")
        publish_all(world)
        look(world, 1)
        cancel_session(
            world.session,
            meeting=meeting,
            expected_version=1,
            reason="Illness",
            actor=world.actor("coordinator"),
            now=NOW,
        )
        publish_all(world)
        page = read(visit("participant"))
        assert text_of(page, ".sess .is-cut .tag") == ["Cancelled"]
        assert "Illness" in page.get_text()
        assert page.select(".next") == []
        look(world, 2)
        assert "Reflection" not in visit("participant").get("/me/").text

    def test_many_new_sessions_are_counted(self, world: World, visit: Visit) -> None:
        world.add("Old")
        publish_all(world)
        look(world, 1)
        for number in range(7):
            world.add(f"New {number}", starts_at=NOW + (20 + number) * HOUR, ends_at=NOW + (21 + number) * HOUR)
        publish_all(world)
        [changes] = read(visit("participant")).select(".changes")
        assert text_of(changes, "h2") == ["7 changes since you last looked"]
        assert text_of(changes, "li") == ["7 new sessions, in the list below"]

    def test_a_tentative_session_that_is_confirmed(self, world: World, visit: Visit) -> None:
        meeting = world.add("Dinner", status=SessionStatus.TENTATIVE)
        publish_all(world)
        look(world, 1)
        assert "Not certain yet" in visit("participant").get("/me/").text
        move(world, meeting, status=SessionStatus.CONFIRMED)
        publish_all(world)
        assert text_of(read(visit("participant")), ".changes li span") == ["It takes place"]


class TestAssistants:
    def test_an_assistant_of_one_lands_there(self, world: World, visit: Visit) -> None:
        world.add("Ethics")
        publish_all(world)
        page = read(visit("assistant"))
        assert "You are looking for Сынақбаева Әлия1" in " ".join(page.get_text().split())
        assert text_of(page, ".next h2") == ["Ethics"]

    def test_seen_is_kept_with_the_assistants_name(self, session: Session, world: World, visit: Visit) -> None:
        world.add("Ethics")
        publish_all(world)
        principal = world.users["participant"].person_id
        data = {"seen": f"{world.cohort.id}:1", "for": str(principal)}
        assert post(visit("assistant"), "/me/seen", data).status_code == 302
        row = session.scalars(select(ScheduleSeen)).one()
        assert (row.person_id, row.seen_by_id) == (principal, world.users["assistant"].id)

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("name", ["assistant", "participant", "colleague"])
    def test_nobody_looks_for_a_stranger(
        self, session: Session, world: World, visit: Visit, name: str, method: str
    ) -> None:
        stranger = session.scalars(
            select(Enrolment.person_id).where(Enrolment.cohort_id == world.cohort.id, Enrolment.number == 3)
        ).one()
        client = visit(name)
        if method == "get":
            assert client.get(f"/me/?for={stranger}").status_code == 404
        else:
            data = {"for": str(stranger), "seen": f"{world.cohort.id}:1"}
            assert post(client, "/me/seen", data).status_code == 404
            assert post(client, "/me/calendar", data).status_code == 404

    @pytest.mark.parametrize("wanted", ["", "x", "-1", "9" * 30, "１", "1 OR 1=1", "%00"])
    def test_nonsense_is_not_found(self, visit: Visit, wanted: str) -> None:
        assert visit("assistant").get(f"/me/?for={wanted}").status_code == 404

    def test_a_delegation_that_ended_is_none(self, session: Session, world: World, visit: Visit) -> None:
        delegation = session.scalars(select(Delegation)).one()
        delegation.valid_to = (NOW - 48 * HOUR).date()
        session.flush()
        page = read(visit("assistant"))
        assert "nobody’s assistant" in page.get_text()

    def test_an_assistant_of_several_chooses(self, session: Session, world: World, visit: Visit) -> None:
        assistant, colleague = world.users["assistant"], world.users["colleague"]
        session.add(Delegation(person_id=colleague.person_id, user_id=assistant.id, area=DelegatedArea.SCHEDULE))
        session.flush()
        page = read(visit("assistant"))
        links = [str(link["href"]) for link in page.select(".card a")]
        assert links == [f"/me/?for={world.users['participant'].person_id}", f"/me/?for={colleague.person_id}"]
        assert read(visit("assistant"), links[1])
