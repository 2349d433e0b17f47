"""Registers of attendance: the half-days of a schedule, percentages, verdicts, and two saves put together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from app.kernel.errors import DomainError
from app.kernel.words import Message
from cohorts.conditions import Verdict
from cohorts.enums import CohortStatus
from modules.enums import AttendanceState, Half, SessionKind
from modules.rules.audience import Target, ids_of
from modules.rules.laying import Span
from modules.rules.times import zone_of

SECOND_HALF = time(13)
LEAST = timedelta(minutes=30)  # of a session must lie in a half-day that it doesn't begin in, to make it one
# Of these kinds registers are kept.
COUNTED_KINDS = frozenset(SessionKind) - {SessionKind.MEAL, SessionKind.TRANSFER, SessionKind.CEREMONY}
ATTENDED = frozenset({AttendanceState.PRESENT, AttendanceState.ONLINE, AttendanceState.LATE})
LETTERS = {
    AttendanceState.PRESENT: "r",
    AttendanceState.ONLINE: "o",
    AttendanceState.LATE: "l",
    AttendanceState.EXCUSED: "e",
    AttendanceState.ABSENT: "a",
    AttendanceState.SUBSTITUTED: "s",
}
FRIDAY = 4  # by date.weekday()

Excused = Literal["attended", "left_out", "absent"]


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A half-day on the calendar."""

    day: date
    half: Half


def half_of(moment: datetime, zone: str) -> Slot:
    """The half-day in which a moment lies, by the clocks of a place."""
    local = moment.astimezone(zone_of(zone))
    return Slot(local.date(), Half.AM if local.time() < SECOND_HALF else Half.PM)


