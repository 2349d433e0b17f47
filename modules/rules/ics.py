"""Calendars as RFC 5545 text, written by hand at a fifth of the cost of objects; the tests read it with two libraries.

Nothing that people typed can break a line: texts are escaped (§3.3.11), other control characters are dropped, and lines
are folded at 75 octets (§3.1) between characters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from modules.rules.times import zone_of

OCTETS = 75
REFRESH = "PT1H"
PRODUCT = "-//Jetekshi//Schedule//EN"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_NEVER = dict.fromkeys((*range(0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029, *range(0xD800, 0xE000)))
_NEVER.pop(0x0A)


@dataclass(frozen=True, slots=True)
class Event:
    """A session in a calendar.

    Args:
        uid: the same for good; sequence: grows with each change (§3.8.7.4).
        changed_at: when this state was published.
        url: an address that was checked to be https.

    """

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    summary: str
    cancelled: bool = False
    tentative: bool = False
    location: str | None = None
    description: str | None = None
    url: str | None = None


def calendar(events: Sequence[Event], *, name: str) -> bytes:
    """A whole calendar; the same events give the same bytes, so that an ETag can be told from them.

    Args:
        name: what the calendar is called in the reader's program.

    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    for zone in sorted({event.time_zone for event in events}):
        years = [
            moment.year for event in events if event.time_zone == zone for moment in (event.starts_at, event.ends_at)
        ]
        lines += _zone_lines(zone, min(years) - 1, max(years) + 1)
    for event in events:
        lines += _event_lines(event)
    lines.append("END:VCALENDAR")
    return "".join(folded(line) for line in lines).encode()


def escaped(text: str) -> str:
    """A text as a value: no line can be broken out of (§3.3.11)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_NEVER).translate(_ESCAPES)


def folded(line: str) -> str:
    """A line with its end, folded so that none is longer than 75 octets (§3.1), never inside a character."""
    if len(line) * 4 <= OCTETS or (line.isascii() and len(line) <= OCTETS):
        return line + "\r\n"
    pieces: list[str] = []
    begin, room = 0, OCTETS
    used = 0
    for place, char in enumerate(line):
        size = len(char.encode())
        if used + size > room:
            pieces.append(line[begin:place])
            begin, used, room = place, 0, OCTETS - 1
        used += size
    pieces.append(line[begin:])
    return "\r\n ".join(pieces) + "\r\n"


def _event_lines(event: Event) -> Iterable[str]:
    stamp = f"{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"  # a UUID alone (RFC 7986 §5.3): it outlives the address of the site
    yield f"DTSTAMP:{stamp}"
    yield f"LAST-MODIFIED:{stamp}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART{_moment(event.starts_at, event.time_zone)}"
    yield f"DTEND{_moment(event.ends_at, event.time_zone)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'TENTATIVE' if event.tentative else 'CONFIRMED'}"
    if event.cancelled:
        yield "TRANSP:TRANSPARENT"
    if event.location:
        yield f"LOCATION:{escaped(event.location)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.url:
        yield f"URL:{event.url.translate(_NEVER).replace(chr(10), '')}"
    yield "END:VEVENT"


def _moment(moment: datetime, zone: str) -> str:
    """A moment by the clocks of the place; in UTC when they show its hour again (§3.3.5 means the first time)."""
    local = moment.astimezone(zone_of(zone))
    if local.fold:
        return f":{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f";TZID={zone}:{local:%Y%m%dT%H%M%S}"


@lru_cache(maxsize=64)
def _zone_lines(name: str, first_year: int, last_year: int) -> tuple[str, ...]:
    """A VTIMEZONE that is right from one year to another: what held before, then each change (§3.6.5)."""
    zone = zone_of(name)
    begin = datetime(first_year, 1, 1, tzinfo=UTC)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", f"X-LIC-LOCATION:{name}"]
    held = begin.astimezone(zone)
    lines += _observance(held, held.utcoffset() or timedelta(0), datetime(1970, 1, 1))  # noqa: DTZ001 - a local time
    for change in _changes(name, begin, datetime(last_year + 1, 1, 1, tzinfo=UTC)):
        before = (change - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta(0)
        lines += _observance(change.astimezone(zone), before, (change + before).replace(tzinfo=None))
    lines.append("END:VTIMEZONE")
    return tuple(lines)


def _observance(local: datetime, before: timedelta, begin: datetime) -> list[str]:
    """One part of a VTIMEZONE; ``begin`` is the local time by the clock before the change."""
    kind = "DAYLIGHT" if local.dst() else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{begin:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(before)}",
        f"TZOFFSETTO:{_offset(local.utcoffset() or timedelta(0))}",
        f"TZNAME:{escaped(local.tzname() or '')}",
        f"END:{kind}",
    ]


def _changes(name: str, begin: datetime, end: datetime) -> list[datetime]:
    """The moments at which the clocks of a zone change, found by halving each day at whose ends they differ."""
    zone = zone_of(name)
    found = []
    day = timedelta(days=1)
    moment = begin
    while moment < end:
        low, high = moment, moment + day
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                if low.astimezone(zone).utcoffset() == middle.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high)
        moment += day
    return found


def _offset(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    minutes, seconds_left = divmod(rest, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}{minutes:02}" + (f"{seconds_left:02}" if seconds_left else "")
