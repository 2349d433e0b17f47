"""Who is told of a defence a week before, and of materials that were not handed in."""

from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from app.mail.models import Letter
from app.notices.kinds import NoticeKind
from app.notices.models import ReminderMark
from app.people.models import PersonEmail
from cohorts.enums import EnrolmentStatus
from modules.enums import SessionStatus
from modules.models import ModuleSession
from modules.services import publish
from projects.models import DefenceDay, Material
from projects.reminders import DEFENCE_SOON, MATERIALS_DUE
from projects.services import change_project
from tests.integration.modules.own import move
from tests.integration.modules.world import HOME, NOW
from tests.integration.projects.world import Stage
from tests.integration.reminders.own import remind_at
from tests.support.visiting import Statements

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DEFENCE = date(2026, 12, 3)
WEEK_BEFORE = datetime(2026, 11, 26, 10, 0, tzinfo=HOME)


def planned(stage: Stage, *places: int, groups: int = 3, day: date = DEFENCE) -> DefenceDay:
    """A published day of defence."""
    if not stage.groups:
        stage.split(groups)
    sitting = stage.sitting(*places, day=day)
    publish(stage.session, cohort=stage.cohort, actor=stage.actor, now=NOW)
    return sitting


def letters(stage: Stage) -> list[Letter]:
    found = stage.session.scalars(select(Letter).order_by(Letter.id)).all()
    return [row for row in found if {"project", "group"} <= row.values.keys()]


def reminded(stage: Stage, kind: NoticeKind = DEFENCE_SOON) -> list[str]:
    """Who was reminded of a defence, or of something else."""
    wanted = select(ReminderMark.recipient).where(ReminderMark.kind == kind.name).order_by(ReminderMark.id)
    return list(stage.session.scalars(wanted))


def group_of(stage: Stage, place: int) -> list[str]:
    people = [row for row in stage.people() if row.group_id == stage.groups[place].id]
    return sorted(f"p{row.person_id}" for row in people)


def session_of(sitting: DefenceDay) -> ModuleSession:
    return sitting.slots[0].session


def test_at_ten_a_week_before_the_group_and_its_mentor_are_told(app: Flask, stage: Stage) -> None:
    stage.split(3)
    mentor = stage.expert("Нұрғиса Дәулет")
    assert mentor.person
    mentor.person.emails.append(PersonEmail(address="mentor@example.org", identity="mentor@example.org"))
    project = stage.project(0)
    change_project(
        stage.session,
        group=stage.groups[0],
        title=project.title,
        mentors=[mentor.id],
        version=project.version,
        actor=stage.actor,
        now=NOW,
    )
    stage.experts.clear()
    planned(stage, 0)
    remind_at(app, WEEK_BEFORE - HOUR / 12)
    assert reminded(stage) == []
    for hours in (0, 1, 47):
        remind_at(app, WEEK_BEFORE + hours * HOUR)
    assert sorted(reminded(stage)) == sorted([*group_of(stage, 0), f"p{mentor.person_id}"])
    own = next(row for row in letters(stage) if row.address == "mentor@example.org")
    assert (own.path, (own.calendar or "").count("BEGIN:VEVENT")) == (None, 1)
    assert own.values == {
        "day": "3 желтоқсан, бейсенбі",
        "hours": "09:00–09:40",
        "project": "Жоба 1",
        "group": "№ 1 топ",
        "place": "Бетпе-бет: 305",
    }


def test_a_member_with_an_account_is_led_to_the_project(app: Flask, stage: Stage) -> None:
    stage.split(1)
    planned(stage, 0)
    remind_at(app, WEEK_BEFORE)
    assert {row.path for row in letters(stage)} == {"/me/project?cohort=kel-1"}


def test_without_a_title_the_group_stands_for_the_project(app: Flask, stage: Stage) -> None:
    stage.split(1)
    stage.project(0).title = None
    planned(stage, 0)
    remind_at(app, WEEK_BEFORE)
    assert {row.values["project"] for row in letters(stage)} == {"№ 1 топ"}


def test_who_withdrew_is_not_told(app: Flask, stage: Stage) -> None:
    stage.split(3)
    planned(stage, 0)
    gone = next(row for row in stage.people() if row.group_id == stage.groups[0].id)
    gone.status = EnrolmentStatus.WITHDRAWN
    remind_at(app, WEEK_BEFORE)
    assert f"p{gone.person_id}" not in reminded(stage)
    assert len(reminded(stage)) == 2


def test_cancelled_or_not_published_it_is_not_told(app: Flask, stage: Stage) -> None:
    sitting = planned(stage, 0)
    move(stage.world, session_of(sitting), status=SessionStatus.CANCELLED)
    publish(stage.session, cohort=stage.cohort, actor=stage.actor, now=NOW)
    stage.sitting(1, day=DEFENCE)
    remind_at(app, WEEK_BEFORE)
    assert reminded(stage) == []


def test_moved_by_an_hour_it_is_told_once_and_to_another_day_again(app: Flask, stage: Stage) -> None:
    meeting = session_of(planned(stage, 0))
    remind_at(app, WEEK_BEFORE)
    for later, expected in ((HOUR, 3), (DAY, 6)):
        starts_at = meeting.starts_at + later
        move(stage.world, meeting, starts_at=starts_at, ends_at=starts_at + HOUR)
        publish(stage.session, cohort=stage.cohort, actor=stage.actor, now=NOW)
        remind_at(app, WEEK_BEFORE + later)
        assert len(reminded(stage)) == expected


def test_statements_do_not_grow(app: Flask, stage: Stage, statements: Statements) -> None:
    def count(moment: datetime) -> int:
        remind_at(app, moment - HOUR / 12)
        with statements() as sent:
            remind_at(app, moment)
        return len(sent)

    stage.split(4)
    planned(stage, 0)
    one = count(WEEK_BEFORE)
    planned(stage, 1, 2, 3, day=DEFENCE + DAY)
    assert count(WEEK_BEFORE + DAY) == one
    assert len(reminded(stage)) == 9


def test_three_days_before_the_last_day_groups_that_handed_in_nothing_are_told(app: Flask, stage: Stage) -> None:
    stage.split(3)
    sitting = planned(stage, 0, 1)
    sitting.materials_due_on = date(2026, 11, 30)
    stage.session.add(
        Material(
            project_id=stage.project(0).id,
            number=1,
            enrolment_id=stage.people()[0].id,
            handed_at=NOW,
            late=False,
            name="plan.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
        )
    )
    stage.session.flush()
    ten = datetime(2026, 11, 27, 10, 0, tzinfo=HOME)
    remind_at(app, ten - HOUR / 12)
    assert reminded(stage, MATERIALS_DUE) == []
    remind_at(app, ten)
    remind_at(app, ten + 2 * DAY - HOUR)
    assert sorted(reminded(stage, MATERIALS_DUE)) == group_of(stage, 1)


def test_a_last_day_that_is_put_off_is_told_again(app: Flask, stage: Stage) -> None:
    stage.split(1)
    sitting = planned(stage, 0)
    for later in range(2):
        sitting.materials_due_on = date(2026, 11, 30) + later * DAY
        stage.session.flush()
        remind_at(app, datetime(2026, 11, 27, 10, 0, tzinfo=HOME) + later * DAY)
    assert len(reminded(stage, MATERIALS_DUE)) == 18
    told = stage.session.scalars(select(Letter).where(Letter.path.is_not(None)).order_by(Letter.id.desc())).first()
    assert told
    assert (told.path, told.values) == (
        "/me/project?cohort=kel-1",
        {"day": "1 желтоқсан, сейсенбі", "group": "№ 1 топ"},
    )