def halves_of(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[Slot, ...]:
    """The half-days of a session by the clocks of the place: where it begins, and the next if half an hour lies there.

    What is held after midnight belongs to the day on which it began.
    """
    first = half_of(starts_at, zone)
    if first.half is Half.PM:
        return (first,)
    noon = datetime.combine(first.day, SECOND_HALF, tzinfo=zone_of(zone))
    return (first, Slot(first.day, Half.PM)) if ends_at - noon >= LEAST else (first,)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a half-day or a session is for."""

    everybody: bool = False
    groups: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()

    def expects(self, enrolment_id: int, group_id: int | None) -> bool:
        """Whether somebody of the cohort is expected."""
        return self.everybody or enrolment_id in self.people or (group_id is not None and group_id in self.groups)

    def joined(self, other: "Audience") -> "Audience":
        """Those of either."""
        return Audience(self.everybody or other.everybody, self.groups | other.groups, self.people | other.people)


EVERYBODY = Audience(everybody=True)


def audience_of(audience: Sequence[str]) -> Audience:
    """An audience as sessions keep it: empty for the whole cohort, else ``group:ID`` and ``enrolment:ID``."""
    if not audience:
        return EVERYBODY
    return Audience(groups=frozenset(ids_of(audience, Target.GROUP)), people=frozenset(ids_of(audience, Target.PERSON)))


@dataclass(frozen=True, slots=True)
class Tally:
    """What the registers say of one person; ``unmarked``: registers that were kept but leave the person out."""

    marks: Mapping[AttendanceState, int] = field(default_factory=dict)
    unmarked: int = 0
    excused_as: Excused = "left_out"

    @property
    def attended(self) -> int:
        """Half-days attended: in the room, online, late; excused ones where the rule says so. No substitute counts."""
        attended = sum(self.marks.get(state, 0) for state in ATTENDED)
        return attended + (self.marks.get(AttendanceState.EXCUSED, 0) if self.excused_as == "attended" else 0)

    @property
    def counted(self) -> int:
        """Half-days that count: those with a mark, without the excused ones where the rule leaves them out."""
        left_out = self.marks.get(AttendanceState.EXCUSED, 0) if self.excused_as == "left_out" else 0
        return sum(self.marks.values()) - left_out

    @property
    def percent(self) -> int | None:
        """Of the half-days that count, rounded down, so that 79.9% is never 80%; None when nothing counts yet."""
        return self.attended * 100 // self.counted if self.counted else None

    def reaches(self, at_least: int, *, more_attended: int = 0, more_missed: int = 0) -> bool:
        """Whether a percentage is reached, with so many further half-days attended and missed."""
        whole = self.counted + more_attended + more_missed
        return whole > 0 and (self.attended + more_attended) * 100 >= at_least * whole


class Standing(StrEnum):
    """How somebody stands to the percentage that the rule asks for."""

    BELOW = "below"
    RISK = "risk"
    FINE = "fine"
    UNKNOWN = "unknown"


def standing(tally: Tally, at_least: int) -> Standing:
    """Below the percentage; at risk: missed something already and one more absence would be too many; else fine."""
    if not tally.counted:
        return Standing.UNKNOWN
    if not tally.reaches(at_least):
        return Standing.BELOW
    missed = tally.counted > tally.attended
    return Standing.RISK if missed and not tally.reaches(at_least, more_missed=1) else Standing.FINE


def verdict(tally: Tally, at_least: int, *, still: int | None) -> Verdict:
    """What the registers say of a condition.

    Args:
        at_least: the percentage asked for.
        still: how many half-days may yet be marked at most; None: nobody knows.

    Returns:
        OPEN while nothing counts. Else MET if even missing all that may come is enough, NOT_MET if even attending all
        of it is too little, OPEN between the two. With nothing to come, what is there decides.

    """
    if not tally.counted:
        return Verdict.OPEN
    if still is None:
        return Verdict.OPEN
    if tally.reaches(at_least, more_missed=still):
        return Verdict.MET
    return Verdict.OPEN if tally.reaches(at_least, more_attended=still) else Verdict.NOT_MET


def may_still_be_held(
    spans: Iterable[Span], scheduled: Collection[Slot], kept: Collection[Slot], *, today: date
) -> int | None:
    """How many half-days may yet be held at most: those on the schedule, and both of every weekday of the blocks.

    Args:
        spans: the blocks of the modules; None is the answer when the dates of one are not known.
        scheduled: the half-days of the schedule from today on.
        kept: those whose register is kept already; they are past, even today.

    """
    days: set[date] = set()
    for span in spans:
        if span.starts_on is None:
            return None
        first = max(today, span.starts_on.first_day)
        length = ((span.ends_on or span.starts_on).last_day - first).days + 1
        days.update(first + timedelta(days=n) for n in range(length))
    halves = {Slot(day, half) for day in days if day.weekday() <= FRIDAY for half in Half}
    return len((halves | set(scheduled)) - set(kept))


@dataclass(frozen=True, slots=True)
class Marking:
    """A row of a register as it was sent: the state that its page showed, and the one wanted; None: unmarked."""

    seen: AttendanceState | None
    wanted: AttendanceState | None


class Merged(StrEnum):
    """What becomes of a row that was sent."""

    LEFT = "left"
    WRITTEN = "written"
    CLASH = "clash"


def merge(saved: AttendanceState | None, marking: Marking) -> Merged:
    """Put a row that was sent together with what is saved now.

    A row that its sender didn't touch stays as it is, whoever changed it since; so does one on which both agree. Two
    who changed the same row to different states clash.
    """
    if marking.wanted in {marking.seen, saved}:
        return Merged.LEFT
    return Merged.WRITTEN if saved == marking.seen else Merged.CLASH


def within(day: date, spans: Iterable[Span], scheduled: Collection[date]) -> bool:
    """Whether a day belongs to a module: to one of its blocks (of a month alone: any day of it), or of its sessions."""
    return day in scheduled or any(span.touches(day) for span in spans)


def check_register(status: CohortStatus, day: date, *, inside: bool, today: date) -> None:
    """Whether a register may be saved.

    Args:
        inside: whether the day belongs to the module (see :func:`within`).
        today: by the clocks of the place.

    Raises:
        DomainError: the cohort is closed, the day has not come yet, or it is not one of the module's.

    """
    if status == CohortStatus.CLOSED:
        raise DomainError(Message("Nothing was saved: the cohort is closed."))
    if day > today:
        raise DomainError(Message("Nothing was saved: this day has not come yet."))
    if not inside:
        raise DomainError(Message("Nothing was saved: the day is not one of the module’s days."))


def has_ended(status: CohortStatus, last_day: date | None, *, today: date) -> bool:
    """Whether a cohort is over: closed, or past its last day."""
    return status == CohortStatus.CLOSED or (last_day is not None and last_day < today)


def read_state(letter: str) -> AttendanceState | None:
    """The state that a form's letter stands for; "" is unmarked.

    Raises:
        DomainError: there is no such state.

    """
    if not letter:
        return None
    for state, known in LETTERS.items():
        if letter == known:
            return state
    raise DomainError(Message("Nothing was saved: a state was sent that does not exist. Open the page again."))
