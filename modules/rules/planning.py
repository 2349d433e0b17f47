"""Laying an outline on the calendar from its patterns and a first day: what is skipped, stretched or moved, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from app.kernel.tri import Tri
from cohorts.enums import Mode
from modules.rules.calendars import HOME_COUNTRY, WORKING_DAYS, Calendar, Day
from modules.rules.times import monday_of

WEEK = timedelta(days=7)
FRIDAY = timedelta(days=WORKING_DAYS - 1)
SHORT = 4  # weeks in person up to which a block is never interrupted by a week of holidays
MOST_MOVES = 12  # weeks that a block is moved on at most: no country rests longer
IN_PERSON = frozenset({Mode.OFFLINE, Mode.DEFENCE})


class Fit(StrEnum):
    """What becomes of a further week of distance learning where the year has room: taught, or left free."""

    STRETCH = "stretch"
    LATER = "later"


class Done(StrEnum):
    """What was done to a block, and what to know about it."""

    MOVED = "moved"
    BEGINS = "begins"
    SKIPPED = "skipped"
    LONGER = "longer"
    STRETCHED = "stretched"
    FREE = "free"
    KEPT = "kept"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block is held; ``country`` is ISO 3166-1 alpha-2."""

    time_zone: str
    country: str | None = None
    city: Tri | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A block to be laid: so many weeks, and at most so many where the year has room."""

    mode: Mode
    weeks: int
    most: int
    place: Place


@dataclass(frozen=True, slots=True)
class Part:
    """A module or another component by its position in the outline.

    Args:
        steps: its blocks in order; none: it stays as it is.
        until: the last day of a part that stays; what follows begins after it.

    """

    position: int
    steps: tuple[Step, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What the coordinator chose; ``calendars`` are those whose holidays are skipped, by country."""

    first_day: date
    last_day: date
    fit: Fit = Fit.STRETCH
    calendars: Mapping[str, Calendar] | None = None
    home: str = HOME_COUNTRY

    def calendar(self, country: str | None) -> Calendar:
        """The calendar of a place; an empty one when its holidays are not skipped."""
        where = country or self.home
        return (self.calendars or {}).get(where) or Calendar(where, 0, {})


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that was done to a block: because of which days, by how many weeks (``before``: from how many)."""

    done: Done
    days: tuple[Day, ...] = ()
    weeks: int = 0
    before: int = 0
    country: str = ""


@dataclass(frozen=True, slots=True)
class LaidBlock:
    """A block on the calendar; ``weeks`` are those that count, without weeks of holidays."""

    position: int
    step: Step
    first: date
    last: date
    weeks: int
    remarks: tuple[Remark, ...] = ()

    @property
    def mode(self) -> Mode:
        """How it is held."""
        return self.step.mode


@dataclass(frozen=True, slots=True)
class Plan:
    """The blocks in order of time; ``beyond``: how many days it ends after the day by which it should."""

    rules: PlanRules
    blocks: tuple[LaidBlock, ...]

    @property
    def ends_on(self) -> date | None:
        """The last day of the last block."""
        return max((block.last for block in self.blocks), default=None)

    @property
    def beyond(self) -> int:
        """How many days it ends too late."""
        return max(0, (self.ends_on - self.rules.last_day).days) if self.ends_on else 0

    @property
    def weeks_left(self) -> int:
        """How many whole weeks stay free before the day by which it should end."""
        return max(0, (self.rules.last_day - self.ends_on).days // 7) if self.ends_on else 0

    @property
    def unknown_years(self) -> tuple[tuple[str, int], ...]:
        """The countries and years of the plan in which a calendar that is used has no day at all."""
        used = {year for block in self.blocks for year in (block.first.year, block.last.year)}
        calendars = (self.rules.calendars or {}).values()
        return tuple((held.country, year) for held in calendars for year in sorted(used - held.years))


def lay_plan(parts: Sequence[Part], rules: PlanRules) -> Plan:
    """Lay the parts one after the other from the first day on.

    Distance learning gets the most weeks of its pattern, and week by week fewer until the plan ends in time: first the
    block that loses the fewest days to holidays, the latest among equals.
    """
    extra = {
        (part.position, place): step.most - step.weeks
        for part in parts
        for place, step in enumerate(part.steps)
        if step.most > step.weeks
    }
    while True:
        plan = Plan(rules, tuple(_lay(parts, rules, extra)))
        if not plan.beyond or not any(extra.values()):
            return plan
        extra[_least_needed(parts, plan, extra)] -= 1


def _least_needed(parts: Sequence[Part], plan: Plan, extra: Mapping[tuple[int, int], int]) -> tuple[int, int]:
    """Which stretched block loses a week first."""
    lost: dict[tuple[int, int], int] = {}
    laid = iter(plan.blocks)
    for part in parts:
        for place, _step in enumerate(part.steps):
            block = next(laid)
            lost[part.position, place] = len(
                plan.rules.calendar(block.step.place.country).holidays(block.first, block.last)
            )
    order = list(lost)
    return min((key for key in extra if extra[key]), key=lambda key: (lost[key], -order.index(key)))


def _lay(parts: Sequence[Part], rules: PlanRules, extra: Mapping[tuple[int, int], int]) -> list[LaidBlock]:
    laid: list[LaidBlock] = []
    cursor = rules.first_day
    for part in parts:
        if not part.steps and part.until:
            cursor = max(cursor, monday_of(part.until) + WEEK)
        for place, step in enumerate(part.steps):
            room = extra.get((part.position, place), 0)
            taught = step.weeks + (room if rules.fit is Fit.STRETCH else 0)
            block = _block(part.position, step, taught, cursor, rules)
            if laid and rules.fit is Fit.STRETCH:
                laid[-1] = _filled(laid[-1], before=block.first, rules=rules)
            free = room if rules.fit is Fit.LATER else 0
            if free:
                block = replace(block, remarks=(*block.remarks, Remark(Done.FREE, weeks=free)))
            laid.append(block)
            cursor = monday_of(block.last) + (1 + free) * WEEK
    if laid:  # nothing follows the last block, so no week is free before it
        laid[-1] = replace(laid[-1], remarks=tuple(done for done in laid[-1].remarks if done.done is not Done.FREE))
    return laid


def _filled(block: LaidBlock, *, before: date, rules: PlanRules) -> LaidBlock:
    """The same block, stretched into the weeks that the next one leaves free by beginning later."""
    while block.weeks < block.step.most:
        begin = block.first
        longer = _block(block.position, block.step, block.weeks + 1, begin, rules)
        if longer.last >= before:
            break
        moved = tuple(remark for remark in block.remarks if remark.done in {Done.MOVED, Done.BEGINS})
        block = replace(longer, remarks=(*moved, *longer.remarks))
    return block


def _block(position: int, step: Step, taught: int, cursor: date, rules: PlanRules) -> LaidBlock:
    """A block of so many weeks that begins at the cursor, or as soon after it as holidays allow."""
    calendar = rules.calendar(step.place.country)
    monday, because = _beginning(step, taught, cursor, calendar)
    begin = max(monday, cursor)
    first = _first_working(begin, calendar)
    weeks, lost = _weeks(monday, taught, calendar)
    friday = weeks[-1] + FRIDAY
    last = _last_working(first, friday, calendar)
    skipped = [day for day in calendar.holidays(first, friday) if monday_of(day.day) in weeks]
    longer = [day for week in lost for day in calendar.holidays(week, week + FRIDAY)]
    remarks = [
        Remark(Done.MOVED, tuple(because), weeks=(monday - monday_of(cursor)).days // 7),
        Remark(Done.BEGINS, tuple(calendar.holidays(begin, first - timedelta(days=1)))),
        Remark(Done.LONGER, tuple(longer), weeks=len(lost)),
        Remark(Done.SKIPPED, tuple(skipped)),
        *_at_home(step, first, last, rules),
        Remark(Done.STRETCHED, weeks=taught, before=min(taught, step.weeks)),
        Remark(Done.ESTIMATED, tuple(day for day in (*because, *longer, *skipped) if day.estimated)),
    ]
    return LaidBlock(position, step, first, last, taught, tuple(remark for remark in remarks if _says(remark)))


def _says(remark: Remark) -> bool:
    if remark.done is Done.STRETCHED:
        return remark.weeks > remark.before
    return bool(remark.days or (remark.done is Done.MOVED and remark.weeks))


def _at_home(step: Step, first: date, last: date, rules: PlanRules) -> Iterable[Remark]:
    """Holidays of the home country while people are abroad: named, and worked."""
    if step.place.country in {None, rules.home}:
        return
    abroad = rules.calendar(step.place.country)
    days = [day for day in rules.calendar(rules.home).holidays(first, last) if abroad.works(day.day)]
    if days:
        yield Remark(Done.KEPT, tuple(days), country=rules.home)


def _beginning(step: Step, taught: int, cursor: date, calendar: Calendar) -> tuple[date, list[Day]]:
    """The Monday of the first week, and the holidays for whose sake it is later than the cursor's."""
    whole = taught if step.mode in IN_PERSON and taught <= SHORT else 1
    monday, because = monday_of(cursor), []
    for _ in range(MOST_MOVES):
        lost = [week for week in _following(monday, whole) if calendar.is_lost(week)]
        rest = max(monday, cursor)
        if not lost and _first_working(rest, calendar) <= monday + FRIDAY:
            break
        # A block within which a week is lost begins after it: people would travel twice.
        last = lost[-1] if lost else monday
        because += calendar.holidays(last, last + FRIDAY)
        monday = last + WEEK
    return monday, because


def _weeks(monday: date, taught: int, calendar: Calendar) -> tuple[list[date], list[date]]:
    """The weeks that count and the weeks of holidays between them, by their Mondays."""
    counted: list[date] = []
    lost: list[date] = []
    week = monday
    while len(counted) < taught:
        if counted and calendar.is_lost(week) and len(lost) < MOST_MOVES:
            lost.append(week)
        else:
            counted.append(week)
        week += WEEK
    return counted, lost


def _following(monday: date, count: int) -> list[date]:
    return [monday + n * WEEK for n in range(count)]


def _first_working(day: date, calendar: Calendar) -> date:
    """The first day from this one on, Monday to Friday, that is worked; the day itself if the year has none."""
    for n in range(MOST_MOVES * 7):
        found = day + timedelta(days=n)
        if found.weekday() < WORKING_DAYS and calendar.works(found):
            return found
    return day


def _last_working(first: date, friday: date, calendar: Calendar) -> date:
    """The last day worked of a block's last week, never before its first."""
    day = friday
    while day > first and not calendar.works(day):
        day -= timedelta(days=1)
    return max(day, first)
