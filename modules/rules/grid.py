"""Where the sessions of a week stand on a grid: days across, half-hours down, parallel ones side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from modules.rules.times import zone_of

HALF_HOUR = 30  # minutes of a row
HOUR = 60
MIDNIGHT = 24 * HOUR
USUAL = (9, 18)  # hours that a week shows at least
NOON = 13  # a week without anything before it begins shortly before its first session
MOST_LANES = 4  # more beside each other cannot be read: the week is then a list


@dataclass(frozen=True, slots=True)
class Hours:
    """A session on the clocks of its place, in minutes of its day; what goes on after midnight is cut off."""

    key: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of a session: rows from 1, so many of them, and its lane (from 0) among so many."""

    row: int
    rows: int
    lane: int
    lanes: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A week: its first hour, how many hours it shows, and the place of each session."""

    first: int
    hours: int
    cells: Mapping[int, Cell]

    @property
    def rows(self) -> int:
        """How many half-hours it shows."""
        return self.hours * 2


def local_hours(key: int, starts_at: datetime, ends_at: datetime, zone: str) -> Hours:
    """From when to when by the clocks of the place; where they go back meanwhile, it still takes a while."""
    begin, end = starts_at.astimezone(zone_of(zone)), ends_at.astimezone(zone_of(zone))
    first = begin.hour * HOUR + begin.minute
    last = end.hour * HOUR + end.minute if end.date() == begin.date() else MIDNIGHT
    return Hours(key, first, max(last, first + 1))


def grid(days: Mapping[date, Sequence[Hours]]) -> Grid | None:
    """Place the sessions of each day; None when too many are parallel to be read side by side."""
    every = [hours for day in days.values() for hours in day]
    earliest = min((hours.begin // HOUR for hours in every), default=USUAL[0])
    first = earliest - 1 if earliest >= NOON else min(USUAL[0], earliest)
    last = max([USUAL[1], *(-(-hours.end // HOUR) for hours in every)])
    cells: dict[int, Cell] = {}
    for day in days.values():
        placed = _day(day, first * HOUR)
        if any(cell.lanes > MOST_LANES for cell in placed.values()):
            return None
        cells |= placed
    return Grid(first, last - first, cells)


def _day(day: Iterable[Hours], start: int) -> dict[int, Cell]:
    spans = sorted(
        ((hours.begin - start) // HALF_HOUR, -(-(hours.end - start) // HALF_HOUR), hours.key) for hours in day
    )
    cells: dict[int, Cell] = {}
    group: list[tuple[int, int, int]] = []
    until = 0
    for span in spans:
        if group and span[0] >= until:
            cells |= _lanes(group)
            group = []
        group.append(span)
        until = max(until, span[1])
    return cells | _lanes(group)


def _lanes(group: Sequence[tuple[int, int, int]]) -> dict[int, Cell]:
    """Sessions that touch one another in time, each in the first lane that is free."""
    free: list[int] = []
    lanes: dict[int, int] = {}
    for begin, end, key in group:
        lane = next((place for place, until in enumerate(free) if until <= begin), len(free))
        free[lane : lane + 1] = [end]
        lanes[key] = lane
    return {key: Cell(begin + 1, end - begin, lanes[key], len(free)) for begin, end, key in group}
