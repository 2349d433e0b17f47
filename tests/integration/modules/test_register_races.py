"""Two people save one register at the same moment, with real commits: nothing is lost, nobody is marked twice."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.kernel.unit import unit_of_work
from cohorts.models import Cohort
from modules.enums import AttendanceState, Half
from modules.models import AttendanceMark, Register
from modules.queries.schedule import modules_of
from modules.rules.attendance import Slot
from modules.services.attendance import Marking, Saved, save_register
from tests.integration.modules.registers import TODAY, A, P
from tests.integration.modules.world import NOW, make_world

PEOPLE = 30


@pytest.fixture
def ready(own_app: Flask) -> Flask:
    """A cohort without any register."""
    with own_app.app_context(), unit_of_work() as session:
        make_world(session, people=PEOPLE)
    return own_app


def together(app: Flask, *rows: dict[int, AttendanceState]) -> list[Saved]:
    """Save these rows, by number, at the same moment."""
    barrier = Barrier(len(rows))
    found: list[Saved] = []

    def run(marks: dict[int, AttendanceState]) -> None:
        barrier.wait(10)
        with app.app_context(), unit_of_work() as session:
            cohort = session.scalars(select(Cohort)).one()
            saved = save_register(
                session,
                cohort=cohort,
                module=modules_of(session, cohort.id)[0],
                slot=Slot(TODAY, Half.AM),
                marks={number: Marking(None, state) for number, state in marks.items()},
                actor=None,
                now=NOW + timedelta(minutes=1),
            )
            found.append(saved)

    threads = [Thread(target=run, args=(marks,)) for marks in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == len(rows)
    return found


def counted(app: Flask, column: Callable[[], object]) -> int:
    """How many rows of a table there are."""
    with app.app_context(), unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(column)) or 0  # type: ignore[arg-type]  # a table


def test_two_halves_of_one_register(ready: Flask) -> None:
    first = dict.fromkeys(range(1, 16), P)
    second = dict.fromkeys(range(16, PEOPLE + 1), A)
    saved = together(ready, first, second)
    assert [one.clashes for one in saved] == [(), ()]
    assert (counted(ready, Register), counted(ready, AttendanceMark)) == (1, PEOPLE)


def test_the_same_rows_in_two_ways(ready: Flask) -> None:
    saved = together(ready, dict.fromkeys(range(1, 11), P), {**dict.fromkeys(range(1, 11), A), 11: P})
    assert sorted(len(one.clashes) for one in saved) == [0, 10]
    assert sum(one.written for one in saved) == 11
    assert (counted(ready, Register), counted(ready, AttendanceMark)) == (1, 11)
