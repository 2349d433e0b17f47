"""Whatever the clock does and however often workers die: at most once, and once if the clock passes in order."""

from datetime import datetime, timedelta

from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app.jobs import ledger
from app.jobs.models import Job, TriggerMark, WorkerPulse
from app.jobs.rules import LEASE
from app.kernel.unit import unit_of_work
from app.mail.models import Letter, Mailing
from app.notices.models import Notice, ReminderLook, ReminderMark
from app.notices.reminders import REMIND
from tests.integration.jobs.own import NOON, Clock
from tests.integration.reminders.own import GRACE, Plan, enqueue_reminding, letters, plan_for, tick

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOURS, DAYS = 60, 24 * 60
TURNS = st.sampled_from(
    [5, 5, 5, 10, HOURS, 6 * HOURS, 13 * HOURS, 15 * HOURS, DAYS, 40 * DAYS, -5, -HOURS, -DAYS, -40 * DAYS]
)
STEPS = st.lists(st.one_of(TURNS, st.just("die")), max_size=12)


def die(app: Flask, clock: Clock) -> None:
    """A worker takes the job of this moment, and is gone."""
    enqueue_reminding(app, clock(), "dead")
    with app.app_context(), unit_of_work() as session:
        ledger.claim(session, kinds=[REMIND.name], now=clock(), lease=LEASE)


def wipe(app: Flask) -> None:
    """Forget what another example did."""
    with app.app_context(), unit_of_work() as session:
        for model in (Job, TriggerMark, WorkerPulse, ReminderMark, ReminderLook, Notice, Letter, Mailing):
            session.execute(delete(model))


def last_five(moment: datetime) -> datetime:
    """The last moment of the trigger."""
    return moment - timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)


def play(app: Flask, plan: Plan, steps: list[int | str]) -> set[str]:
    """Take the steps with a look after each; gives the occurrences whose time the clock passed in working order.

    That is: it showed a time that it never had shown before, and the occurrence was due then.
    """
    clock, latest, passed = Clock(NOON - DAY), NOON - DAY, set()
    tick(app, clock)
    for step in steps:
        if step == "die":
            die(app, clock)
        else:
            clock.on(minutes=int(step))
        tick(app, clock)
        if last_five(clock()) > latest:
            passed |= {name for name, at in plan.times.items() if at <= clock() < at + GRACE}
            latest = clock()
    return passed


@given(STEPS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example([HOURS, DAYS, "die", -DAYS, 5, HOURS, DAYS])
@example([40 * DAYS, -40 * DAYS, *([6 * HOURS] * 8)])
@example(["die", -40 * DAYS, 41 * DAYS, 5, "die", 5])
def test_any_sequence_reminds_once(own_app: Flask, steps: list[int | str]) -> None:
    wipe(own_app)
    plan = plan_for(own_app, 2, noon=NOON, evening=NOON + 6 * HOURS * MINUTE, later=NOON + 3 * DAY)
    passed = play(own_app, plan, steps)
    found = letters(own_app)
    assert len(found) == len(set(found))
    assert {(name, day) for name, day in found} >= {(f"aliya{n}", day) for n in range(2) for day in passed}
