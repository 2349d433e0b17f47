"""Laying the blocks of a module on the calendar: from fixed dates, from a pattern of weeks, from days after the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from cohorts.enums import Mode
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
