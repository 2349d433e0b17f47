"""Saving registers of attendance: row by row, so that two people can keep one register at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel import clock
from app.kernel.errors import DomainError
from app.kernel.words import Message
from cohorts.enums import CohortStatus
from cohorts.models import Cohort
from modules.enums import AttendanceState, SessionStatus
from modules.models import AttendanceMark, Module, ModuleSession, Register
from modules.queries.registers import Entered, Held, Mark, audience_at, entered, find_register, held_on, marks_of
from modules.queries.schedule import zone_at
from modules.rules.attendance import Audience, Marking, Merged, Slot, check_register, merge, within
from modules.rules.laying import Span

__all__ = ["Clash", "Marking", "Saved", "save_register", "shift_registers"]


@dataclass(frozen=True, slots=True)
class Clash:
    """A row that somebody else changed meanwhile to another state than the one wanted.

    Args:
        saved: what is saved now; None: the other one cleared it.
        by, at: who set it and when, if it is set.

    """

    enrolment_id: int
    saved: AttendanceState | None
    wanted: AttendanceState | None
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: ``written`` rows changed, ``clashes`` did not and are to be decided.

    ``left``: how many of those whom the register is for are not marked yet.
    """

    written: int
    left: int
    clashes: tuple[Clash, ...] = ()


def save_register(
    session: Session,
    *,
    cohort: Cohort,
    module: Module,
    slot: Slot,
    meeting: ModuleSession | None = None,
    marks: Mapping[int, Marking],
    rest: AttendanceState | None = None,
    actor: Actor | None,
    now: datetime,
) -> Saved:
    """Save rows of the register of a half-day (``slot``) or of one session (``meeting``).

    Rows that are not sent, or that their sender didn't touch, stay as they are; a first save makes the register. Rows
    that somebody else changed meanwhile to another state than the one wanted are not written but come back as clashes:
    the caller shows them, and keeps the rest.

    Args:
        slot: for a session the one in which it begins by the clocks of its place.
        marks: by number in the list, what the page showed and what is wanted.
        rest: the state of everybody it is for who is marked neither here nor yet; None: they stay unmarked.

    Raises:
        DomainError: the cohort is closed, the day has not come or is not the module's, the half-day belongs to another
            module, the session is cancelled, or somebody marked withdrew or is not among those it is for.

    """
    day, half = slot.day, None if meeting else slot.half
    status = _lock(session, cohort)
    held = held_on(session, (module.id,), day)
    _check_day(status, cohort.time_zone, module, day, held, now)
    register = find_register(session, cohort.id, day=day, half=half, meeting=meeting)
    _check_register(module, register, meeting)
    before = {mark.enrolment_id: mark for mark in marks_of(session, (register.id,))} if register else {}
    people = entered(session, cohort.id)
    audience = audience_at(held, day=day, half=half, meeting=meeting)
    expected = [row.id for row in people if row.active and audience.expects(row.id, row.group_id)]
    wanted = _with_rest(_by_enrolment(people, marks), rest, expected, before)
    outcome = _outcome(before, wanted)
    changed = [key for key, merged in outcome.items() if merged is not Merged.LEFT]
    _check_people(people, changed, audience, marked=before)
    clashes = tuple(_clash(key, wanted[key], before.get(key)) for key in changed if outcome[key] is Merged.CLASH)
    written = {key: wanted[key].wanted for key in changed if outcome[key] is Merged.WRITTEN}
    if written:
        place = {"cohort_id": cohort.id, "module_id": module.id, "day": day, "half": half}
        register = register or Register(**place, session_id=meeting.id if meeting else None)
        _write(session, register, before, written, actor, now)
        _record(session, register, before, written, actor, now)
    return Saved(len(written), sum(written.get(key, before.get(key)) is None for key in expected), clashes)


def shift_registers(session: Session, *, cohort: Cohort, days: int) -> None:
    """Move the registers of a cohort that is moved as a whole (see :func:`modules.services.move_schedule`)."""
    found = session.scalars(select(Register).where(Register.cohort_id == cohort.id).order_by(Register.day)).all()
    for register in reversed(found) if days > 0 else found:  # one by one, so that no two share a half-day meanwhile
        register.day += timedelta(days=days)
        session.flush()


def _lock(session: Session, cohort: Cohort) -> CohortStatus:
    """Let nobody else save a register of the cohort meanwhile; its status as it is now."""
    return session.execute(
        select(Cohort.status).where(Cohort.id == cohort.id).with_for_update(key_share=True)
    ).scalar_one()


