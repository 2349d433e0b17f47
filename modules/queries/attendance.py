"""Attendance of a cohort: its half-days and registers, what each person's come to, and what the condition says."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.tri import Tri
from app.kernel.words import Message
from cohorts.conditions import Evidence, Finding
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment
from cohorts.schema import AttendanceSpec, CompletionSpec
from cohorts.signals import Matter
from modules.enums import ATTENDANCE_LABELS, AttendanceState, Half
from modules.models import AttendanceMark, Module, ModuleSession, Register
from modules.queries.registers import Held, Kept, Listed, held_sessions, kept_registers, listed, not_counted, states_in
from modules.queries.schedule import modules_of
from modules.rules.attendance import (
    ATTENDED,
    EVERYBODY,
    Audience,
    Excused,
    Slot,
    Standing,
    Tally,
    half_of,
    has_ended,
    may_still_be_held,
    standing,
    verdict,
)
from modules.rules.laying import Span

HALF_WORDS = {Half.AM: Message("morning"), Half.PM: Message("afternoon")}
MOST_ABSENCES = 6  # that a finding names one by one
_SAID = "%(percent)s%% (%(attended)s/%(counted)s)"  # alike in every language
_ABSENCE = "%(day)s, %(half)s: %(state)s"  # alike in every language


@dataclass(frozen=True, slots=True)
class Entry:
    """A half-day (or a session with a register of its own) of a cohort.

    Args:
        kept: its register; None: nobody saved one yet.
        sessions: what is held then; empty when the schedule names nothing.
        expected: how many people it is for; marked: how many of them have a mark.
        single: it is the register of one session.
        counted: whether it enters the percentages (see :func:`modules.queries.registers.not_counted`).

    """

    slot: Slot
    module_id: int
    kept: Kept | None
    sessions: tuple[Held, ...]
    audience: Audience
    expected: int
    marked: int
    single: bool = False
    counted: bool = True

    @property
    def complete(self) -> bool:
        """Whether everybody expected is marked."""
        return self.kept is not None and self.marked >= self.expected


@dataclass(frozen=True, slots=True)
class Roll:
    """All of a cohort's attendance.

    Args:
        entries: half-days and session registers, in order of time.
        people: those who did not withdraw.
        states: by register and enrolment.
        tallies: what each person's registers come to, by enrolment.

    """

    entries: tuple[Entry, ...]
    people: tuple[Listed, ...]
    states: Mapping[int, Mapping[int, AttendanceState]]
    tallies: Mapping[int, Tally]


def attendance_rule(cohort: Cohort) -> AttendanceSpec | None:
    """The condition of attendance in a cohort's rule, if it has one."""
    spec = CompletionSpec.model_validate(cohort.completion_rule)
    return next((found for found in spec.conditions if isinstance(found, AttendanceSpec)), None)


def roll_of(
    session: Session, cohort: Cohort, *, excused: Excused = "left_out", module_ids: Collection[int] | None = None
) -> Roll:
    """The attendance of a cohort, or of some of its modules only. Four statements.

    A person's percentage is that of the half-days (and session registers) in which the person has a mark: attended are
    those in the room, online and late; an excused absence counts as the rule says. Who is expected in a register that
    was kept but has no mark there is "unmarked", which is neither attended nor absent. A session's register does not
    count beside that of its half-day.
    """
    held = held_sessions(session, cohort_ids=(cohort.id,))
    kept = kept_registers(session, (cohort.id,))
    people = tuple(listed(session, (cohort.id,)))
    states = states_in(session, cohort.id) if kept else {}
    entries = entries_of(held, kept, people, {key: set(found) for key, found in states.items()})
    if module_ids is not None:
        entries = [entry for entry in entries if entry.module_id in module_ids]
    return Roll(tuple(entries), people, states, _tallies(entries, people, states, excused))


def entries_of(
    held: Sequence[Held], kept: Sequence[Kept], people: Sequence[Listed], marked: Mapping[int, set[int]]
) -> list[Entry]:
    """The half-days of one cohort's sessions and registers, in order of time.

    A half-day of which only a session's register is kept has none of its own. Of a session that was cancelled after its
    register was kept, nobody is expected who is not marked.

    Args:
        marked: who has a mark in which register.

    """
    by_slot: dict[Slot, list[Held]] = {}
    for meeting in held:
        for slot in meeting.slots:
            by_slot.setdefault(slot, []).append(meeting)
    by_id = {meeting.id: meeting for meeting in held}
    halves = {register.slot: register for register in kept if register.session_id is None}
    singles = [register for register in kept if register.session_id is not None]
    beside = not_counted(kept)
    found = [
        _entry(slot, halves.get(slot), by_slot.get(slot, []), people, marked)
        for slot in by_slot.keys() | halves.keys()
        if slot in halves or not any(register.slot == slot for register in singles)
    ]
    for register in singles:
        meetings = [by_id[register.session_id]] if register.session_id in by_id else []
        entry = _entry(register.slot, register, meetings, people, marked, single=True)
        found.append(replace(entry, counted=register.id not in beside))
    return sorted(found, key=lambda entry: (entry.slot, entry.single, entry.kept.id if entry.kept else 0))


