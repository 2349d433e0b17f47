"""Registers that nobody kept: for reminding those who should have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from cohorts.enums import CohortStatus
from cohorts.models import Cohort
from modules.models import Module, ModuleSession
from modules.queries.attendance import Entry, attendance_rule, entries_of
from modules.queries.due import RECENT
from modules.queries.registers import held_sessions, kept_registers, listed
from modules.rules.times import at_clock

MORNING = time(9)
DAY = timedelta(days=1)
LONGEST, SHORTEST = timedelta(hours=34), timedelta(hours=8)  # from the start of a session until the next morning


@dataclass(frozen=True, slots=True)
class Unkept:
    """The half-days of a module's day of which nobody kept a register by the next morning.

    Args:
        module: with its cohort and programme.
        at: nine o'clock on the next day, by the clocks of the place.

    """

    module: Module
    day: date
    at: datetime
    entries: tuple[Entry, ...]


def unkept_registers(session: Session, begin: datetime, end: datetime) -> list[Unkept]:
    """The registers of running cohorts that nobody kept, whose next morning lies between two moments.

    Only of cohorts that keep registers: see :func:`modules.queries.due.due_registers`. At most five statements.
    """
    modules = _modules_between(session, begin - LONGEST, end - SHORTEST)
    cohorts = {module.cohort_id: module.cohort for module in modules.values()}
    if not cohorts:
        return []
    held = held_sessions(session, module_ids=list(modules), begin=begin - LONGEST, end=end - SHORTEST)
    kept = kept_registers(session, list(cohorts), first=(begin - RECENT).date())
    people = listed(session, list(cohorts))
    found: dict[tuple[int, date], list[Entry]] = {}
    for key, cohort in sorted(cohorts.items()):
        own = [row for row in kept if row.cohort_id == key]
        if not own and attendance_rule(cohort) is None:
            continue
        theirs = [row for row in people if row.cohort_id == key]
        for entry in entries_of([row for row in held if row.cohort_id == key], own, theirs, {}):
            if entry.kept is None and entry.expected:
                found.setdefault((entry.module_id, entry.slot.day), []).append(entry)
    mornings = [
        Unkept(modules[key], day, _morning_after(day, entries), tuple(entries))
        for (key, day), entries in sorted(found.items())
    ]
    return [one for one in mornings if begin < one.at <= end]


def _modules_between(session: Session, begin: datetime, end: datetime) -> dict[int, Module]:
    """The modules of running cohorts with sessions that begin in a period."""
    then = select(ModuleSession.module_id).where(ModuleSession.starts_at > begin, ModuleSession.starts_at <= end)
    rows = session.scalars(
        select(Module)
        .join(Module.cohort)
        .where(Module.id.in_(then), Cohort.status == CohortStatus.RUNNING)
        .options(joinedload(Module.cohort).joinedload(Cohort.programme))
        .order_by(Module.id)
    )
    return {module.id: module for module in rows}


def _morning_after(day: date, entries: Sequence[Entry]) -> datetime:
    """By the clocks of the place where the day began; entries come in order of time, and so do their sessions."""
    return at_clock(day + DAY, MORNING, entries[0].sessions[0].time_zone)
