"""Registers and the sessions that they are kept of: plain rows, one statement each, whatever the number of rows."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.kernel.tri import Tri
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment
from modules.enums import AttendanceState, Half, SessionStatus
from modules.models import AttendanceMark, Module, ModuleSession, Register
from modules.rules.attendance import COUNTED_KINDS, EVERYBODY, Audience, Slot, audience_of, half_of, halves_of
from modules.rules.laying import Span

MARGIN = timedelta(hours=27)  # half a day, and the 15 hours by which zones differ from UTC at most


class Held(NamedTuple):
    """A session that a register is kept of; ``slots`` are its half-days by the clocks of the place.

    ``online``: it has a link and no place, so that nobody can be in the room.
    """

    id: int
    cohort_id: int
    module_id: int
    title: Tri
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    audience: Audience
    slots: tuple[Slot, ...]
    online: bool


class Kept(NamedTuple):
    """A register that was saved at least once; ``slot`` is its half-day, for a session the one in which it begins."""

    id: int
    cohort_id: int
    module_id: int
    slot: Slot
    session_id: int | None
    title: Tri | None
    saved_at: datetime
    saved_by: str


class Listed(NamedTuple):
    """Somebody of a cohort who did not withdraw."""

    id: int
    cohort_id: int
    number: int
    group_id: int | None


class Entered(NamedTuple):
    """Somebody of a cohort; ``active``: who did not withdraw."""

    id: int
    number: int
    group_id: int | None
    active: bool


class Mark(NamedTuple):
    """How somebody stands in a register."""

    register_id: int
    enrolment_id: int
    state: AttendanceState
    at: datetime
    by: str


def held_sessions(
    session: Session,
    *,
    cohort_ids: Collection[int] = (),
    module_ids: Collection[int] = (),
    begin: datetime | None = None,
    end: datetime | None = None,
) -> list[Held]:
    """The sessions of cohorts or of modules that registers are kept of and that touch a period, in order of time."""
    statement = (
        select(
            ModuleSession.id,
            Module.cohort_id,
            ModuleSession.module_id,
            ModuleSession.title,
            ModuleSession.starts_at,
            ModuleSession.ends_at,
            ModuleSession.time_zone,
            ModuleSession.audience,
            ModuleSession.rooms,
            ModuleSession.address,
            ModuleSession.link,
        )
        .join(ModuleSession.module)
        .where(ModuleSession.kind.in_(COUNTED_KINDS), ModuleSession.status != SessionStatus.CANCELLED)
        .order_by(ModuleSession.starts_at, ModuleSession.id)
    )
    if cohort_ids:
        statement = statement.where(Module.cohort_id.in_(cohort_ids))
    else:
        statement = statement.where(Module.id.in_(module_ids))
    if begin is not None:
        statement = statement.where(ModuleSession.ends_at > begin)
    if end is not None:
        statement = statement.where(ModuleSession.starts_at < end)
    return [
        Held(
            *row[:7],
            audience=audience_of(row.audience),
            slots=halves_of(row.starts_at, row.ends_at, row.time_zone),
            online=bool(row.link) and not (row.rooms or row.address),
        )
        for row in session.execute(statement)
    ]


def kept_registers(
    session: Session, cohort_ids: Collection[int], *, first: date | None = None, last: date | None = None
) -> list[Kept]:
    """The registers of cohorts, of days from ``first`` to ``last``, in order of time."""
    statement = (
        select(Register, ModuleSession.title, ModuleSession.starts_at, ModuleSession.time_zone, User.display_name)
        .outerjoin(ModuleSession, ModuleSession.id == Register.session_id)
        .outerjoin(User, User.id == Register.saved_by_id)
        .where(Register.cohort_id.in_(cohort_ids))
    )
    if first is not None:
        statement = statement.where(Register.day >= first)
    if last is not None:
        statement = statement.where(Register.day <= last)
    found = []
    for row, title, starts_at, zone, name in session.execute(statement):
        slot = Slot(row.day, Half(row.half) if row.half else half_of(starts_at, zone).half)
        found.append(Kept(row.id, row.cohort_id, row.module_id, slot, row.session_id, title, row.saved_at, name or ""))
    return sorted(found, key=lambda kept: (kept.slot, kept.id))


def listed(session: Session, cohort_ids: Collection[int]) -> list[Listed]:
    """Those of cohorts who did not withdraw, by their number in the list."""
    statement = (
        select(Enrolment.id, Enrolment.cohort_id, Enrolment.number, Enrolment.group_id)
        .where(Enrolment.cohort_id.in_(cohort_ids), Enrolment.status != EnrolmentStatus.WITHDRAWN)
        .order_by(Enrolment.cohort_id, Enrolment.number)
    )
    return [Listed._make(row) for row in session.execute(statement)]


def entered(session: Session, cohort_id: int) -> list[Entered]:
    """Everybody of a cohort, by their number in the list."""
    statement = (
        select(Enrolment.id, Enrolment.number, Enrolment.group_id, Enrolment.status != EnrolmentStatus.WITHDRAWN)
        .where(Enrolment.cohort_id == cohort_id)
        .order_by(Enrolment.number)
    )
    return [Entered._make(row) for row in session.execute(statement)]


def marks_of(session: Session, register_ids: Collection[int]) -> list[Mark]:
    """The marks of a few registers, and who set each when."""
    statement = (
        select(
            AttendanceMark.register_id,
            AttendanceMark.enrolment_id,
            AttendanceMark.state,
            AttendanceMark.marked_at,
            User.display_name,
        )
        .outerjoin(User, User.id == AttendanceMark.marked_by_id)
        .where(AttendanceMark.register_id.in_(register_ids))
    )
    return [Mark(row[0], row[1], AttendanceState(row[2]), row[3], row[4] or "") for row in session.execute(statement)]


def states_in(session: Session, cohort_id: int) -> dict[int, dict[int, AttendanceState]]:
    """All marks of a cohort: by register, then by enrolment."""
    statement = (
        select(AttendanceMark.register_id, AttendanceMark.enrolment_id, AttendanceMark.state)
        .join(Register, Register.id == AttendanceMark.register_id)
        .where(Register.cohort_id == cohort_id)
    )
    found: dict[int, dict[int, AttendanceState]] = {}
    for register_id, enrolment_id, state in session.execute(statement):
        found.setdefault(register_id, {})[enrolment_id] = AttendanceState(state)
    return found


def state_counts(
    session: Session, cohort_id: int, *, but: Collection[int] = ()
) -> dict[int, dict[AttendanceState, int]]:
    """How often each person of a cohort was marked how, without the registers ``but``."""
    statement = (
        select(AttendanceMark.enrolment_id, AttendanceMark.state, func.count())
        .join(Register, Register.id == AttendanceMark.register_id)
        .where(Register.cohort_id == cohort_id, Register.id.not_in(but))
        .group_by(AttendanceMark.enrolment_id, AttendanceMark.state)
    )
    found: dict[int, dict[AttendanceState, int]] = {}
    for enrolment_id, state, number in session.execute(statement):
        found.setdefault(enrolment_id, {})[AttendanceState(state)] = number
    return found


def marked_counts(session: Session, register_ids: Collection[int]) -> dict[int, int]:
    """How many people who did not withdraw are marked in each register."""
    statement = (
        select(AttendanceMark.register_id, func.count())
        .join(AttendanceMark.enrolment)
        .where(AttendanceMark.register_id.in_(register_ids), Enrolment.status != EnrolmentStatus.WITHDRAWN)
        .group_by(AttendanceMark.register_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def noon_of(day: date) -> datetime:
    """A moment in the middle of a day, for looking around it."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def held_on(session: Session, module_ids: Collection[int], day: date) -> list[Held]:
    """The sessions of modules with a half-day on this day, by the clocks of their places."""
    noon = noon_of(day)
    found = held_sessions(session, module_ids=module_ids, begin=noon - MARGIN, end=noon + MARGIN)
    return [meeting for meeting in found if any(slot.day == day for slot in meeting.slots)]


