"""Each reminder comes once, whatever runs twice, restarts or turns the clock; with real commits, on both databases."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.enums import JobState
from app.jobs.models import Job
from app.kernel.database import db
from app.kernel.words import Message
from app.notices import marks, reminders
from app.notices.reminders import REMIND, Occasion, Reminder
from app.people.models import PersonEmail
from tests.integration.jobs.own import NOON, Clock, worker
from tests.integration.reminders.own import GRACE, KIND, LETTER, letters, noticed, plan_for, remind_at, skipped, tick
from tests.support.together import together

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EACH_ONCE = [("aliya0", "noon"), ("aliya1", "noon"), ("aliya2", "noon")]


def said(app: Flask) -> list[str]:
    """What the jobs said of themselves."""
    with app.app_context():
        rows = db.session.scalars(select(Job.said).where(Job.kind == REMIND.name, Job.said.is_not(None)))
        return [str(Message.from_dict(row)) for row in rows if row]


def test_nobody_is_reminded_before_the_time(own_app: Flask) -> None:
    plan_for(own_app)
    remind_at(own_app, NOON - MINUTE)
    assert (letters(own_app), skipped(own_app)) == ([], [])


def test_everybody_is_reminded_once(own_app: Flask) -> None:
    plan_for(own_app)
    for minutes in range(0, 60, 5):
        remind_at(own_app, NOON + minutes * MINUTE)
    assert (letters(own_app), noticed(own_app)) == (EACH_ONCE, 3)
    assert skipped(own_app) == [("noon", False)] * 3
    assert said(own_app) == ["Reminders of a test: 3 given."]


def test_what_was_given_is_neither_worded_nor_looked_up_again(own_app: Flask) -> None:
    plan = plan_for(own_app)
    remind_at(own_app, NOON)
    plan.people = []
    remind_at(own_app, NOON + 5 * MINUTE)
    assert plan.asked == [(NOON - GRACE, NOON), (NOON + 5 * MINUTE - GRACE, NOON + 5 * MINUTE)]


@pytest.mark.parametrize("workers", [2, 3])
def test_several_workers_at_once_remind_once(own_app: Flask, workers: int) -> None:
    plan_for(own_app, 7)
    team = [worker(own_app, REMIND, now=Clock()) for _ in range(workers)]
    jobs = [partial(remind_at, own_app, NOON, str(number)) for number in range(6)]
    results = together(*jobs, *(man.run_due for man in team))
    assert [result for result in results if isinstance(result, Exception)] == []
    for man in team:
        man.run_due()
    assert letters(own_app) == [(f"aliya{number}", "noon") for number in range(7)]


def test_many_are_reminded_in_several_transactions(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "AT_ONCE", 3)
    plan_for(own_app, 8)
    remind_at(own_app, NOON)
    with own_app.app_context():
        job = db.session.scalars(select(Job).where(Job.kind == REMIND.name)).one()
        assert (job.progress, job.total) == (8, 8)
    assert len(letters(own_app)) == 8


def test_a_job_that_fails_midway_goes_on_where_it_was(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "AT_ONCE", 2)
    plan_for(own_app, 5)
    taking, calls = marks.take, []

    def fail_once(*args: object, **options: object) -> object:
        calls.append(args)
        found = taking(*args, **options)  # type: ignore[arg-type]  # passed on
        if len(calls) == 2:
            msg = "the database went away"
            raise OSError(msg)
        return found

    monkeypatch.setattr(marks, "take", fail_once)
    remind_at(own_app, NOON)
    assert len(letters(own_app)) == 2
    clock = Clock(NOON + MINUTE)
    worker(own_app, REMIND, now=clock).run_due()
    assert letters(own_app) == [(f"aliya{number}", "noon") for number in range(5)]


def test_down_for_some_hours_it_comes_late(own_app: Flask) -> None:
    plan_for(own_app)
    clock = Clock(NOON - HOUR)
    tick(own_app, clock)
    clock.on(minutes=5)
    tick(own_app, clock)
    clock.on(hours=14)
    tick(own_app, clock)
    assert letters(own_app) == EACH_ONCE


def test_down_for_longer_it_is_skipped_and_logged(own_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    plan_for(own_app, noon=NOON, later=NOON + DAY)
    clock = Clock(NOON - HOUR)
    for _ in range(2):
        tick(own_app, clock)
        clock.on(minutes=5)
    clock.on(days=1)
    with caplog.at_level(logging.WARNING):
        tick(own_app, clock)
        clock.on(hours=2)
        tick(own_app, clock)
    assert {day for _name, day in letters(own_app)} == {"later"}
    assert skipped(own_app) == [("later", False)] * 3 + [("noon", True)] * 3
    lines = [record.getMessage() for record in caplog.records if "too late" in record.getMessage()]
    assert lines == ["3 reminders tests.own came too late and were skipped"]
    assert said(own_app)[0] == "Reminders of a test: 0 given; 3 came too late and were skipped."
    with own_app.app_context():
        assert marks.skipped_since(db.session(), NOON) == {"tests.own": 3}
        assert marks.skipped_since(db.session(), clock()) == {}


def test_what_was_over_before_the_first_look_is_no_loss(own_app: Flask) -> None:
    plan_for(own_app)
    clock = Clock(NOON + 2 * DAY)
    for _ in range(3):
        tick(own_app, clock)
        clock.on(minutes=5)
    assert (letters(own_app), skipped(own_app)) == ([], [])


def test_what_was_skipped_is_given_when_its_time_comes_again(own_app: Flask) -> None:
    plan_for(own_app, soon=NOON + HOUR, month=NOON + 30 * DAY, ahead=NOON + 40 * DAY - HOUR)
    clock = Clock(NOON - HOUR)
    for _ in range(2):
        tick(own_app, clock)
        clock.on(minutes=5)
    clock.on(days=40)  # somebody turned the clock
    tick(own_app, clock)
    assert {day for _name, day in letters(own_app)} == {"ahead"}
    assert ("soon", True) in skipped(own_app)
    clock.on(days=-40)
    tick(own_app, clock)
    for _ in range(41 * 2):
        clock.on(hours=12)
        tick(own_app, clock)
    found = letters(own_app)
    assert sorted(day for _name, day in found) == ["ahead"] * 3 + ["month"] * 3 + ["soon"] * 3
    assert {mark for _name, mark in skipped(own_app)} == {False}


def test_an_hour_back_reminds_nobody_again_and_loses_nothing(own_app: Flask) -> None:
    plan_for(own_app, noon=NOON, half_past=NOON + 30 * MINUTE)
    clock = Clock(NOON - 5 * MINUTE)
    for _ in range(3):
        tick(own_app, clock)
        clock.on(minutes=5)
    clock.on(hours=-1)
    for _ in range(30):
        tick(own_app, clock)
        clock.on(minutes=5)
    assert letters(own_app) == [(name, day) for name in ("aliya0", "aliya1", "aliya2") for day in ("noon", "half_past")]


def test_without_an_address_it_stands_in_the_feed(own_app: Flask) -> None:
    plan_for(own_app, 2)
    with own_app.app_context():
        db.session.delete(db.session.scalars(select(PersonEmail)).first())
        db.session.commit()
    remind_at(own_app, NOON)
    assert (len(letters(own_app)), noticed(own_app)) == (1, 2)


def test_a_kind_that_fails_keeps_no_other_back(own_app: Flask) -> None:
    plan_for(own_app)
    [sound] = own_app.extensions["reminders"]

    def fail(_session: Session, _begin: datetime, _end: datetime) -> list[Occasion]:
        raise ValueError

    broken = replace(sound, notice=replace(KIND, name="tests.broken"), occasions=fail)
    check_that_the_sound_one_is_given(own_app, broken, sound)


def test_a_kind_whose_words_do_not_fit_its_letter_keeps_no_other_back(own_app: Flask) -> None:
    plan_for(own_app)
    [sound] = own_app.extensions["reminders"]
    letter = replace(LETTER, subject=Message("On %(day)s at %(place)s"))  # nobody says where
    broken = replace(sound, notice=replace(KIND, name="tests.broken", letter=letter))
    check_that_the_sound_one_is_given(own_app, broken, sound)


def check_that_the_sound_one_is_given(own_app: Flask, broken: Reminder, sound: Reminder) -> None:
    own_app.extensions["reminders"] = (broken, sound)
    remind_at(own_app, NOON)
    assert letters(own_app) == EACH_ONCE
    with own_app.app_context():
        job = db.session.scalars(select(Job).where(Job.kind == REMIND.name)).one()
        assert (job.state, marks.looked_until(db.session())) == (JobState.WAITING, {"tests.own": NOON})
