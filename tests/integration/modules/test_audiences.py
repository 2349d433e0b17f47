from collections.abc import Callable
from dataclasses import replace

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError
from app.kernel.tri import Tri
from cohorts.enums import EnrolmentStatus
from cohorts.models import Group
from modules.enums import SessionRole
from modules.models import CalendarFeed, ModuleSession, PublishedAudience, PublishedSession
from modules.queries.audiences import members
from modules.queries.experts import known_experts
from modules.rules.audience import group_word, person_in_role, person_word
from modules.rules.experts import full_line
from modules.rules.facts import facts_of
from modules.services import change_expert, change_session, publish
from tests.integration.modules.own import look, move, publish_all, read, text_of
from tests.integration.modules.reading import ADD, PUBLISH, WEEK
from tests.integration.modules.reading import read as read_page
from tests.integration.modules.teams import ONE, THREE, TWO, enrolled, expert, group_of, person_of
from tests.integration.modules.world import NOW, World, make_world
from tests.support.visiting import Statements

Visit = Callable[..., FlaskClient]


def shown(client: FlaskClient) -> list[str]:
    return text_of(read(client), ".sess .c > b")


def calendar_of(world: World, client: FlaskClient, name: str) -> list[str]:
    wanted = select(CalendarFeed.secret).where(CalendarFeed.person_id == person_of(world.users[name]))
    data = client.get(f"/calendar/{world.session.scalars(wanted).one()}.ics").data
    return [str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(data).walk("VEVENT")]


class TestWhoSeesWhat:
    def test_each_sees_what_is_for_them(self, world: World, visit: Visit, client: FlaskClient) -> None:
        one, two = group_of(world, "1", ONE), group_of(world, "2", TWO, THREE)
        world.add("All")
        world.add("First", audience=(group_word(one.id),))
        world.add("Second", audience=(group_word(two.id),))
        world.add("Named", audience=(person_word(enrolled(world, ONE).id), person_word(enrolled(world, THREE).id)))
        publish_all(world)
        assert shown(visit("participant")) == ["All", "First", "Named"]
        assert shown(visit("colleague")) == ["All", "Second"]
        assert shown(visit("assistant")) == ["All", "First", "Named"]
        assert calendar_of(world, client, "participant") == ["All", "First", "Named"]
        assert calendar_of(world, client, "colleague") == ["All", "Second"]

    def test_a_session_says_that_it_is_for_the_group(self, world: World, visit: Visit) -> None:
        group = group_of(world, "4", ONE)
        world.add("Of the group", audience=(group_word(group.id),))
        world.add("Named", audience=(person_word(enrolled(world, ONE).id),))
        publish_all(world)
        page = read(visit("participant"))
        assert "For your group: 4" in text_of(page, ".sess li")[0]
        assert "For you, not for everybody" in text_of(page, ".sess li")[1]
        assert "For your group: 4" in text_of(page, ".next")[0]

    def test_rows_of_the_publication_say_whom_it_is_for(self, session: Session, world: World) -> None:
        group, person = group_of(world, "1", ONE), enrolled(world, TWO)
        world.add("All")
        world.add("Some", audience=(group_word(group.id), person_word(person.id)))
        publish_all(world)
        states = session.scalars(select(PublishedSession).order_by(PublishedSession.session_id)).all()
        assert [state.for_all for state in states] == [True, False]
        rows = session.execute(
            select(PublishedAudience.published_id, PublishedAudience.group_id, PublishedAudience.enrolment_id)
        ).all()
        assert sorted(rows, key=str) == sorted(
            [(states[1].id, group.id, None), (states[1].id, None, person.id)], key=str
        )

    def test_a_change_of_group_shows_at_once(self, world: World, visit: Visit) -> None:
        """Pages are kept in memory: they must not outlive the group that they were made for."""
        one, two = group_of(world, "1", ONE), group_of(world, "2", TWO)
        world.add("First", audience=(group_word(one.id),))
        world.add("Second", audience=(group_word(two.id),))
        publish_all(world)
        participant, colleague = visit("participant"), visit("colleague")
        for _ in range(2):
            assert (shown(participant), shown(colleague)) == (["First"], ["Second"])
        enrolled(world, ONE).group_id = two.id
        world.session.flush()
        assert (shown(participant), shown(colleague)) == (["Second"], ["Second"])
        two.label = "Renamed"
        world.session.flush()
        assert "For your group: Renamed" in read(participant).get_text()
        enrolled(world, ONE).group_id = None
        world.session.flush()
        assert participant.get("/me/").text.count("Nothing is scheduled yet") == 1
        enrolled(world, ONE).group_id = one.id
        world.session.flush()
        assert shown(participant) == ["First"]

    def test_nobody_gets_what_was_kept_for_another(self, world: World, visit: Visit) -> None:
        """Two people of one group, one of whom has a session of their own."""
        group = group_of(world, "1", ONE, TWO)
        world.add("Of both", audience=(group_word(group.id),))
        world.add("Secret", audience=(person_word(enrolled(world, ONE).id),))
        publish_all(world)
        for _ in range(2):
            assert shown(visit("participant")) == ["Of both", "Secret"]
            assert shown(visit("colleague")) == ["Of both"]

    def test_statements_do_not_grow(self, world: World, visit: Visit, statements: Statements) -> None:
        group, counts = group_of(world, "1", ONE), []
        someone = expert(world)
        client = visit("participant")
        for number in (1, 3):
            for _ in range(number):
                people = (person_in_role(SessionRole.SPEAKER, someone.id),)
                world.add("S", audience=(group_word(group.id),), people=people)
            publish_all(world)
            with statements() as sent:
                client.get("/me/")
            counts.append(len(sent))
            with statements() as sent:
                client.get("/me/")
            counts.append(len(sent))
        assert counts == [6, 4, 6, 4]