def _entry(
    slot: Slot,
    register: Kept | None,
    meetings: Sequence[Held],
    people: Sequence[Listed],
    marked: Mapping[int, set[int]],
    *,
    single: bool = False,
) -> Entry:
    audience = Audience() if meetings or single else EVERYBODY
    for meeting in meetings:
        audience = audience.joined(meeting.audience)
    expected = {person.id for person in people if audience.expects(person.id, person.group_id)}
    return Entry(
        slot=slot,
        module_id=register.module_id if register else meetings[0].module_id,
        kept=register,
        sessions=tuple(meetings),
        audience=audience,
        expected=len(expected),
        marked=len(expected & marked.get(register.id, set())) if register else 0,
        single=single,
    )


def _tallies(
    entries: Sequence[Entry],
    people: Sequence[Listed],
    states: Mapping[int, Mapping[int, AttendanceState]],
    excused: Excused,
) -> dict[int, Tally]:
    marks: dict[int, Counter[AttendanceState]] = {person.id: Counter() for person in people}
    unmarked: Counter[int] = Counter()
    for entry in entries:
        if entry.kept is None or not entry.counted:
            continue
        found = states.get(entry.kept.id, {})
        for person in people:
            state = found.get(person.id)
            if state is not None:
                marks[person.id][state] += 1
            elif entry.audience.expects(person.id, person.group_id):
                unmarked[person.id] += 1
    return {person.id: Tally(marks[person.id], unmarked[person.id], excused) for person in people}


def judge(
    session: Session, cohort: Cohort, condition: AttendanceSpec, *, now: datetime | None = None
) -> dict[int, Finding]:
    """How everybody of a cohort who did not withdraw stands to its condition of attendance, by enrolment.

    OPEN while nothing was marked for the person, and while what may yet be held (the schedule, and every weekday of the
    blocks ahead) can still change the outcome; MET or NOT_MET as soon as it cannot. Past its last day nothing more is
    held, but whoever a register leaves unmarked may still have been absent: that alone keeps it open then. A closed
    cohort is judged by the marks that are there. ``now`` None is this moment.
    """
    roll = roll_of(session, cohort, excused=condition.excused)
    today = clock.day_of(now or clock.now(), cohort.time_zone)
    ended = has_ended(cohort.status, cohort.ends_on.last_day if cohort.ends_on else None, today=today)
    ahead = 0 if ended else _ahead(modules_of(session, cohort.id), roll, today)

    def still(person: Listed) -> int | None:
        if cohort.status == CohortStatus.CLOSED:
            return 0
        return roll.tallies[person.id].unmarked if ended else _still(roll, person, ahead, today)

    return {
        person.id: Finding(
            verdict=verdict(roll.tallies[person.id], condition.at_least, still=still(person)),
            said=said(roll.tallies[person.id]),
            evidence=_evidence(cohort, roll, person),
        )
        for person in roll.people
    }


def said(tally: Tally) -> Message:
    """A percentage with what it is of: 92% (22/24)."""
    if tally.percent is None:
        return Message("No register was kept yet")
    return Message(_SAID, percent=tally.percent, attended=tally.attended, counted=tally.counted)


def _ahead(modules: Sequence[Module], roll: Roll, today: date) -> int | None:
    spans = [
        Span(block.starts_on, block.ends_on)
        for module in modules
        for block in module.blocks
        if module.number is not None or block.starts_on is not None  # an undated defence day says nothing of half-days
    ]
    scheduled = {entry.slot for entry in roll.entries if entry.slot.day >= today}
    kept = {entry.slot for entry in roll.entries if entry.kept}
    return may_still_be_held(spans, scheduled, kept, today=today)


def _still(roll: Roll, person: Listed, ahead: int | None, today: date) -> int | None:
    """What may yet be marked for somebody: all ahead, and what is past but not marked."""
    if ahead is None:
        return None
    missed = sum(
        1
        for entry in roll.entries
        if entry.kept is None and entry.slot.day < today and entry.audience.expects(person.id, person.group_id)
    )
    return ahead + missed + roll.tallies[person.id].unmarked


