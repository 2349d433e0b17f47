"""After a publication exactly those whose own sessions changed are told, each of their own, and each once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import Grant
from app.jobs.kinds import Registry
from app.jobs.models import Job
from app.jobs.worker import Worker
from app.kernel.tri import Tri
from app.mail.models import Letter, Mailing
from app.notices.models import Notice
from app.people.models import PersonEmail
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment
from modules.audiences import audiences_of_modules
from modules.enums import SessionRole, SessionStatus
from modules.rules.audience import group_word, person_in_role
from modules.services.experts import add_expert
from modules.telling import TELL
from tests.integration.modules.own import HOUR, move, publish_all, read
from tests.integration.modules.teams import expert, group_of
from tests.integration.modules.world import DUBAI, NOW, World
from tests.support.pages import post

Visit = Callable[..., FlaskClient]
ONE, TWO, THREE = 1, 2, 3


def carry_out(app: Flask, now: datetime = NOW) -> int:
    """Let a worker do what publishing left behind."""
    app.extensions["jobs"] = Registry((TELL,), ())
    return Worker(app, now=lambda: now).run_due()


def told(session: Session, kind: str = "modules.schedule_changed") -> dict[int, str]:
    """By the number of each person in the cohort's list, how many changes they were told of."""
    rows = session.execute(
        select(Enrolment.number, Notice.values)
        .join(Notice, Notice.person_id == Enrolment.person_id)
        .where(Notice.kind == kind)
        .order_by(Enrolment.number)
    )
    return {number: values["en"]["n"] for number, values in rows}


def published(client: FlaskClient) -> BeautifulSoup:
    """Publish what the page shows, and read what comes after it."""
    path = "/cohorts/kel-1/schedule/publish"
    reviewed = str(read(client, path).select_one("input[name=reviewed]")["value"])  # type: ignore[index]  # it is there
    return read(client, post(client, path, {"reviewed": reviewed}).location or "")


def letters(session: Session) -> list[Letter]:
    wanted = select(Letter).join(Letter.mailing).where(Mailing.template == "modules.schedule_changed")
    return list(session.scalars(wanted.order_by(Letter.id)))


