"""Times typed in the zone of a place, kept in UTC."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.kernel.errors import DomainError
from app.kernel.words import Message

LONGEST = timedelta(hours=24)
HOURS, MINUTES = 24, 60
YEARS = range(2000, 2101)  # those that a programme can have
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})|([0-9]{2})([0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone of the IANA database with this name."""
    return ZoneInfo(name)


def read_clock(text: str) -> time | None:
    """A time of day as people type it (``18:30``, ``9.05``, ``0930``), or None when it is none."""
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        return None
    hours, minutes = (int(part) for part in match.groups() if part is not None)
    return time(hours, minutes) if hours < HOURS and minutes < MINUTES else None


def to_utc(day: date, clock: time, zone: str, *, field: str | None = None) -> datetime:
    """The moment at which the clocks of a zone show this time on this day.

    Raises:
        DomainError: that day the clocks skip the time or show it twice, as in Asia/Almaty on 29.02.2024 at 23:00–24:00.

    """
    local = datetime.combine(day, clock, tzinfo=zone_of(zone))
    first, second = local.utcoffset(), local.replace(fold=1).utcoffset()
    if first is None or second is None or first == second:
        return local.astimezone(UTC)
    if first > second:
        sentence = Message(
            "The clocks of the place go back that night, so this time comes twice. Choose a time that comes once."
        )
    else:
        sentence = Message(
            "The clocks of the place go forward that night and skip this time. Choose a time that exists."
        )
    raise DomainError(sentence, field=field)


def at_clock(day: date, clock: time, zone: str) -> datetime:
    """The moment at which the clocks of a zone first show this time on this day, or would if they did not skip it."""
    return datetime.combine(day, clock, tzinfo=zone_of(zone)).astimezone(UTC)


def span_to_utc(day: date, start: time, end_day: date | None, end: time, zone: str) -> tuple[datetime, datetime]:
    """The moments between which a session lies; ``end_day`` None is the day of the start.

    Raises:
        DomainError: a time that doesn't exist or comes twice, an end before the start, or more than 24 hours.

    """
    starts_at = to_utc(day, start, zone, field="start")
    ends_at = to_utc(end_day or day, end, zone, field="end")
    check_span(starts_at, ends_at)
    return starts_at, ends_at


def check_span(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse an end that is not after the start, and a session of more than 24 hours."""
    if ends_at <= starts_at:
        raise DomainError(Message("The end must be after the start. Does it end on the next day?"), field="end")
    if ends_at - starts_at > LONGEST:
        raise DomainError(Message("A session lasts at most 24 hours. Enter one session for each day."), field="end")


def same_clock(moment: datetime, zone: str, other: str) -> bool:
    """Whether two zones show the same time at a moment."""
    return moment.astimezone(zone_of(zone)).utcoffset() == moment.astimezone(zone_of(other)).utcoffset()


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def read_week(text: str) -> date | None:
    """The Monday of an ISO 8601 week such as ``2026-W48``, or None when there is no such week."""
    match = _WEEK.fullmatch(text)
    if not match or int(match[1]) not in YEARS:
        return None
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        return None


def week_text(day: date) -> str:
    """The ISO 8601 week of a day: ``2026-W48``."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def read_day(text: str) -> date | None:
    """An ISO 8601 day such as ``2026-11-24``, or None."""
    if not _DAY.fullmatch(text) or int(text[:4]) not in YEARS:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
