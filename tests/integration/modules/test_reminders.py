"""The evening before: who is told of which sessions of the next day, and in which words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel.tri import Tri
from app.mail.models import Letter
from app.notices.models import Notice, NoticeChoice, ReminderMark
from app.people.enums import NameForm
from app.people.models import PersonEmail
from app.people.rules import PersonalName
from app.people.services import create_person
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment, Group
from modules.enums import SessionStatus
from modules.models import Expert, ModuleSession
from modules.queries.days import own_days
from modules.reminders import REMINDERS, SESSION_TOMORROW
from modules.rules.audience import group_word, person_word
from tests.integration.modules.own import move, publish_all
from tests.integration.modules.world import DUBAI, HOME, World, make_world
from tests.integration.reminders.own import remind_at
from tests.support.visiting import Statements

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOMORROW = date(2026, 11, 25)
NINE = datetime(2026, 11, 25, 9, 0, tzinfo=HOME)
EVE = datetime(2026, 11, 24, 18, 0, tzinfo=HOME)
ALL = ["participant", "colleague", "third"]


@pytest.fixture(autouse=True)
def third(world: World) -> None:
    """The third person has no account, but an address."""
    row = world.session.scalars(select(Enrolment).where(Enrolment.number == 3)).one()
    row.person.emails.append(PersonEmail(address="third@example.org", identity="third@example.org"))
    world.session.flush()


def add(world: World, title: str | Tri = "Ethics", starts_at: datetime = NINE, **facts: object) -> ModuleSession:
    """A session of an hour and a half, by default tomorrow at nine in Astana."""
    return world.add(title, starts_at=starts_at, ends_at=starts_at + 1.5 * HOUR, **facts)


def enrolments(world: World) -> list[Enrolment]:
    return list(world.session.scalars(select(Enrolment).order_by(Enrolment.number)))


def letters(world: World) -> list[Letter]:
    """Those that tell of the next day, in the order of the people."""
    found = world.session.scalars(select(Letter).order_by(Letter.person_id, Letter.id)).all()
    return [row for row in found if "sessions" in row.values]


def notices(world: World) -> list[Notice]:
    wanted = select(Notice).where(Notice.kind == SESSION_TOMORROW.name).order_by(Notice.id)
    return list(world.session.scalars(wanted))


def told(world: World) -> list[str]:
    """Who got a letter."""
    return [row.address.partition("@")[0] for row in letters(world)]


def days(world: World) -> list[tuple[str, str]]:
    """Who was reminded of which day."""
    rows = world.session.execute(select(ReminderMark.occurrence, ReminderMark.recipient).order_by(ReminderMark.id))
    return [(row[0], row[1]) for row in rows]


def test_at_six_in_the_evening_everybody_is_told_of_tomorrow(app: Flask, world: World) -> None:
    add(world)
    publish_all(world)
    remind_at(app, EVE - timedelta(minutes=1))
    assert told(world) == []
    remind_at(app, EVE)
    remind_at(app, EVE + 5 * HOUR)
    assert told(world) == ALL


def test_one_letter_lists_the_day(app: Flask, world: World) -> None:
    add(world, "Delivery", NINE + 2 * HOUR, link=None, rooms=("305",), address=Tri(en="Academy", ru="Академия"))
    add(world, Tri(kk="Әдеп", ru="Этика", en="Ethics"))
    add(world, "Not tomorrow", NINE + DAY)
    add(world, "Perhaps", NINE + 5 * HOUR, status=SessionStatus.TENTATIVE, link=None)
    publish_all(world)
    world.users["participant"].language = "en"
    remind_at(app, EVE)
    assert letters(world)[0].values == {
        "day": "Wednesday 25 November",
        "sessions": "09:00–10:30 · Ethics\nOnline: https://meet.example.org/room\n\n"
        "11:00–12:30 · Delivery\nIn person: Academy, 305\n\n"
        "14:00–15:30 · Perhaps · Not certain yet\nPlace not known yet",
    }
    assert letters(world)[1].values["day"] == "25 қараша, сәрсенбі"
    assert letters(world)[1].values["sessions"].startswith("09:00–10:30 · Әдеп\nОнлайн: https")
    assert (letters(world)[0].path, letters(world)[2].path) == ("/me/", None)  # the third could not open it
    calendar = letters(world)[0].calendar or ""
    assert (calendar.count("BEGIN:VEVENT"), "METHOD:PUBLISH" in calendar) == (3, True)


def test_the_notice_is_there_in_each_language(app: Flask, world: World) -> None:
    add(world)
    publish_all(world)
    remind_at(app, EVE)
    notice = notices(world)[0]
    assert {lang: texts["brief"] for lang, texts in notice.values.items()} == dict.fromkeys(
        ("kk", "ru", "en"), "09:00–10:30 · Ethics"
    )
    assert notice.values["ru"]["day"] == "среда, 25 ноября"


def test_hours_are_those_of_the_place_and_of_home_where_they_differ(app: Flask, world: World) -> None:
    nine = datetime(2026, 12, 8, 9, 0, tzinfo=ZoneInfo(DUBAI))
    add(world, starts_at=nine, time_zone=DUBAI, module=world.modules[1])
    publish_all(world)
    world.users["participant"].language = "en"
    eve = datetime(2026, 12, 7, 18, 0, tzinfo=ZoneInfo(DUBAI))
    remind_at(app, eve - timedelta(minutes=5))
    assert told(world) == []
    remind_at(app, eve)
    first, _dash, _rest = letters(world)[0].values["sessions"].partition("\n")
    assert first == "09:00–10:30 (UTC+4 · Astana time: 10:00–11:30) · Ethics"


def test_the_first_session_of_the_day_says_when_it_is_evening(app: Flask, world: World) -> None:
    add(world, "Late", NINE + 8 * HOUR)  # 17:00 in Astana
    dubai = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo(DUBAI))
    add(world, "Early", dubai, time_zone=DUBAI)
    publish_all(world)
    remind_at(app, EVE)
    assert told(world) == []
    remind_at(app, EVE + HOUR)
    assert told(world) == ALL
    assert len(letters(world)[0].values["sessions"].split("\n\n")) == 2


def test_only_those_whom_it_is_for(app: Flask, world: World) -> None:
    group = Group(cohort_id=world.cohort.id, position=1, label="1")
    world.session.add(group)
    world.session.flush()
    people = enrolments(world)
    people[1].group_id = group.id
    add(world, "For a group", audience=(group_word(group.id),))
    add(world, "For one", NINE + 2 * HOUR, audience=(person_word(people[2].id),))
    publish_all(world)
    remind_at(app, EVE)
    assert told(world) == ["colleague", "third"]


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, None])
def test_what_does_not_take_place_or_is_not_published_is_not_told(
    app: Flask, world: World, status: SessionStatus | None
) -> None:
    meeting = add(world)
    if status:
        publish_all(world)
        move(world, meeting, status=status)
        publish_all(world)
    remind_at(app, EVE)
    assert told(world) == []


def test_who_withdrew_is_not_told(app: Flask, world: World) -> None:
    add(world)
    publish_all(world)
    enrolments(world)[0].status = EnrolmentStatus.WITHDRAWN
    remind_at(app, EVE)
    assert told(world) == ["colleague", "third"]


def test_without_an_address_the_feed_has_it(app: Flask, world: World) -> None:
    add(world)
    publish_all(world)
    world.session.delete(world.session.scalars(select(PersonEmail)).one())
    remind_at(app, EVE)
    assert told(world) == ["participant", "colleague"]
    assert (
        len(days(world))
        == len(world.session.scalars(select(Notice).where(Notice.kind == SESSION_TOMORROW.name)).all())
        == 3
    )


@pytest.mark.parametrize(("essential", "expected"), [(False, ["colleague", "third"]), (True, ALL)])
def test_who_wants_no_letters_has_the_feed_unless_it_is_essential(
    app: Flask, world: World, *, essential: bool, expected: list[str]
) -> None:
    kind = replace(SESSION_TOMORROW, essential=essential)
    app.extensions["reminders"] = (replace(REMINDERS[0], notice=kind),)
    world.session.add(NoticeChoice(user_id=world.users["participant"].id, kind=kind.name, wanted=False))
    add(world)
    publish_all(world)
    remind_at(app, EVE)
    assert told(world) == expected
    assert len(days(world)) == 3


def test_published_late_it_is_told_late(app: Flask, world: World) -> None:
    remind_at(app, EVE)
    add(world)
    publish_all(world, now=EVE + 4 * HOUR)
    remind_at(app, EVE + 4 * HOUR)
    assert told(world) == ALL


def test_published_on_the_day_itself_it_is_left_to_the_notice_of_changes(app: Flask, world: World) -> None:
    remind_at(app, EVE)
    add(world)
    publish_all(world, now=EVE + 14 * HOUR)
    remind_at(app, EVE + 14 * HOUR)
    assert (told(world), days(world)) == ([], [])


def late(world: World) -> list[bool]:
    """Of each mark, whether the reminder came too late."""
    return list(world.session.scalars(select(ReminderMark.skipped).order_by(ReminderMark.id)))


@pytest.mark.parametrize("days", [1, 3, 40])
def test_missed_for_days_it_is_noted_although_the_sessions_are_over(app: Flask, world: World, days: int) -> None:
    add(world)
    publish_all(world)
    remind_at(app, EVE - HOUR)
    remind_at(app, EVE + days * DAY)
    assert (told(world), late(world)) == ([], [True] * 3)


def test_days_of_three_years_are_looked_at_together(world: World) -> None:
    """SQLite takes no condition of a thousand parts; a worker may have been away for as many days."""
    add(world)
    add(world, "Years later", NINE + 1199 * DAY)
    publish_all(world)
    found = own_days(world.session, {TOMORROW + number * DAY for number in range(1200)})
    assert [own.day for own in found] == [TOMORROW] * 3 + [TOMORROW + 1199 * DAY] * 3
    assert {own.day for own in own_days(world.session, {TOMORROW, TOMORROW + 2 * DAY})} == {TOMORROW}


def test_a_night_that_is_over_is_noted_within_the_grace(app: Flask, world: World) -> None:
    add(world, starts_at=EVE + 7 * HOUR)  # at one o'clock in the night, for an hour and a half
    publish_all(world)
    remind_at(app, EVE - HOUR)
    remind_at(app, EVE + 10 * HOUR)
    assert (told(world), late(world)) == ([], [True] * 3)


def test_a_night_that_is_published_when_it_is_over_is_no_loss(app: Flask, world: World) -> None:
    remind_at(app, EVE + 9 * HOUR)
    add(world, starts_at=EVE + 7 * HOUR)
    publish_all(world, now=EVE + 9 * HOUR)
    remind_at(app, EVE + 10 * HOUR)
    assert (told(world), late(world)) == ([], [])


def test_moved_by_half_an_hour_it_is_told_once(app: Flask, world: World) -> None:
    meeting = add(world)
    publish_all(world)
    remind_at(app, EVE)
    move(world, meeting, starts_at=NINE + HOUR / 2, ends_at=NINE + 2 * HOUR)
    publish_all(world)
    remind_at(app, EVE + HOUR)
    assert told(world) == ALL


def test_moved_to_another_day_it_is_told_again(app: Flask, world: World) -> None:
    meeting = add(world)
    publish_all(world)
    remind_at(app, EVE)
    move(world, meeting, starts_at=NINE + DAY, ends_at=NINE + DAY + HOUR)
    publish_all(world)
    remind_at(app, EVE + DAY)
    assert [day for day, _who in days(world)] == ["2026-11-25"] * 3 + ["2026-11-26"] * 3
    assert len(letters(world)) == 6


def test_cancelled_before_it_only_the_rest_of_the_day_is_told(app: Flask, world: World) -> None:
    meeting = add(world)
    add(world, "Delivery", NINE + 2 * HOUR)
    publish_all(world)
    move(world, meeting, status=SessionStatus.CANCELLED)
    publish_all(world)
    remind_at(app, EVE)
    assert "Ethics" not in letters(world)[0].values["sessions"]


def test_somebody_of_two_cohorts_gets_one_letter(app: Flask, world: World) -> None:
    other = make_world(world.session, code="kel-2", people=2)
    row = world.session.scalars(select(Enrolment).where(Enrolment.cohort_id == other.cohort.id)).first()
    own = world.actor("participant").person_id
    assert row
    assert own
    row.person_id = own
    world.session.flush()
    add(world)
    add(other, "Elsewhere", NINE + 3 * HOUR)
    publish_all(world)
    publish_all(other)
    remind_at(app, EVE)
    texts = [row.values["sessions"] for row in letters(world) if row.person_id == own]
    assert [("Ethics" in text, "Elsewhere" in text) for text in texts] == [(True, True)]


def test_an_expert_is_told_of_their_own_sessions(app: Flask, world: World) -> None:
    person = create_person(
        world.session, names={NameForm.KK: PersonalName("Һауалиев", "Өмірзақ")}, emails=["omirzaq@example.org"]
    )
    expert = Expert(cohort_id=world.cohort.id, person=person, office=None, organisation=None, country=None)
    office = Expert(
        cohort_id=world.cohort.id, person=None, office=Tri(en="The rector"), organisation=None, country=None
    )
    world.session.add_all([expert, office])
    world.session.flush()
    add(world, people=(f"speaker:{expert.id}", f"moderator:{office.id}"))
    add(world, "Delivery", NINE + 3 * HOUR)
    publish_all(world)
    remind_at(app, EVE)
    own = letters(world)[-1]
    assert (own.address, own.path) == ("omirzaq@example.org", None)
    assert ("Ethics" in own.values["sessions"], "Delivery" in own.values["sessions"]) == (True, False)


def test_the_night_in_which_an_hour_repeats(app: Flask, world: World) -> None:
    # On 29 February 2024 at 24:00 the clocks of Almaty were put back to 23:00.
    friday = datetime(2024, 3, 1, 9, 0, tzinfo=HOME)
    twice = datetime(2024, 2, 29, 23, 30, tzinfo=HOME)
    add(world, "Before", twice)
    add(world, "Again", twice.replace(fold=1))
    add(world, "Friday", friday)
    publish_all(world, now=friday - 10 * DAY)
    moment = datetime(2024, 2, 28, 11, 0, tzinfo=UTC)
    while moment < datetime(2024, 3, 1, 4, 0, tzinfo=UTC):
        remind_at(app, moment)
        moment += HOUR / 2
    assert [day for day, _who in days(world)] == ["2024-02-29"] * 3 + ["2024-03-01"] * 3
    assert len(letters(world)) == 6
    marks = world.session.scalars(select(ReminderMark).order_by(ReminderMark.id)).all()
    assert {mark.due_at for mark in marks} == {
        datetime(2024, 2, 28, 12, 0, tzinfo=UTC),  # 18:00 at UTC+6
        datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
    }


def test_statements_do_not_grow(app: Flask, world: World, statements: Statements) -> None:
    def count(moment: datetime) -> int:
        remind_at(app, moment - HOUR / 12)
        with statements() as sent:
            remind_at(app, moment)
        return len(sent)

    app.extensions["reminders"] = REMINDERS[:1]
    people = enrolments(world)
    for row in people[1:]:
        row.status = EnrolmentStatus.WITHDRAWN
    add(world)
    publish_all(world)
    one = count(EVE)
    for row in people[1:]:
        row.status = EnrolmentStatus.ENROLLED
    for hours in (0, 2, 4):
        add(world, starts_at=NINE + DAY + hours * HOUR)
    publish_all(world)
    assert (len(letters(world)), count(EVE + DAY)) == (1, one)
    assert len(letters(world)) == 4