class TestFallingAway:
    """A session that was for everybody is for some from now on: the others are told, once."""

    def test_it_is_told_with_what_was_known(self, world: World, visit: Visit, client: FlaskClient) -> None:
        group = group_of(world, "2", TWO)
        meeting = world.add("Known", rooms=("214",), link=None)
        publish_all(world)
        look(world, 1)
        look(world, 1, "colleague")
        move(world, meeting, audience=(group_word(group.id),), title=Tri(en="Secret"), rooms=("305",))
        publish_all(world)
        page = read(visit("participant"))
        assert text_of(page, ".changes li") == ["Known Not for you any more"]
        assert text_of(page, ".sess li.is-cut b")[0] == "Known"
        assert "Secret" not in str(page)
        assert "305" not in str(page)
        assert page.select(".next") == []
        assert calendar_of(world, client, "participant") == []
        assert text_of(read(visit("colleague")), ".changes li a") == ["Secret"]
        look(world, 2)
        assert "Known" not in read(visit("participant")).get_text()

    def test_who_never_saw_it_hears_nothing(self, world: World, visit: Visit) -> None:
        one, two = group_of(world, "1", ONE), group_of(world, "2", TWO)
        meeting = world.add("Theirs", audience=(group_word(two.id),))
        world.add("Mine", audience=(group_word(one.id),))
        publish_all(world)
        look(world, 1)
        move(world, meeting, rooms=("305",))
        publish_all(world)
        page = read(visit("participant"))
        assert page.select(".changes") == []
        assert text_of(page, ".sess .c > b") == ["Mine"]

    def test_what_comes_to_somebody_is_new_to_them(self, world: World, visit: Visit) -> None:
        one, two = group_of(world, "1", ONE), group_of(world, "2", TWO)
        meeting = world.add("Moves", audience=(group_word(two.id),))
        publish_all(world)
        look(world, 1)
        move(world, meeting, audience=(group_word(one.id), group_word(two.id)))
        publish_all(world)
        assert text_of(read(visit("participant")), ".changes li") == ["Moves New session"]

    def test_a_cancelled_session_does_not_fall_away_as_well(self, world: World, visit: Visit) -> None:
        group = group_of(world, "2", TWO)
        meeting = world.add("Known")
        publish_all(world)
        move(world, meeting, audience=(group_word(group.id),))
        publish_all(world)
        look(world, 2)
        move(world, meeting, note="Bring a laptop")
        publish_all(world)
        assert read(visit("participant")).select(".changes, .sess") == []


class TestPublishPage:
    def test_it_counts_whom_it_reaches(self, world: World, visit: Visit) -> None:
        group = group_of(world, "2", TWO, THREE)
        meeting = world.add("Known")
        publish_all(world)
        move(world, meeting, audience=(group_word(group.id),))
        page = read_page(visit("coordinator"), PUBLISH)
        assert text_of(page, "tbody td")[-1] == "Group 2: 2 people It falls away for 1 person"
        assert text_of(page, "tbody del, tbody ins") == ["The whole cohort", "Group 2"]
        assert "Publish and tell 3 people" in page.get_text()

    def test_only_those_concerned_are_counted(self, world: World, visit: Visit) -> None:
        world.add("All")
        publish_all(world)
        group = group_of(world, "2", TWO)
        world.add("New", audience=(group_word(group.id), person_word(enrolled(world, THREE).id)))
        page = read_page(visit("coordinator"), PUBLISH)
        assert "Publish and tell 2 people" in page.get_text()
        assert "Сынақбаева Әлия3" in text_of(page, "tbody td")[-1]

    def test_the_same_statements_for_one_and_three(self, world: World, visit: Visit, statements: Statements) -> None:
        group, someone, counts = group_of(world, "2", TWO), expert(world), []
        client = visit("coordinator")
        for number in (1, 2):
            for _ in range(number):
                people = (person_in_role(SessionRole.MODERATOR, someone.id),)
                world.add("N", audience=(group_word(group.id), person_word(enrolled(world, ONE).id)), people=people)
            with statements() as sent:
                client.get(PUBLISH)
            counts.append(len(sent))
        assert counts[0] == counts[1]

    def test_nothing_is_published_for_a_group_that_has_gone(self, session: Session, world: World) -> None:
        group = group_of(world, "9")
        world.add("Lost", audience=(group_word(group.id),))
        session.execute(delete(Group).where(Group.id == group.id))
        with pytest.raises(DomainError, match="“Lost” is not in the cohort"):
            publish(session, cohort=world.cohort, actor=None, now=NOW)
        assert session.scalars(select(PublishedSession)).all() == []