def find_register(
    session: Session, cohort_id: int, *, day: date, half: Half | None, meeting: ModuleSession | None
) -> Register | None:
    """The register of a session, or of a half-day of a cohort, whichever module it belongs to."""
    wanted = select(Register).where(Register.cohort_id == cohort_id)
    if meeting is not None:
        return session.scalar(wanted.where(Register.session_id == meeting.id))
    return session.scalar(wanted.where(Register.day == day, Register.half == half))


def module_at(modules: Sequence[Module], slot: Slot, held: Sequence[Held], kept: Register | None) -> Module | None:
    """The module that a half-day belongs to: of its register, of its sessions, of the day's, or whose block it is.

    Args:
        modules: those in scope, with their blocks; None is the answer when it belongs to none of them.
        kept: its register if there is one, which decides alone; held: else the sessions of that day.

    """
    by_id = {module.id: module for module in modules}
    if kept is not None:
        return by_id.get(kept.module_id)
    at_once = [row.module_id for row in held if slot in row.slots]
    same_day = [row.module_id for row in held]
    spans = [(module.id, Span(block.starts_on, block.ends_on)) for module in modules for block in module.blocks]
    surely = [key for key, span in spans if span.holds(slot.day)]
    perhaps = [key for key, span in spans if span.touches(slot.day)]
    return next((by_id[key] for key in (*at_once, *same_day, *surely, *perhaps)), None)


def audience_at(held: Iterable[Held], *, day: date, half: Half | None, meeting: ModuleSession | None) -> Audience:
    """Whom a register is for: those of its session, or of all sessions of its half-day; everybody if there is none."""
    if meeting is not None:
        return audience_of(meeting.audience)
    found = [row.audience for row in held if half and Slot(day, half) in row.slots]
    return reduce(Audience.joined, found) if found else EVERYBODY


def not_counted(kept: Sequence[Kept]) -> set[int]:
    """The registers of sessions that lie in a half-day with a register of its own: nobody is counted twice."""
    halves = {(register.cohort_id, register.slot) for register in kept if register.session_id is None}
    return {register.id for register in kept if register.session_id and (register.cohort_id, register.slot) in halves}
