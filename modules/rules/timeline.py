"""Where the blocks of a cohort stand on a chart of weeks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cohorts.enums import Mode
from modules.rules.laying import Span
from modules.rules.times import monday_of

MOST_COLUMNS = 60
FEWEST_COLUMNS = 4


class Progress(StrEnum):
    """Where a module stands on a day."""

    AHEAD = "ahead"
    RUNNING = "running"
    DONE = "done"


class Look(StrEnum):
    """How a block is drawn: the names of the stylesheet."""

    OFFLINE = "offline"
    ONLINE = "online"
    INTERN = "intern"
    DEFENCE = "defence"
    UNKNOWN = "unknown"


LOOKS = {
    Mode.OFFLINE: Look.OFFLINE,
    Mode.ONLINE: Look.ONLINE,
    Mode.DISTANCE: Look.ONLINE,
    Mode.INTERNSHIP: Look.INTERN,
    Mode.PRACTICUM: Look.INTERN,
    Mode.DEFENCE: Look.DEFENCE,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A block on the chart: ``column`` from 1, ``columns`` long; ``block`` is its place among the blocks given."""

    block: int
    column: int
    columns: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month in the head of the chart."""

    first_day: date
    column: int
    columns: int
    shaded: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A module on the chart; ``undated`` are its blocks without any date, by their place."""

    progress: Progress
    bars: tuple[Bar, ...]
    undated: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A chart: ``columns`` of ``weeks_per_column`` weeks each. ``today`` is a column, or None when off the chart."""

    columns: int
    weeks_per_column: int
    months: tuple[Month, ...]
    rows: tuple[Row, ...]
    today: int | None


def progress_of(spans: Sequence[Span], today: date) -> Progress:
    """Done after the last known day, running from the first known day on, else ahead."""
    starts = [span.starts_on.first_day for span in spans if span.starts_on]
    ends = [span.ends_on.last_day for span in spans if span.ends_on]
    unknown = any(span.ends_on is None for span in spans)
    if ends and not unknown and max(ends) < today:
        return Progress.DONE
    return Progress.RUNNING if starts and min(starts) <= today else Progress.AHEAD


def timeline(modules: Sequence[Sequence[Span]], *, today: date) -> Timeline | None:
    """Place the blocks of each module on weeks; at most 60 columns, so long programmes take several weeks a column.

    Months alone span their month and are not exact. None when no block has a date.
    """
    dated = [
        (span.starts_on.first_day, (span.ends_on or span.starts_on).last_day)
        for spans in modules
        for span in spans
        if span.starts_on
    ]
    if not dated:
        return None
    first = monday_of(min(begin for begin, _ in dated))
    last = max(max(begin, end) for begin, end in dated)
    weeks = (monday_of(last) - first).days // 7 + 1
    scale = -(-weeks // MOST_COLUMNS)
    columns = max(-(-weeks // scale), FEWEST_COLUMNS)

    def column(day: date) -> int:
        return (day - first).days // (7 * scale) + 1

    def row(spans: Sequence[Span]) -> Row:
        bars = tuple(_bar(place, span, column) for place, span in enumerate(spans) if span.starts_on)
        undated = tuple(place for place, span in enumerate(spans) if not span.starts_on)
        return Row(progress_of(spans, today), bars, undated)

    return Timeline(
        columns=columns,
        weeks_per_column=scale,
        months=tuple(_months(first, columns, scale)),
        rows=tuple(row(spans) for spans in modules),
        today=column(today) if first <= today < first + timedelta(weeks=columns * scale) else None,
    )


def length_in_weeks(span: Span) -> int | None:
    """How many weeks a span touches; None when its days are not known."""
    if not span.exact or not span.starts_on or not span.ends_on:
        return None
    return (monday_of(span.ends_on.last_day) - monday_of(span.starts_on.first_day)).days // 7 + 1


def _bar(place: int, span: Span, column: Callable[[date], int]) -> Bar:
    if span.starts_on is None:
        msg = "a block without a date has no place on the chart"
        raise ValueError(msg)
    begin = column(span.starts_on.first_day)
    end = column(max((span.ends_on or span.starts_on).last_day, span.starts_on.first_day))
    return Bar(place, begin, end - begin + 1, span.exact)


def _months(first: date, columns: int, scale: int) -> list[Month]:
    """Each column belongs to the month of its first Thursday."""
    months: list[Month] = []
    for place in range(columns):
        # The Thursday of a week is in the month (and year) to which ISO 8601 gives the week.
        middle = first + timedelta(weeks=place * scale, days=3)
        begin = middle.replace(day=1)
        if months and months[-1].first_day == begin:
            known = months[-1]
            months[-1] = Month(begin, known.column, known.columns + 1, known.shaded)
        else:
            months.append(Month(begin, place + 1, 1, len(months) % 2 == 1))
    return months