class TestWhoIsTold:
    def test_the_first_version_says_that_it_is_ready(self, app: Flask, session: Session, world: World) -> None:
        group = group_of(world, "1", ONE)
        world.add("For all")
        world.add("For one group", audience=(group_word(group.id),))
        world.add("Long ago", starts_at=NOW - 100 * HOUR, ends_at=NOW - 99 * HOUR)
        publish_all(world)
        assert carry_out(app) == 1
        assert told(session, "modules.schedule_ready") == {1: "2", 2: "1", 3: "1"}
        assert told(session) == {}

    def test_only_those_whose_own_sessions_changed(self, app: Flask, session: Session, world: World) -> None:
        first, second = group_of(world, "1", ONE), group_of(world, "2", TWO)
        mine = world.add("A", audience=(group_word(first.id),))
        world.add("For all")
        publish_all(world)
        carry_out(app)
        move(world, mine, rooms=("5",))
        publish_all(world)
        carry_out(app)
        assert told(session) == {1: "1"}
        move(world, mine, audience=(group_word(second.id),))
        publish_all(world)
        carry_out(app)
        assert told(session) == {1: "1", 2: "1"}

    def test_nobody_is_told_twice_whatever_runs_again(self, app: Flask, session: Session, world: World) -> None:
        meeting = world.add()
        publish_all(world)
        move(world, meeting, rooms=("5",))
        publish_all(world)
        assert carry_out(app) == 2
        job = session.scalars(select(Job).where(Job.key == f"modules.tell:{world.cohort.id}:2")).one()
        job.state, job.run_at = "waiting", NOW  # type: ignore[assignment]  # as the database keeps it
        session.commit()
        assert carry_out(app) == 1
        assert len(session.scalars(select(Notice)).all()) == 6
        assert len(letters(session)) == 2  # the third person has no address

    def test_who_withdrew_is_not_told(self, app: Flask, session: Session, world: World) -> None:
        world.add()
        row = session.scalars(select(Enrolment).where(Enrolment.number == THREE)).one()
        row.status = EnrolmentStatus.WITHDRAWN
        publish_all(world)
        carry_out(app)
        assert set(told(session, "modules.schedule_ready")) == {1, 2}

    def test_a_rolled_back_publication_tells_nobody(self, app: Flask, session: Session, world: World) -> None:
        world.add()
        session.commit()
        publish_all(world)
        session.rollback()
        assert carry_out(app) == 0
        assert session.scalars(select(Job)).all() == []

    def test_when_a_worker_comes_late_what_is_over_is_left_out(
        self, app: Flask, session: Session, world: World
    ) -> None:
        world.add()
        publish_all(world)
        assert carry_out(app, NOW + timedelta(days=30)) == 1
        assert told(session, "modules.schedule_ready") == {}

    def test_the_page_says_as_many_as_are_told(self, app: Flask, session: Session, world: World, visit: Visit) -> None:
        group = group_of(world, "1", ONE, TWO)
        world.add("For all")
        publish_all(world)
        carry_out(app)
        world.add("Extra", audience=(group_word(group.id),))
        page = read(visit("coordinator"), "/cohorts/kel-1/schedule/publish")
        assert "Who will be told: 2" in page.get_text()
        assert "Publish and tell 2 people" in page.get_text()
        publish_all(world)
        carry_out(app)
        assert set(told(session)) == {1, 2}

    def test_nobody_is_said_when_nobody_is_told(self, world: World, visit: Visit) -> None:
        world.add("Long ago", starts_at=NOW - 100 * HOUR, ends_at=NOW - 99 * HOUR)
        page = read(visit("coordinator"), "/cohorts/kel-1/schedule/publish")
        assert "Who will be told: 0" in page.get_text()
        assert "Publish version 1" in page.get_text()

    def test_after_publishing_a_link_leads_to_the_letters(self, app: Flask, world: World, visit: Visit) -> None:
        world.add("For all")
        client = visit("coordinator")
        [link] = published(client).select(".flash a")
        carry_out(app)
        assert "Кестеңіз дайын" in client.get(str(link["href"])).text

    def test_no_link_leads_where_the_reader_may_not_go_or_nothing_is(
        self, session: Session, world: World, visit: Visit
    ) -> None:
        world.add("Long ago", starts_at=NOW - 100 * HOUR, ends_at=NOW - 99 * HOUR)
        page = published(visit("coordinator"))
        assert ("0 people are told" in page.get_text(), page.select(".flash a")) == (True, [])
        module = world.modules[1].id
        world.users["host"].grants.append(Grant(role=Role.COORDINATOR, scope=ScopeKind.MODULE, scope_id=module))
        session.flush()
        world.add("For all", module=world.modules[1])
        page = published(visit("host"))
        assert ("3 people are told" in page.get_text(), page.select(".flash a")) == (True, [])

    def test_those_without_an_address_are_named_to_be_called(self, world: World, visit: Visit) -> None:
        world.add()
        page = read(visit("coordinator"), "/cohorts/kel-1/schedule/publish")
        assert "1 person has no e-mail address: call them" in page.get_text()
        assert "Сынақбаева Әлия3" in page.get_text()