def _by_enrolment(people: Sequence[Entered], marks: Mapping[int, Marking]) -> dict[int, Marking]:
    """The same marks by enrolment."""
    found = {row.id: marks[row.number] for row in people if row.number in marks}
    strange = sorted(marks.keys() - {row.number for row in people})
    if strange:
        raise DomainError(
            Message(
                "Nothing was saved: there is no No. %(n)s in this list. Use a number of its first column.", n=strange[0]
            )
        )
    return found


def _with_rest(
    marks: Mapping[int, Marking], rest: AttendanceState | None, expected: Collection[int], before: Collection[int]
) -> dict[int, Marking]:
    """The marks, and those of the others whom the button for the rest means."""
    left = [key for key in expected if key not in before and not (key in marks and marks[key].wanted)] if rest else ()
    return {**marks, **dict.fromkeys(left, Marking(None, rest))}


def _outcome(before: Mapping[int, Mark], marks: Mapping[int, Marking]) -> dict[int, Merged]:
    return {key: merge(before[key].state if key in before else None, marking) for key, marking in sorted(marks.items())}


def _check_day(
    status: CohortStatus, home: str, module: Module, day: date, held: Collection[Held], now: datetime
) -> None:
    spans = [Span(block.starts_on, block.ends_on) for block in module.blocks]
    inside = within(day, spans, {slot.day for meeting in held for slot in meeting.slots})
    check_register(status, day, inside=inside, today=clock.day_of(now, zone_at(module, day, home)))


def _check_register(module: Module, register: Register | None, meeting: ModuleSession | None) -> None:
    if register is not None and register.module_id != module.id:
        raise DomainError(Message("Nothing was saved: the register of this half-day belongs to another module."))
    if meeting is not None and meeting.status == SessionStatus.CANCELLED:
        raise DomainError(Message("Nothing was saved: the session is cancelled."))


def _check_people(
    people: Sequence[Entered], changed: Collection[int], audience: Audience, *, marked: Collection[int]
) -> None:
    """Marks are for people of the cohort whom it is for; one that is there stays correctable when the group changed."""
    for row in people:
        if row.id not in changed:
            continue
        if not row.active:
            raise DomainError(Message("Nothing was saved: No. %(n)s has withdrawn from the cohort.", n=row.number))
        if row.id not in marked and not audience.expects(row.id, row.group_id):
            raise DomainError(Message("Nothing was saved: the sessions are not for No. %(n)s.", n=row.number))


def _clash(key: int, marking: Marking, saved: Mark | None) -> Clash:
    if saved is None:
        return Clash(key, None, marking.wanted)
    return Clash(key, saved.state, marking.wanted, saved.by, saved.at)


def _write(
    session: Session,
    register: Register,
    before: Collection[int],
    written: Mapping[int, AttendanceState | None],
    actor: Actor | None,
    now: datetime,
) -> None:
    """Write the rows: one statement for the new ones, and one for each state that others are changed to."""
    user_id = actor.user_id if actor else None
    register.saved_at, register.saved_by_id = now, user_id
    session.add(register)
    session.flush()
    stamp = {"marked_at": now, "marked_by_id": user_id}
    new = [
        {"register_id": register.id, "enrolment_id": key, "state": state, **stamp}
        for key, state in written.items()
        if key not in before
    ]
    if new:
        session.execute(insert(AttendanceMark), new)
    corrected = [(state or "", key) for key, state in written.items() if key in before]
    for state, rows in groupby(sorted(corrected), key=itemgetter(0)):
        there = AttendanceMark.register_id == register.id, AttendanceMark.enrolment_id.in_([key for _, key in rows])
        if state:
            session.execute(update(AttendanceMark).where(*there).values(state=state, **stamp))
        else:
            session.execute(delete(AttendanceMark).where(*there))


def _record(
    session: Session,
    register: Register,
    before: Mapping[int, Mark],
    written: Mapping[int, AttendanceState | None],
    actor: Actor | None,
    now: datetime,
) -> None:
    """The audit names each mark that took the place of another; first marks stand in the register itself."""
    corrected = {
        str(key): [str(before[key].state), str(state or "")] for key, state in written.items() if key in before
    }
    record(
        session,
        act="modules.register_saved",
        subject="register",
        subject_id=register.id,
        actor=actor,
        now=now,
        cohort=register.cohort_id,
        day=register.day.isoformat(),
        half=str(register.half or ""),
        meeting=register.session_id,
        rows=len(written),
        corrected=corrected,
    )
