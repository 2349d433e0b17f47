"""Registers of attendance for tests: saving, sending and reading them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cohorts.models import Cohort, Enrolment
from modules.enums import AttendanceState, Half, SessionKind
from modules.models import AttendanceMark, ModuleSession, Register
from modules.rules.attendance import Slot
from modules.services.attendance import Marking, Saved, save_register
from tests.integration.modules.world import HOME, NOW, World

TODAY = date(2026, 11, 24)
RULE = {"conditions": [{"kind": "attendance", "at_least": 80}]}
P, O, L = AttendanceState.PRESENT, AttendanceState.ONLINE, AttendanceState.LATE  # noqa: E741 - the letters of the register
E, A, S = AttendanceState.EXCUSED, AttendanceState.ABSENT, AttendanceState.SUBSTITUTED
INDEX = "/cohorts/kel-1/attendance"
PAGE = f"{INDEX}/2026-11-24/am"


def people(world: World) -> list[Enrolment]:
    """The people of the cohort by their number."""
    return list(
        world.session.scalars(
            select(Enrolment).where(Enrolment.cohort_id == world.cohort.id).order_by(Enrolment.number)
        )
    )


def held(
    world: World, day: date = TODAY, begin: str = "09:30", end: str = "12:30", title: str = "Ethics", **changes: object
) -> ModuleSession:
    """A session of a morning, or of other hours, by the clocks of Astana."""
    changes.setdefault("kind", SessionKind.LECTURE)
    hours = [datetime.strptime(clock, "%H:%M").time() for clock in (begin, end)]  # noqa: DTZ007 - times of day
    starts, ends = (datetime.combine(day, clock, tzinfo=HOME) for clock in hours)
    return world.add(title, starts_at=starts, ends_at=ends, **changes)


def keep(
    world: World,
    marks: Mapping[int, AttendanceState | Marking | None],
    day: date = TODAY,
    half: Half = Half.AM,
    meeting: ModuleSession | None = None,
    *,
    by: str = "coordinator",
    module: int = 0,
    now: datetime = NOW,
) -> Saved:
    """Save rows by number: a state stands for a first mark."""
    rows = {number: mark if isinstance(mark, Marking) else Marking(None, mark) for number, mark in marks.items()}
    return save_register(
        world.session,
        cohort=world.cohort,
        module=world.modules[module],
        slot=Slot(day, half),
        meeting=meeting,
        marks=rows,
        actor=world.actor(by),
        now=now,
    )


def saved(session: Session, day: date = TODAY, half: Half | None = Half.AM) -> dict[int, AttendanceState]:
    """What the database holds of a register, by number."""
    rows = session.execute(
        select(Enrolment.number, AttendanceMark.state)
        .join(AttendanceMark, AttendanceMark.enrolment_id == Enrolment.id)
        .join(Register, Register.id == AttendanceMark.register_id)
        .where(Register.day == day, Register.half == half)
    )
    return {row[0]: AttendanceState(row[1]) for row in rows}


def ask_for(cohort: Cohort, rule: Mapping[str, object] = RULE) -> None:
    """Give a cohort a rule of completion."""
    cohort.completion_rule = dict(rule)


def working_days(first: date, count: int) -> list[date]:
    """So many days from Monday to Friday."""
    days = (first + timedelta(days=n) for n in range(count * 2))
    return [day for day in days if day.weekday() < 5][:count]