class TestWhatTheyRead:
    def test_before_and_after_in_the_recipients_language(self, app: Flask, session: Session, world: World) -> None:
        for name, lang in (("participant", "kk"), ("colleague", "en")):
            world.users[name].language = lang
        meeting = world.add(Tri(kk="Әдеп", ru="Этика", en="Ethics"))
        publish_all(world)
        carry_out(app)
        later = timedelta(hours=1)
        move(world, meeting, starts_at=meeting.starts_at + later, ends_at=meeting.ends_at + later)
        publish_all(world)
        carry_out(app)
        kazakh, english = (letter.values["changes"] for letter in letters(session))
        assert english == (
            "Ethics · Tue 24 Nov, 19:00–20:30\nOnline: https://meet.example.org/room\nTime changed, was 18:00–19:30"
        )
        assert kazakh.startswith("Әдеп · 24 қар., сс, 19:00–20:30\n")
        assert "18:00–19:30" in kazakh

    def test_hours_of_another_place_stand_with_those_at_home(self, app: Flask, session: Session, world: World) -> None:
        world.users["participant"].language = "en"
        world.add(
            "Visit", module=world.modules[1], starts_at=NOW + 400 * HOUR, ends_at=NOW + 401 * HOUR, time_zone=DUBAI
        )
        world.add("Extra")
        publish_all(world)
        carry_out(app)
        first = next(letter for letter in session.scalars(select(Letter)) if letter.language == "en")
        assert first.values["first"].startswith("Extra · Tue 24 Nov, 18:00–19:30")
        move(world, world.add("More", time_zone=DUBAI))
        publish_all(world)
        carry_out(app)
        assert "(UTC+4 · Astana time: 18:00–19:30)" in letters(session)[0].values["changes"]

    def test_cancelled_and_given_to_others(self, app: Flask, session: Session, world: World) -> None:
        world.users["participant"].language = "en"
        group = group_of(world, "2", TWO)
        off, away = world.add("Off"), world.add("Away")
        publish_all(world)
        carry_out(app)
        move(world, off, status=SessionStatus.CANCELLED)
        move(world, away, audience=(group_word(group.id),), rooms=("secret",))
        publish_all(world)
        carry_out(app)
        mine = next(letter for letter in letters(session) if letter.language == "en")
        assert mine.values["n"] == "2"
        assert "Cancelled" in mine.values["changes"]
        assert "Not for you any more" in mine.values["changes"]
        assert "secret" not in mine.values["changes"]
        events = Calendar.from_ical(mine.calendar or "").walk("VEVENT")
        assert {(str(one["STATUS"]), str(one["SEQUENCE"])) for one in events} == {("CANCELLED", "1")}
        assert "secret" not in (mine.calendar or "")

    def test_the_notice_leads_to_the_schedule_and_counts(
        self, app: Flask, session: Session, world: World, visit: Visit
    ) -> None:
        meeting = world.add()
        publish_all(world)
        move(world, meeting, rooms=("5",))
        publish_all(world)
        carry_out(app)
        page = read(visit("participant"), "/notices/").get_text()
        assert "Your schedule has changed: Executive leadership 2026. Changes: 1." in page
        number = session.scalars(select(Notice.id).where(Notice.kind == "modules.schedule_changed")).first()
        assert visit("participant").get(f"/notices/{number}").location == "/me/"

    def test_any_number_of_people_costs_the_same_statements(
        self, app: Flask, session: Session, world: World, statements: Callable[..., object]
    ) -> None:
        counts = []
        for number in (ONE, THREE):
            people = tuple(f"enrolment:{row.id}" for row in session.scalars(select(Enrolment)) if row.number <= number)
            world.add("S", audience=people)
            publish_all(world)
            with statements() as sent:  # type: ignore[attr-defined]  # the fixture
                carry_out(app)
            counts.append(len(sent))
        assert counts[0] == counts[1]


class TestTheAudienceOfAModule:
    def test_participants_hosts_and_experts_with_an_address(self, session: Session, world: World) -> None:
        guest, silent = (
            expert(world),
            add_expert(
                session,
                cohort=world.cohort,
                names={},
                office=Tri(en="Office"),
                organisation=None,
                country=None,
                actor=None,
                now=NOW,
            ),
        )
        session.add(
            PersonEmail(person_id=guest.person_id or 0, address="guest@example.org", identity="guest@example.org")
        )
        people = tuple(person_in_role(SessionRole.SPEAKER, one.id) for one in (guest, silent))
        world.add("Talk", module=world.modules[1], people=people)
        session.flush()
        actor = world.actor("coordinator")
        found = audiences_of_modules(session, actor, ScopeKind.COHORT, world.cohort.id, NOW)
        module = next(one for one in found if one.ref == f"module:{world.modules[1].id}")
        assert module.name.en == "Module 2. Delivery"
        addresses = [one.recipient.address for one in module.people()]
        assert addresses == [
            "participant@kel-1.example",
            "colleague@kel-1.example",
            None,
            "host@kel-1.example",
            "guest@example.org",
        ]
        other = next(one for one in found if one.ref == f"module:{world.modules[0].id}")
        assert len(other.people()) == 3

    @pytest.mark.parametrize("name", ["host", "auditor", "participant", "admin"])
    def test_nobody_else_may_tell_them(self, session: Session, world: World, name: str) -> None:
        actor = world.actor(name)
        assert list(audiences_of_modules(session, actor, ScopeKind.COHORT, world.cohort.id, NOW)) == []
