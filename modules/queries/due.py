"""What waits in many cohorts at once: a fixed number of statements, whatever the number of cohorts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from app.accounts.rules import Reach
from app.kernel.clock import day_of
from cohorts.enums import CohortStatus
from cohorts.models import Cohort
from modules.models import Block, Module, ModuleSession, PublishedSession, ScheduleVersion
from modules.queries.attendance import Entry, attendance_rule, entries_of
from modules.queries.registers import Held, Kept, Listed, held_sessions, kept_registers, listed, marked_counts, marks_of
from modules.queries.schedule import as_draft, as_published, module_in_reach
from modules.rules.facts import FACT_NAMES
from modules.rules.publishing import DraftState, state_of

RECENT = timedelta(days=7)  # how far back registers are asked for; older ones stand on the cohort's page
_AS_TEXT = {"title", "address", "rooms", "languages", "audience", "people"}  # kept as JSON, which SQL can't compare


class Unpublished(NamedTuple):
    """What of a cohort's schedule waits to be published.

    ``first`` is when the first changed session that is not over begins, in its old or its new state.
    """

    changes: int
    first: datetime | None


def unpublished(session: Session, cohort_ids: Collection[int], *, now: datetime) -> dict[int, Unpublished]:
    """The changes of cohorts' schedules that are not published, by cohort; cohorts without any are left out.

    One statement: the database finds the rows that differ in any column, the rules say what of them is a change.
    """
    differs = [_differs(name) for name in FACT_NAMES]
    statement = (
        select(Module.cohort_id, ModuleSession, PublishedSession)
        .join(Module, Module.id == ModuleSession.module_id)
        .outerjoin(PublishedSession, and_(PublishedSession.session_id == ModuleSession.id, PublishedSession.current))
        .where(
            Module.cohort_id.in_(cohort_ids),
            or_(PublishedSession.id.is_(None), PublishedSession.module_id != ModuleSession.module_id, *differs),
        )
    )
    found: dict[int, Unpublished] = {}
    for cohort_id, draft, joined in session.execute(statement):
        shown: PublishedSession | None = joined
        state = state_of(as_draft(draft), None if shown is None else as_published(shown))
        if state in {DraftState.PUBLISHED, DraftState.GONE}:
            continue
        known = found.get(cohort_id, Unpublished(0, None))
        starts = [row.starts_at for row in (draft, shown) if row is not None and row.ends_at > now]
        first = min([*starts, *([known.first] if known.first else [])], default=None)
        found[cohort_id] = Unpublished(known.changes + 1, first)
    return found


def _differs(name: str) -> ColumnElement[bool]:
    draft, shown = getattr(ModuleSession, name), getattr(PublishedSession, name)
    if name in _AS_TEXT:
        draft, shown = cast(draft, Text), cast(shown, Text)
    return draft.is_distinct_from(shown)  # type: ignore[no-any-return]  # a column, by its name


def latest_numbers(session: Session, cohort_ids: Collection[int]) -> dict[int, int]:
    """The number of the last publication of each cohort's schedule. One statement."""
    statement = (
        select(ScheduleVersion.cohort_id, func.max(ScheduleVersion.number))
        .where(ScheduleVersion.cohort_id.in_(cohort_ids))
        .group_by(ScheduleVersion.cohort_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


@dataclass(frozen=True, slots=True)
class Due:
    """The registers of a cohort that are not complete: of today, as far as it has come, and of the week before."""

    cohort: Cohort
    modules: Mapping[int, Module]
    today: tuple[Entry, ...]
    earlier: tuple[Entry, ...]


def due_registers(session: Session, reach: Reach, *, now: datetime, only: int | None = None) -> list[Due]:
    """The registers that wait in running cohorts in reach, by code. At most seven statements.

    Only cohorts that keep registers: those whose rule asks for attendance, or with a register of the last days.

    Args:
        only: the key of one cohort.

    """
    modules = _running_modules(session, reach, only)
    cohorts = {module.cohort_id: module.cohort for module in modules}
    if not cohorts:
        return []
    held = held_sessions(
        session, module_ids=[module.id for module in modules], begin=now - RECENT, end=now + timedelta(days=1)
    )
    kept = kept_registers(session, list(cohorts), first=day_of(now) - RECENT)
    people = listed(session, list(cohorts))
    marked = _marked(session, kept, people)
    found = []
    for key, cohort in sorted(cohorts.items(), key=lambda item: item[1].code):
        own = [row for row in kept if row.cohort_id == key]
        if not own and attendance_rule(cohort) is None:
            continue
        entries = entries_of(
            [row for row in held if row.cohort_id == key], own, [row for row in people if row.cohort_id == key], marked
        )
        in_scope = {module.id: module for module in modules if module.cohort_id == key}
        open_ones = [entry for entry in entries if entry.module_id in in_scope and _is_open(entry, now)]
        if open_ones:
            today = day_of(now, cohort.time_zone)
            found.append(
                Due(
                    cohort,
                    in_scope,
                    tuple(entry for entry in open_ones if entry.slot.day >= today),
                    tuple(entry for entry in open_ones if entry.slot.day < today),
                )
            )
    return found


def _running_modules(session: Session, reach: Reach, only: int | None) -> Sequence[Module]:
    statement = (
        select(Module)
        .join(Module.cohort)
        .join(Cohort.programme)
        .where(module_in_reach(reach), Cohort.status == CohortStatus.RUNNING)
        .options(contains_eager(Module.cohort))
        .order_by(Cohort.code, Module.position)
    )
    return session.scalars(statement if only is None else statement.where(Cohort.id == only)).all()


def _marked(session: Session, kept: Sequence[Kept], people: Sequence[Listed]) -> dict[int, set[int]]:
    """Who is marked in which register; the marks themselves are read only where somebody is missing."""
    everybody: dict[int, set[int]] = {}
    for person in people:
        everybody.setdefault(person.cohort_id, set()).add(person.id)
    numbers = marked_counts(session, [row.id for row in kept])
    found: dict[int, set[int]] = {}
    for row in kept:
        whole = everybody.get(row.cohort_id, set())
        found[row.id] = whole if numbers.get(row.id, 0) >= len(whole) else set()
    partly = [key for key, marked in found.items() if not marked]
    for mark in marks_of(session, partly):
        found[mark.register_id].add(mark.enrolment_id)
    return found


def _is_open(entry: Entry, now: datetime) -> bool:
    """Whether a register should be kept by now: its first session has begun."""
    if entry.complete or not entry.expected or not entry.counted:
        return False
    return entry.kept is not None or min(row.starts_at for row in entry.sessions) <= now


class Progress(NamedTuple):
    """How far a cohort is: the number of the module that runs or ran last, and of how many; 0: before the first."""

    module: int
    modules: int


def progress(session: Session, cohort_ids: Collection[int], *, today: date) -> dict[int, Progress]:
    """How far cohorts with numbered modules are. One statement."""
    statement = (
        select(Module.cohort_id, Module.number, Block.starts_on)
        .outerjoin(Block, Block.module_id == Module.id)
        .where(Module.cohort_id.in_(cohort_ids), Module.number.is_not(None))
    )
    numbers: dict[int, set[int]] = {}
    begun: dict[int, int] = {}
    for cohort_id, number, starts_on in session.execute(statement):
        numbers.setdefault(cohort_id, set()).add(number or 0)
        if starts_on is not None and starts_on.first_day <= today:
            begun[cohort_id] = max(begun.get(cohort_id, 0), number or 0)
    return {key: Progress(begun.get(key, 0), len(found)) for key, found in numbers.items()}


def next_sessions(session: Session, module_ids: Collection[int], *, now: datetime) -> dict[int, Held]:
    """The session under way or next of each module. One statement."""
    found: dict[int, Held] = {}
    for row in held_sessions(session, module_ids=module_ids, begin=now):
        found.setdefault(row.module_id, row)
    return found
