"""Telling an audience something: whom it reaches, what is kept, and reminding the rest."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.kernel.database import db
from app.kernel.errors import ConflictError, DomainError
from app.kernel.tri import Tri
from app.kernel.unit import unit_of_work
from app.mail.models import Letter, Mailing
from app.notices.models import Announcement, Notice
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment
from cohorts.services import start_cohort
from cohorts.services.groups import assign, ensure_group
from tests.integration.cohorts.announcing import account_of, audiences, crowd, key, remind_rest, send
from tests.integration.cohorts.world import NOW, World, make_world
from tests.support.together import together
from tests.support.visiting import Statements

HOUR = timedelta(hours=1)


def addresses(session: Session, template: str = "notices.announcement") -> list[str]:
    wanted = select(Letter.address).join(Letter.mailing).where(Mailing.template == template)
    return sorted(session.scalars(wanted))


def people(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Notice)) or 0


class TestAudiences:
    def test_the_cohort_its_groups_and_the_running_cohorts_of_the_programme(
        self, session: Session, world: World
    ) -> None:
        world.enrol("Ахметов Али", "Беков Болат", "Ганиев Ғали")
        cohort = world.cohort()
        assign(session, cohort=cohort, group=ensure_group(session, cohort=cohort, label="3"), numbers=[1, 2])
        session.execute(update(Enrolment).where(Enrolment.number == 2).values(status=EnrolmentStatus.WITHDRAWN))
        found = audiences(world)
        assert {kind: len(one.people()) for kind, one in found.items()} == {"cohort": 2, "programme": 2, "group": 1}
        assert found["group"].name.forms() == ["Топ 3", "Группа 3", "Group 3"]
        assert found["cohort"].name.en is not None
        assert found["cohort"].name.en.startswith("The cohort: ")

    def test_a_planned_cohort_is_none_of_the_running_ones(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али", code="kel-2")
        assert len(audiences(world)["programme"].people()) == 0
        start_cohort(session, cohort=world.cohort("kel-2"), actor=None, now=NOW)
        assert len(audiences(world)["programme"].people()) == 1

    def test_who_is_in_two_running_cohorts_is_told_once(self, session: Session, world: World) -> None:
        for code in ("kel-1", "kel-2"):
            world.enrol("Ахметов Али", code=code)
        start_cohort(session, cohort=world.cohort("kel-2"), actor=None, now=NOW)
        send(world, "programme")
        assert (people(session), len(addresses(session))) == (1, 1)

    @pytest.mark.parametrize(
        ("name", "kinds"),
        [
            ("of_cohort", {"cohort"}),
            ("of_programme", {"cohort", "programme"}),
            ("of_owner", {"cohort", "programme"}),
            ("auditor", set()),
            ("admin", set()),
            ("participant", set()),
        ],
    )
    def test_who_may_tell_whom(self, world: World, name: str, kinds: set[str]) -> None:
        assert set(audiences(world, name, "eulp-1")) == kinds
        if name in {"of_cohort", "of_programme"}:
            assert audiences(world, name, "kel-1") == {}


class TestSending:
    def test_each_gets_a_notice_and_a_letter_with_their_own_name(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али", "Беков Болат")
        send(world, title=Tri(kk="A"), body=Tri(kk="{name}, {cohort}, {programme}"))
        names = sorted(row.values["kk"]["name"] for row in session.scalars(select(Notice)))
        assert names == ["Ахметов Али", "Беков Болат"]
        texts = sorted(row.values["text"] for row in session.scalars(select(Letter)))
        title = world.cohort().programme.title.kk
        assert texts == [f"{name}, {world.cohort().title.kk}, {title}" for name in names]

    def test_a_text_without_tokens_is_kept_once(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али", "Беков Болат")
        send(world, body=Tri(ru="Встреча в 14:00", kk=None), title=Tri(ru="Встреча"))
        assert [row.values for row in session.scalars(select(Letter))] == [{}, {}]
        assert session.scalars(select(Mailing.values)).one()["kk"] == {"title": "Встреча", "text": "Встреча в 14:00"}
        assert {str(row.values) for row in session.scalars(select(Notice))} == {"{}"}

    def test_a_token_is_said_in_the_language_of_the_text_around_it(self, session: Session, world: World) -> None:
        """The readers read Kazakh; the text is in Russian only, and so is what stands in it."""
        world.enrol("Ахметов Али")
        world.cohort().programme.title = Tri(kk="Қазақша атауы", ru="Русское название", en="English title")
        send(world, title=Tri(ru="О программе"), body=Tri(ru="О программе {programme}."))
        assert {row.values["text"] for row in session.scalars(select(Letter))} == {"О программе Русское название."}

    def test_a_form_that_is_sent_twice_tells_it_once(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али")
        same = key()
        first, second = send(world, key=same), send(world, key=same)
        assert first.id == second.id
        assert (people(session), len(addresses(session))) == (1, 1)

    def test_other_words_under_the_same_key_are_refused_aloud(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али")
        same = key()
        first = send(world, key=same)
        with pytest.raises(DomainError, match="You have sent this form already, with other words"):
            send(world, key=same, title=Tri(kk="Басқа"), body=Tri(kk="мәтін"))
        assert first.title.kk == "Кездесу"
        assert (people(session), len(addresses(session))) == (1, 1)

    def test_the_key_of_somebody_elses_form_tells_nothing(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али", code="eulp-1")
        same = key()
        send(world, code="eulp-1", key=same)
        with pytest.raises(ConflictError):
            send(world, code="eulp-1", key=same, actor=world.actor("of_cohort"))
        assert people(session) == 1

    def test_nobody_there_is_said(self, session: Session, world: World) -> None:
        with pytest.raises(DomainError, match="Nobody is in this audience"):
            send(world)
        assert session.scalars(select(Announcement)).all() == []

    def test_without_letters(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али")
        send(world, by_mail=False)
        assert (people(session), addresses(session)) == (1, [])

    def test_the_audit_says_who_told_whom(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али")
        sent = send(world)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "notices.announced")).one()
        assert (entry.subject_id, entry.detail["people"], entry.detail["by_mail"]) == (sent.id, 1, True)

    @pytest.mark.parametrize("text", ["Кездесу ертең.", "{name}, кездесу ертең."])
    def test_thousands_cost_a_fixed_number_of_statements(
        self, session: Session, world: World, statements: Statements, text: str
    ) -> None:
        crowd(world, 6_000)
        audience = audiences(world)["cohort"]
        with statements() as sent:
            send(world, audience=audience, body=Tri(kk=text), title=Tri(kk="A"))
        assert (people(session), len(addresses(session))) == (6_000, 6_000)
        assert len(sent) < 45  # rows go in thousands, people are read in five thousands


class TestReminding:
    def test_the_rest_alone_gets_a_letter_and_has_it_on_top(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али", "Беков Болат")
        sent = send(world)
        user = account_of(world, 1)
        session.execute(
            update(Notice).where(Notice.person_id == user.person_id).values(seen_at=NOW, seen_by_id=user.id)
        )
        assert remind_rest(world, sent) == 1
        session.expire_all()
        moments = {row.person_id == user.person_id: row.created_at for row in session.scalars(select(Notice))}
        assert moments == {True: NOW, False: NOW + HOUR}
        assert addresses(session, "notices.announcement_reminder") == ["person3@example.org"]
        assert session.scalars(select(Letter.values).order_by(Letter.id.desc())).first() == {
            "title": "Кездесу",
            "text": "Құрметті Беков Болат!",
        }

    def test_at_most_once_an_hour(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али")
        sent = send(world)
        for minutes in (0, 59):
            with pytest.raises(ConflictError, match="sent less than an hour ago"):
                remind_rest(world, sent, minutes=minutes)
        remind_rest(world, sent, minutes=60)
        with pytest.raises(ConflictError, match="Coordinator did it less than an hour ago"):
            remind_rest(world, sent, by="of_owner", minutes=119)
        with pytest.raises(ConflictError, match="you did it less than an hour ago"):
            remind_rest(world, sent, minutes=119)
        assert remind_rest(world, sent, minutes=120) == 1

    def test_when_everybody_has_seen_it_nobody_is_reminded(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али")
        sent = send(world)
        session.execute(update(Notice).values(seen_at=NOW))
        with pytest.raises(DomainError, match="everybody who is still in this audience has seen it"):
            remind_rest(world, sent)

    def test_who_has_withdrawn_since_is_not_reminded(self, session: Session, world: World) -> None:
        world.enrol("Ахметов Али", "Беков Болат")
        sent = send(world)
        session.execute(update(Enrolment).where(Enrolment.number == 1).values(status=EnrolmentStatus.WITHDRAWN))
        assert remind_rest(world, sent) == 1
        assert addresses(session, "notices.announcement_reminder") == ["person3@example.org"]
        moments = session.scalars(select(Notice.created_at).order_by(Notice.id)).all()
        assert moments == [NOW, NOW + HOUR]
        session.execute(update(Enrolment).values(status=EnrolmentStatus.WITHDRAWN))
        with pytest.raises(DomainError, match="everybody who is still in this audience has seen it"):
            remind_rest(world, sent, minutes=120)

    def test_who_became_somebody_since_is_reminded_of_what_the_account_was_told(
        self, session: Session, world: World
    ) -> None:
        world.enrol("Ахметов Али")
        sent, user = send(world), account_of(world, 1)
        session.execute(update(Notice).values(person_id=None, user_id=user.id))
        assert remind_rest(world, sent) == 1
        assert addresses(session, "notices.announcement_reminder") == [user.email]

    def test_of_two_coordinators_one_reminds(self, own_app: Flask) -> None:
        with own_app.app_context(), unit_of_work() as session:
            world = make_world(session)
            world.enrol("Ахметов Али", "Беков Болат")
            number, names = send(world).id, ("coordinator", "of_owner")
            users = {name: world.users[name].id for name in names}

        def press(name: str) -> int:
            with own_app.app_context(), unit_of_work() as session:
                found = {key: session.get_one(User, user_id) for key, user_id in users.items()}
                return remind_rest(World(session, found), session.get_one(Announcement, number), by=name)

        results = together(*(lambda name=name: press(name) for name in names))
        assert sorted(type(one).__name__ for one in results) == ["ConflictError", "int"]
        with own_app.app_context():
            assert len(addresses(db.session(), "notices.announcement_reminder")) == 2

    def test_of_two_presses_one_sends(self, own_app: Flask) -> None:
        with own_app.app_context(), unit_of_work() as session:
            world = make_world(session)
            world.enrol("Ахметов Али", "Беков Болат")
        same = key()

        def press() -> int:
            with own_app.app_context(), unit_of_work() as session:
                user = session.scalars(select(User).where(User.email == "coordinator@example.org")).one()
                return send(World(session, {"coordinator": user}), key=same).id

        first, second = together(press, press)
        assert first == second
        with own_app.app_context():
            assert (people(db.session()), len(addresses(db.session()))) == (2, 2)
