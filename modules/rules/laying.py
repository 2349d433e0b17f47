"""Laying the blocks of a module on the calendar: from fixed dates, a pattern of weeks, days after the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from cohorts.enums import Mode
from cohorts.schema import BlockSpec, ModuleSpec, OutlineSpec, partial
from modules.rules.times import monday_of

FRIDAY = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Span:
    """From a date to a date, both included; None is "not known", a month alone is "some time in that month"."""

    starts_on: PartialDate | None = None
    ends_on: PartialDate | None = None

    @property
    def exact(self) -> bool:
        """Whether the days are known, not only the months."""
        return bool(self.starts_on and self.starts_on.day and self.ends_on and self.ends_on.day)

    def touches(self, day: date) -> bool:
        """Whether a day may lie in it: that of a month alone does."""
        if self.starts_on is None:
            return False
        return self.starts_on.first_day <= day <= (self.ends_on or self.starts_on).last_day

    def holds(self, day: date) -> bool:
        """Whether a day surely lies in it."""
        if self.starts_on is None or self.ends_on is None or not self.exact:
            return False
        return self.starts_on.first_day <= day <= self.ends_on.last_day


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """A block as an outline describes it, laid on the calendar.

    Args:
        time_zone: of the place (IANA name).
        assumed: something about it is our inference, not the source's.

    """

    mode: Mode | None
    span: Span
    time_zone: str
    city: Tri | None = None
    country: str | None = None
    assumed: bool = False


def fixed(start: PartialDate | None, end: PartialDate | None) -> Span:
    """A span from dates as the source gives them; a month alone is its own end."""
    if start is None:
        return Span(None, end)
    return Span(start, end or start)


def after(first_day: date | None, days_after: int, days: int | None) -> Span:
    """A span that begins a number of days after the cohort's first day (0: on it) and lasts ``days`` calendar days.

    An unknown first day leaves it unknown; an unknown length is one day.
    """
    if first_day is None:
        return Span()
    begin = first_day + timedelta(days=days_after)
    return Span(PartialDate.of(begin), PartialDate.of(begin + timedelta(days=(days or 1) - 1)))


def weeks(start: date | None, pattern: Sequence[tuple[Mode, int]]) -> list[tuple[Mode, Span]]:
    """Blocks of whole weeks, one after the other, each from Monday to Friday.

    The first begins on its very day even within a week, and that week counts as one of its weeks.

    Args:
        start: the first day, or None when it is not known: the blocks are then without dates.
        pattern: the way of each block and its number of weeks; no weeks, no block.

    """
    blocks = []
    begin = start
    for mode, count in pattern:
        if count <= 0:
            continue
        if begin is None:
            blocks.append((mode, Span()))
            continue
        next_monday = monday_of(begin) + timedelta(weeks=count)
        last = max(begin, next_monday - timedelta(weeks=1) + FRIDAY)
        blocks.append((mode, Span(PartialDate.of(begin), PartialDate.of(last))))
        begin = next_monday
    return blocks


@dataclass(frozen=True, slots=True)
class PlannedModule:
    """A module, or another component without a number, with its blocks; ``host`` is the code of an organisation."""

    number: int | None
    title: Tri | None
    topics: tuple[str, ...]
    hours: int | None
    host: str | None
    blocks: tuple[PlannedBlock, ...]


def lay(outline: OutlineSpec, *, first_day: PartialDate | None, time_zone: str) -> list[PlannedModule]:
    """The modules and components of an outline on the calendar, in the outline's order.

    Each has at least one block, if only to say that nothing is known of it yet: a session needs the zone of a place.

    Args:
        first_day: the cohort's first day; a month alone places nothing that is counted in days from it.
        time_zone: the cohort's, for blocks that name no other.

    """
    start = first_day.first_day if first_day and first_day.day else None
    numbered = [
        PlannedModule(
            number=spec.number,
            title=spec.title.tri() if spec.title else None,
            topics=spec.topics,
            hours=spec.hours,
            host=spec.host,
            blocks=_module_blocks(spec, start, time_zone),
        )
        for spec in outline.modules
    ]
    others = [
        PlannedModule(
            number=None,
            title=spec.title.tri() if spec.title else None,
            topics=(),
            hours=spec.hours,
            host=spec.host,
            blocks=_blocks(spec.blocks, start, time_zone, spec.kind) or (PlannedBlock(spec.kind, Span(), time_zone),),
        )
        for spec in outline.components
    ]
    return [*numbered, *others]


def _module_blocks(spec: ModuleSpec, start: date | None, time_zone: str) -> tuple[PlannedBlock, ...]:
    if spec.pattern:
        begin = date.fromisoformat(spec.start) if spec.start else None
        if spec.after_days is not None and start:
            begin = start + timedelta(days=spec.after_days)
        counts = {Mode.OFFLINE: spec.pattern.offline_weeks, Mode.DISTANCE: spec.pattern.distance_weeks}
        laid = weeks(begin, [(mode, counts[mode]) for mode in spec.pattern.order])
        return tuple(PlannedBlock(mode, span, time_zone) for mode, span in laid)
    return _blocks(spec.blocks, start, time_zone, None) or (PlannedBlock(None, Span(), time_zone),)


def _blocks(
    specs: Sequence[BlockSpec], start: date | None, time_zone: str, usual: Mode | None
) -> tuple[PlannedBlock, ...]:
    return tuple(
        PlannedBlock(
            mode=spec.mode or usual,
            span=after(start, spec.after_days, spec.days)
            if spec.after_days is not None
            else fixed(partial(spec.start), partial(spec.end)),
            time_zone=spec.time_zone or time_zone,
            city=spec.city.tri() if spec.city else None,
            country=spec.country,
            assumed=bool(spec.assumed),
        )
        for spec in specs
    )