class TestRefusals:
    def test_strangers_are_refused(self, session: Session, world: World) -> None:
        other = make_world(session, code="other-1")
        group, person, someone = group_of(other, "1", ONE), enrolled(other, ONE), expert(other)
        for changes, field in (
            ({"audience": (group_word(group.id),)}, "groups"),
            ({"audience": (person_word(person.id),)}, "persons"),
            ({"people": (person_in_role(SessionRole.SPEAKER, someone.id),)}, "people"),
        ):
            with pytest.raises(DomainError) as refused:
                world.add("X", **changes)
            assert refused.value.field == field
        assert session.scalars(select(ModuleSession)).all() == []

    def test_who_withdrew_is_refused_but_may_stay(self, session: Session, world: World) -> None:
        person = enrolled(world, TWO)
        word = (person_word(person.id),)
        meeting = world.add("Named", audience=word)
        person.status = EnrolmentStatus.WITHDRAWN
        session.flush()
        with pytest.raises(DomainError, match="withdrew from the cohort") as refused:
            world.add("Again", audience=word)
        assert refused.value.field == "persons"
        moved = replace(facts_of(meeting), rooms=("5",))
        change_session(session, meeting=meeting, facts=moved, expected_version=1, actor=None, now=NOW)
        assert members(session, world.cohort.id).meant(meeting.audience) == frozenset()

    def test_two_audiences_of_the_same_people_are_no_change(self, session: Session, world: World) -> None:
        one, two = group_of(world, "1", ONE), group_of(world, "2", TWO)
        meeting = world.add("X", audience=(group_word(two.id), group_word(one.id)))
        same = replace(facts_of(meeting), audience=(group_word(one.id), group_word(two.id)))
        change_session(session, meeting=meeting, facts=same, expected_version=1, actor=None, now=NOW)
        assert meeting.version == 1


class TestPeople:
    def test_participants_read_who_speaks_and_helps(self, world: World, visit: Visit, client: FlaskClient) -> None:
        speaker, helper = expert(world), expert(world, "аль Мисали Салем", None)
        people = (person_in_role(SessionRole.SPEAKER, speaker.id), person_in_role(SessionRole.INTERPRETER, helper.id))
        world.add("Talk", people=people, speaker="Rector's office", languages=("kk", "en"))
        publish_all(world)
        [line] = text_of(read(visit("participant")), ".sess li")
        assert "Үлгілі Сынақ, Professor; Rector's office" in line
        assert "Interpreter: аль Мисали Салем · Held in: Kazakh, English" in line
        wanted = select(CalendarFeed.secret).where(CalendarFeed.person_id == person_of(world.users["participant"]))
        file = client.get(f"/calendar/{world.session.scalars(wanted).one()}.ics").text
        assert "Үлгілі Сынақ" in file

    def test_a_name_that_is_corrected_shows_at_once(self, world: World, visit: Visit) -> None:
        someone = expert(world, "", "Dean")
        world.add("Talk", people=(person_in_role(SessionRole.SPEAKER, someone.id),))
        publish_all(world)
        client = visit("participant")
        for _ in range(2):
            assert "· Dean" in text_of(read(client), ".sess li")[0]
        change_expert(
            world.session,
            expert=someone,
            names={},
            office=Tri(en="Vice-dean"),
            organisation=None,
            country=None,
            version=1,
            actor=None,
            now=NOW,
        )
        assert "· Vice-dean" in text_of(read(client), ".sess li")[0]

    def test_a_change_of_speaker_is_told(self, world: World, visit: Visit) -> None:
        one, two = expert(world, "Бірінші Сынақ", None), expert(world, "Екінші Сынақ", None)
        meeting = world.add("Talk", people=(person_in_role(SessionRole.SPEAKER, one.id),))
        publish_all(world)
        look(world, 1)
        move(world, meeting, people=(person_in_role(SessionRole.SPEAKER, two.id),))
        publish_all(world)
        assert text_of(read(visit("participant")), ".changes span") == ["Speaker changed: Екінші Сынақ Бірінші Сынақ"]

    def test_what_is_known_of_them_in_a_line(self, session: Session, world: World) -> None:
        someone = expert(world)
        known = known_experts(session, [someone.id])[someone.id]
        assert full_line(known, "ru") == "Үлгілі Сынақ, Professor, Казахстан"


def test_hosts_choose_among_the_people_and_experts_of_the_cohort(world: World, visit: Visit) -> None:
    group_of(world, "1", ONE)
    someone = expert(world)
    page = read_page(visit("host"), ADD)
    assert text_of(page, "#groups .rad") == ["Group 1 1 person"]
    assert len(page.select("#persons input")) == 3
    assert page.select_one(f"#expert-{someone.id}-0") is not None
    assert page.select('a[href="/cohorts/kel-1/experts"]') == []
    assert visit("host").get(WEEK).status_code == 200
