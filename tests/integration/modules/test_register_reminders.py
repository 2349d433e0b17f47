"""The next morning: who is told of registers that nobody kept."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.mail.models import Letter
from app.notices.models import Notice
from cohorts.enums import CohortStatus
from modules.enums import Half, SessionStatus
from modules.reminders import REGISTER_DUE
from tests.integration.modules.registers import TODAY, P, ask_for, held, keep
from tests.integration.modules.world import HOME, World
from tests.integration.reminders.own import remind_at
from tests.support.visiting import Statements

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MORNING = datetime(2026, 11, 25, 9, 0, tzinfo=HOME)


@pytest.fixture(autouse=True)
def attendance_is_asked_for(world: World) -> None:
    ask_for(world.cohort)


def letters(world: World) -> list[Letter]:
    found = world.session.scalars(select(Letter).order_by(Letter.address, Letter.id)).all()
    return [row for row in found if "halves" in row.values]


def told(world: World) -> list[str]:
    return [row.address.partition("@")[0] for row in letters(world)]


def test_at_nine_the_coordinator_is_told_of_yesterday(app: Flask, world: World) -> None:
    held(world)
    held(world, begin="14:00", end="16:00")
    remind_at(app, MORNING - HOUR / 12)
    assert told(world) == []
    world.users["coordinator"].language = "en"
    for hours in (0, 1, 23):
        remind_at(app, MORNING + hours * HOUR)
    [letter] = letters(world)
    assert (letter.address, letter.path) == ("coordinator@kel-1.example", "/cohorts/kel-1/attendance/2026-11-24/am")
    assert letter.values == {
        "day": "Tuesday 24 November",
        "halves": "morning, afternoon",
        "module": "Module 1. Public policy",
        "cohort": "Executive leadership 2026",
        "code": "kel-1",
    }


def test_the_host_is_told_of_their_own_module(app: Flask, world: World) -> None:
    held(world, date(2026, 12, 8), module=world.modules[1])
    remind_at(app, MORNING + 14 * DAY)
    assert told(world) == ["coordinator", "host"]


def test_only_what_is_left_is_told(app: Flask, world: World) -> None:
    held(world)
    held(world, begin="14:00", end="16:00")
    keep(world, {1: P, 2: P, 3: P}, half=Half.AM)
    remind_at(app, MORNING)
    assert [row.values["halves"] for row in letters(world)] == ["түстен кейін"]


def test_a_register_that_was_begun_is_kept(app: Flask, world: World) -> None:
    held(world)
    keep(world, {1: P})
    remind_at(app, MORNING)
    assert told(world) == []


def test_what_was_cancelled_needs_no_register(app: Flask, world: World) -> None:
    held(world, status=SessionStatus.CANCELLED)
    remind_at(app, MORNING)
    assert told(world) == []


def test_a_cohort_that_keeps_no_registers_is_left_in_peace(app: Flask, world: World) -> None:
    world.cohort.completion_rule = {}
    held(world)
    remind_at(app, MORNING)
    assert told(world) == []
    keep(world, {1: P}, day=date(2026, 11, 23))  # it does keep them, whatever its rule says
    remind_at(app, MORNING + HOUR)
    assert told(world) == ["coordinator"]


def test_a_cohort_that_is_over_is_left_in_peace(app: Flask, world: World) -> None:
    held(world)
    world.cohort.status = CohortStatus.CLOSED
    remind_at(app, MORNING)
    assert told(world) == []


def test_who_lost_the_role_is_not_told(app: Flask, world: World) -> None:
    held(world)
    world.users["coordinator"].grants[0].valid_to = TODAY
    remind_at(app, MORNING)
    assert told(world) == []


def test_whoever_may_mark_everywhere_is_told_once_for_each_day(app: Flask, world: World) -> None:
    held(world)
    held(world, TODAY - DAY)
    remind_at(app, MORNING - DAY)
    remind_at(app, MORNING)
    keys = world.session.scalars(select(Notice.key).where(Notice.kind == REGISTER_DUE.name).order_by(Notice.key)).all()
    module, user = world.modules[0].id, world.users["coordinator"].id
    assert keys == [f"modules.register_due:{module}:2026-11-{day}:u{user}" for day in (23, 24)]


def test_statements_do_not_grow(app: Flask, world: World, statements: Statements) -> None:
    def count(moment: datetime) -> int:
        remind_at(app, moment - HOUR / 12)
        with statements() as sent:
            remind_at(app, moment)
        return len(sent)

    held(world)
    one = count(MORNING)
    for begin, end in (("09:30", "10:30"), ("11:00", "12:00"), ("14:00", "16:00")):
        held(world, TODAY + DAY, begin, end)
    assert (len(letters(world)), count(MORNING + DAY)) == (1, one)
    assert len(letters(world)) == 2