def _evidence(cohort: Cohort, roll: Roll, person: Listed) -> tuple[Evidence, ...]:
    """The person's half-days on one page, and each of the last absences on its register."""
    own = Evidence(Message("Attendance register"), "attendance.person", {"code": cohort.code, "number": person.number})
    absences = [
        (entry, state)
        for entry in reversed(roll.entries)
        if entry.kept and (state := roll.states.get(entry.kept.id, {}).get(person.id)) and state not in ATTENDED
    ]
    named = [
        Evidence(
            Message(
                _ABSENCE,
                day=f"{entry.slot.day:%d.%m.%Y}",
                half=HALF_WORDS[entry.slot.half],
                state=ATTENDANCE_LABELS[state],
            ),
            *address_of(cohort.code, entry),
        )
        for entry, state in absences[:MOST_ABSENCES]
    ]
    return (own, *reversed(named)) if roll.tallies[person.id].counted else ()


def address_of(code: str, entry: Entry) -> tuple[str, dict[str, Any]]:
    """The endpoint and values of an entry's register."""
    if entry.single and entry.kept:
        return "attendance.meeting", {"code": code, "number": entry.kept.session_id}
    return "attendance.half_day", {"code": code, "day": entry.slot.day.isoformat(), "half": entry.slot.half.value}


class OwnLine(NamedTuple):
    """A half-day of somebody's own; ``title`` is that of the session when the register is of one."""

    slot: Slot
    title: Tri | None
    state: AttendanceState


@dataclass(frozen=True, slots=True)
class OwnAttendance:
    """Somebody's own attendance, for their page.

    Args:
        tally: what it comes to; ``tally.percent`` is None while nothing counts.
        at_least: the percentage that the programme asks for; None: it asks for none.
        standing: how it stands to that, or None.
        lines: each half-day with a mark, in order of time.

    """

    tally: Tally
    at_least: int | None
    standing: Standing | None
    lines: tuple[OwnLine, ...]


def own_attendance(session: Session, enrolment_id: int) -> OwnAttendance | None:
    """What the registers say of one enrolment; None for who withdrew or does not exist. Two statements.

    ``OwnAttendance.tally`` has ``percent``, ``attended``, ``counted``; show the percentage with its base ("92%, 22 of
    24 half-days"), and nothing when ``percent`` is None.
    """
    found = session.execute(
        select(Enrolment, Cohort)
        .join(Enrolment.cohort)
        .where(Enrolment.id == enrolment_id, Enrolment.status != EnrolmentStatus.WITHDRAWN)
    ).first()
    if found is None:
        return None
    cohort: Cohort = found[1]
    statement = (
        select(Register.day, Register.half, Register.session_id, AttendanceMark.state)
        .add_columns(ModuleSession.title, ModuleSession.starts_at, ModuleSession.time_zone)
        .outerjoin(
            AttendanceMark, and_(AttendanceMark.register_id == Register.id, AttendanceMark.enrolment_id == enrolment_id)
        )
        .outerjoin(ModuleSession, ModuleSession.id == Register.session_id)
        .where(Register.cohort_id == cohort.id)
        .order_by(Register.day, Register.half, Register.id)
    )
    rows = session.execute(statement).all()
    halves = {Slot(row.day, Half(row.half)) for row in rows if row.half}
    lines = []
    for row in rows:
        slot = Slot(row.day, Half(row.half) if row.half else half_of(row.starts_at, row.time_zone).half)
        if row.state and (row.half or slot not in halves):
            lines.append(OwnLine(slot, row.title, AttendanceState(row.state)))
    rule = attendance_rule(cohort)
    tally = Tally(Counter(line.state for line in lines), 0, rule.excused if rule else "left_out")
    lines.sort(key=lambda line: line.slot)
    own = standing(tally, rule.at_least) if rule else None
    return OwnAttendance(tally, rule.at_least if rule else None, own, tuple(lines))


def open_registers(session: Session, cohort: Cohort) -> list[Matter]:
    """The registers that were begun and leave people out: open matters of a cohort whose rule asks for attendance."""
    if attendance_rule(cohort) is None:
        return []
    begun = [entry for entry in roll_of(session, cohort).entries if entry.kept and entry.counted and not entry.complete]
    return [
        Matter(
            Message(
                "Mark who was there: %(n)s unmarked on %(day)s, %(half)s",
                n=entry.expected - entry.marked,
                day=f"{entry.slot.day:%d.%m.%Y}",
                half=HALF_WORDS[entry.slot.half],
            ),
            *address_of(cohort.code, entry),
        )
        for entry in begun
    ]
