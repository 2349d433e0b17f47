"""What was told long ago is forgotten after a fixed time, in small steps; an announcement goes as a whole."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select

from app.kernel.tri import Tri
from app.kernel.unit import unit_of_work
from app.notices.forgetting import FORGET_DAILY, KEEP
from app.notices.models import Announcement, Notice, ReminderMark
from app.people.models import Person
from app.platform import PLATFORM_TRIGGERS
from tests.integration.jobs.own import NOON, Clock, pass_a_night
from tests.integration.reminders.own import letters, noticed, plan_for, remind_at, tick

DAY = timedelta(days=1)
NIGHT = NOON + timedelta(hours=10.5)  # of the day on which they are forgotten
LONG_AGO, LATELY = NIGHT - KEEP - DAY, NIGHT - KEEP + DAY


def write(app: Flask, *moments: datetime, sent_at: datetime | None = None, reminded_at: datetime | None = None) -> None:
    """Notices of these moments, of an announcement if it is said when that was sent; marks of the same moments."""
    with app.app_context(), unit_of_work() as session:
        person = Person(search_key="-", sort_key="-")
        session.add(person)
        session.flush()
        announcement = sent_at and Announcement(
            key=sent_at.isoformat(),
            scope="everywhere",
            audience="-",
            audience_name=Tri(en="All"),
            title=Tri(en="A"),
            body=Tri(en="B"),
            by_mail=False,
            created_at=sent_at,
            reminded_at=reminded_at,
        )
        for number, at in enumerate(moments):
            key = f"{number}"
            row = {"key": key, "kind": "tests.own", "person_id": person.id, "values": {}, "created_at": at}
            session.add(Notice(**row, announcement=announcement or None))
            mark = {"kind": "tests.own", "occurrence": key, "recipient": "p1", "due_at": at, "at": at}
            session.add(ReminderMark(**mark, skipped=False))


def left(app: Flask) -> tuple[int, int, int]:
    """How many notices, announcements and marks are still known."""
    with app.app_context(), unit_of_work() as session:
        notices, announcements, marks = (
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Notice, Announcement, ReminderMark)
        )
    return notices, announcements, marks


def test_it_is_done_each_day() -> None:
    assert FORGET_DAILY in PLATFORM_TRIGGERS


def test_what_was_told_long_ago_is_forgotten_and_what_was_told_since_is_not(own_app: Flask) -> None:
    write(own_app, LONG_AGO, LATELY, NOON)
    pass_a_night(own_app, FORGET_DAILY, Clock(NOON))
    assert left(own_app) == (2, 0, 2)


@pytest.mark.parametrize(
    ("sent_at", "reminded_at", "expected"),
    [(LONG_AGO, None, (0, 0)), (LONG_AGO - DAY, LONG_AGO, (0, 0)), (LATELY, None, (2, 1)), (LONG_AGO, LATELY, (2, 1))],
)
def test_an_announcement_is_forgotten_as_a_whole(
    own_app: Flask, sent_at: datetime, reminded_at: datetime | None, expected: tuple[int, int]
) -> None:
    """Else its page would say that it went to fewer people than it did."""
    write(own_app, sent_at, reminded_at or sent_at, sent_at=sent_at, reminded_at=reminded_at)
    pass_a_night(own_app, FORGET_DAILY, Clock(NOON))
    assert left(own_app)[:2] == expected


def test_many_are_forgotten_in_small_steps(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.notices.forgetting.AT_ONCE", 3)
    write(own_app, *(LONG_AGO - number * DAY for number in range(7)))
    sizes: list[int] = []

    def hear(*arguments: object) -> None:
        if str(arguments[2]).startswith(("DELETE FROM notice WHERE notice.id", "DELETE FROM reminder_mark")):
            sizes.append(len(arguments[3]))  # type: ignore[arg-type]  # what is given to the statement

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        pass_a_night(own_app, FORGET_DAILY, Clock(NOON))
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert (left(own_app), sizes) == ((0, 0, 0), [3, 3, 3, 3, 1, 1, 0, 0])


def test_what_was_forgotten_is_not_told_again(own_app: Flask) -> None:
    plan_for(own_app)
    remind_at(own_app, NOON)
    clock = Clock(NOON + KEEP)
    pass_a_night(own_app, FORGET_DAILY, clock)
    assert (left(own_app), noticed(own_app)) == ((0, 0, 0), 0)
    tick(own_app, clock)
    clock.on(minutes=5)
    tick(own_app, clock)
    assert (noticed(own_app), len(letters(own_app))) == (0, 3)
