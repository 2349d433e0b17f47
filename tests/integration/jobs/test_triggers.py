"""Times that make jobs: each once, whoever looks, and what becomes of those that were missed."""

from collections.abc import Sequence
from datetime import UTC, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from flask import Flask
from sqlalchemy import select

from app.jobs.enums import Missed
from app.jobs.kinds import Trigger
from app.jobs.models import Job
from app.jobs.tidying import TIDY_DAILY
from app.kernel.database import db
from app.platform import PLATFORM_TRIGGERS
from tests.integration.jobs.own import MARK, NOON, Clock, worker
from tests.support.demonstration import FEATURES
from tests.support.together import together

QUARTERS = CronTrigger(minute="*/15", timezone=UTC)


def fired(app: Flask) -> Sequence[str]:
    with app.app_context():
        return [key.rpartition("tests.")[2] for key in db.session.scalars(select(Job.key).order_by(Job.key))]


def test_each_time_makes_one_job_whoever_looks(own_app: Flask) -> None:
    clock = Clock()
    trigger = Trigger("tests.t", MARK, QUARTERS)
    men = [worker(own_app, MARK, triggers=[trigger], now=clock) for _ in range(3)]
    men[0].tick()
    for _ in range(2):
        clock.on(minutes=15)
        assert together(*(man.tick for man in men)) == [None] * 3
    assert fired(own_app) == ["t:2026-11-02T12:15:00Z", "t:2026-11-02T12:30:00Z"]


def test_a_trigger_that_was_never_seen_starts_now(own_app: Flask) -> None:
    worker(own_app, MARK, triggers=[Trigger("tests.t", MARK, QUARTERS, Missed.ALL)], now=Clock()).tick()
    assert fired(own_app) == []


@pytest.mark.parametrize(
    ("missed", "times"), [(Missed.ALL, ["12:15", "12:30", "12:45"]), (Missed.LATEST, ["12:45"]), (Missed.NONE, [])]
)
def test_what_was_missed_while_no_worker_ran_follows_the_policy(
    own_app: Flask, missed: Missed, times: list[str]
) -> None:
    clock = Clock()
    trigger = Trigger("tests.t", MARK, QUARTERS, missed)
    worker(own_app, MARK, triggers=[trigger], now=clock).tick()
    clock.on(minutes=50)
    for _ in range(2):
        worker(own_app, MARK, triggers=[trigger], now=clock).tick()
    assert fired(own_app) == [f"t:2026-11-02T{time}:00Z" for time in times]
    clock.on(minutes=10)
    worker(own_app, MARK, triggers=[trigger], now=clock).tick()
    assert fired(own_app)[-1] == "t:2026-11-02T13:00:00Z"


def test_a_clock_that_was_turned_back_fires_nothing_twice_and_goes_on(own_app: Flask) -> None:
    clock = Clock()
    man = worker(own_app, MARK, triggers=[Trigger("tests.t", MARK, QUARTERS, Missed.ALL)], now=clock)
    man.tick()
    for turn in (20, -15, 5, 6):  # 12:20, 12:05, 12:10, 12:16
        clock.on(minutes=turn)
        man.tick()
    assert fired(own_app) == ["t:2026-11-02T12:15:00Z"]
    clock.on(minutes=15)
    man.tick()
    assert fired(own_app) == ["t:2026-11-02T12:15:00Z", "t:2026-11-02T12:30:00Z"]


def test_every_worker_finds_the_same_times(own_app: Flask) -> None:
    given = (*PLATFORM_TRIGGERS, *(trigger for name in FEATURES for trigger in _of(own_app, name)))
    assert TIDY_DAILY in given
    for trigger in given:  # others count from the start of their process, or stand still where clocks are turned back
        assert isinstance(trigger.times, CronTrigger)
        assert trigger.times.timezone.utcoffset(NOON) == timedelta(0)


def _of(app: Flask, name: str) -> tuple[Trigger, ...]:
    return next((feature.triggers for feature in app.extensions["features"] if feature.name == name), ())
