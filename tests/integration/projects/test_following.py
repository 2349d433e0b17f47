"""A defence day is the day of its sessions, whoever moves them."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.kernel.errors import ConflictError, DomainError
from modules.models import ModuleSession
from modules.rules.facts import facts_of
from modules.services import change_session, move_schedule, publish, restore_session
from projects.enums import Outcome
from projects.models import DefenceDay
from projects.services import change_sitting
from projects.services.sittings import plan_of
from tests.integration.modules.world import NOW
from tests.integration.projects.world import DAY, Stage

HOME = ZoneInfo("Asia/Almaty")
WEEK = timedelta(days=7)


def moved(stage: Stage, meeting: ModuleSession, by: timedelta, *, version: int | None = None) -> None:
    facts = facts_of(meeting)
    change_session(
        stage.session,
        meeting=meeting,
        facts=replace(facts, starts_at=facts.starts_at + by, ends_at=facts.ends_at + by),
        expected_version=version or meeting.version,
        actor=stage.actor,
        now=NOW,
    )


def days(sitting: DefenceDay) -> list[date]:
    return [slot.session.starts_at.astimezone(HOME).date() for slot in sitting.slots]


def test_the_day_is_that_of_the_first_session(stage: Stage) -> None:
    stage.split(2)
    sitting = stage.sitting(0, 1)
    first, second = (slot.session for slot in sitting.slots)
    moved(stage, first, timedelta(days=2))
    assert (sitting.day, sitting.version) == (DAY, 1)  # the second session is still on it
    moved(stage, second, timedelta(days=3))
    assert (sitting.day, sitting.version) == (DAY + timedelta(days=2), 2)
    moved(stage, second, timedelta(minutes=20))
    assert (sitting.day, sitting.version) == (DAY + timedelta(days=2), 2)


def test_the_days_are_those_of_the_place(stage: Stage) -> None:
    stage.split(1)
    sitting = stage.sitting(0)
    moved(stage, sitting.slots[0].session, timedelta(hours=-8))  # 01:00 in Almaty, the day before in UTC
    assert sitting.day == DAY


def test_who_edits_the_sitting_meanwhile_is_told(stage: Stage) -> None:
    stage.split(1)
    sitting = stage.sitting(0)
    plan = plan_of(sitting)
    moved(stage, sitting.slots[0].session, WEEK)
    assert plan is not None
    with pytest.raises(ConflictError) as conflict:
        change_sitting(stage.session, sitting=sitting, plan=plan, version=1, actor=None, now=NOW)
    assert [(row.saved, row.typed) for row in conflict.value.differences] == [("30.11.2026", "23.11.2026"), ("", "")]
    assert conflict.value.who == stage.world.users["coordinator"].display_name


def test_going_back_to_what_was_published_takes_the_day_back(stage: Stage) -> None:
    stage.split(1)
    sitting = stage.sitting(0)
    meeting = sitting.slots[0].session
    publish(stage.session, cohort=stage.cohort, actor=None, now=NOW)
    moved(stage, meeting, WEEK)
    assert sitting.day == DAY + WEEK
    restore_session(stage.session, meeting=meeting, expected_version=meeting.version, actor=None, now=NOW)
    assert sitting.day == DAY


def test_a_session_of_closed_minutes_does_not_move(stage: Stage) -> None:
    stage.split(1)
    sitting = stage.held(Outcome.ACCEPTED)
    meeting = sitting.slots[0].session
    for by in (WEEK, timedelta(minutes=5)):
        with pytest.raises(DomainError, match="Nothing was moved: the minutes of this defence are closed"):
            moved(stage, meeting, by)
    renamed = replace(facts_of(meeting), rooms=("12",))
    change_session(stage.session, meeting=meeting, facts=renamed, expected_version=1, actor=None, now=NOW)
    assert (sitting.day, days(sitting), meeting.rooms) == (DAY, [DAY], ["12"])


def test_a_cohort_that_is_moved_takes_open_days_along_and_leaves_closed_ones(stage: Stage) -> None:
    stage.split(3)
    closed = stage.held(Outcome.ACCEPTED)
    begun = stage.sitting(1, day=date(2026, 11, 24))
    stage.all_present(begun)
    stage.decide(begun.slots[0])
    planned = stage.sitting(2, day=date(2026, 11, 27))
    other = stage.world.add("Lecture")
    before = other.starts_at
    move_schedule(stage.session, cohort=stage.cohort, days=7, actor=stage.actor, now=NOW)
    assert (closed.day, days(closed)) == (DAY, [DAY])
    assert (begun.day, days(begun)) == (date(2026, 12, 1), [date(2026, 12, 1)])
    assert (planned.day, days(planned)) == (date(2026, 12, 4), [date(2026, 12, 4)])
    assert other.starts_at - before == WEEK
