"""What cannot both happen: people or rooms in two places at once, sessions and blocks on days that are not worked."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from app.kernel.text import identity
from app.kernel.tri import Tri
from cohorts.enums import Mode
from modules.rules.calendars import HOME_COUNTRY, Calendar, Day, country_of_zone
from modules.rules.facts import LONGEST_LINE
from modules.rules.laying import Span
from modules.rules.times import zone_of

_Key = TypeVar("_Key", bound=Hashable)
UNLISTED = 1_000_000
SHORT_BLOCK = timedelta(days=7)  # a longer block in person is not in doubt because of one holiday within it


class ConflictKind(StrEnum):
    """What is wrong, in the order in which it is shown."""

    PEOPLE = "people"
    ROOM = "room"
    HOLIDAY = "holiday"
    OUTSIDE = "outside"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block as conflicts see it."""

    id: int
    module_id: int
    span: Span
    mode: Mode | None
    time_zone: str
    country: str | None = None
    city: Tri | None = None

    @property
    def where(self) -> str:
        """The country whose holidays count: that of the block, else the one in which its zone lies, else home."""
        return self.country or country_of_zone(self.time_zone) or HOME_COUNTRY


@dataclass(frozen=True, slots=True, eq=False)
class Booking:
    """A session that takes place: who is wanted there and what it takes.

    Args:
        people: keys of persons, participants and experts alike.
        rooms: by the names that two cohorts may both write; ``said_rooms``: as typed.
        address, city: what is known of the house and the town, in each language, without case.

    """

    id: int
    cohort_id: int
    module_id: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    title: Tri
    people: frozenset[int] = frozenset()
    rooms: frozenset[str] = frozenset()
    said_rooms: tuple[str, ...] = ()
    address: frozenset[str] = frozenset()
    city: frozenset[str] = frozenset()

    @property
    def day(self) -> date:
        """The day on which it starts by the clocks of the place."""
        return self.starts_at.astimezone(zone_of(self.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that cannot be as planned, and what exactly was found.

    Args:
        mark: names what was found; it is another as soon as anything of it changes.
        session: the session of the cohort; None for a block.
        others: sessions of the same other cohort (or of this one) at that time.
        people: the persons who are in two places, in the order of the cohort's list.
        days: the holidays that it lies on.

    """

    kind: ConflictKind
    mark: str
    cohort_id: int
    module_id: int
    session: Booking | None = None
    others: tuple[Booking, ...] = ()
    people: tuple[int, ...] = ()
    rooms: tuple[str, ...] = ()
    days: tuple[Day, ...] = ()
    block: PlacedBlock | None = None
    country: str = ""

    @property
    def day(self) -> date:
        """The day on which it begins."""
        if self.session:
            return self.session.day
        first = self.block.span.starts_on if self.block else None
        return first.first_day if first else date.max

    @property
    def ends_at(self) -> datetime | None:
        """When it is over; None when only days are known."""
        return self.session.ends_at if self.session else None

    def sessions(self) -> Iterator[int]:
        """The sessions of its own cohort that it concerns."""
        if self.session:
            yield self.session.id
        yield from (other.id for other in self.others if other.cohort_id == self.cohort_id)


def room_key(room: str) -> str:
    """A room's name as two cohorts may both write it."""
    return identity(room)[:LONGEST_LINE]


def clashes(own: Iterable[Booking], others: Iterable[Booking], order: Mapping[tuple[int, int], int]) -> list[Conflict]:
    """People and rooms in two places at once.

    Args:
        own: the sessions of the cohorts that are asked about.
        others: sessions of other cohorts.
        order: the place of a person in a cohort's list, by cohort and person; experts come last.

    """
    own = list(own)
    mine = {booking.id for booking in own}
    bookings = sorted([*own, *others], key=lambda booking: (booking.starts_at, booking.id))
    people = _at_once(bookings, lambda booking: booking.people)
    rooms = _at_once(bookings, lambda booking: booking.rooms, alike=_alike)
    found = []
    for session, rest, shared in _by_session(people, mine):
        named = sorted(shared, key=lambda key: (order.get((session.cohort_id, key), UNLISTED), key))
        found.append(_marked(replace(_of(ConflictKind.PEOPLE, session), others=rest, people=tuple(named))))
    for session, rest, taken in _by_session(rooms, mine):
        found.append(_marked(replace(_of(ConflictKind.ROOM, session), others=rest, rooms=tuple(sorted(taken)))))
    return found


def _at_once(
    bookings: Iterable[Booking],
    keys: Callable[[Booking], Iterable[_Key]],
    alike: Callable[[Booking, Booking], bool] | None = None,
) -> dict[tuple[Booking, Booking], set[_Key]]:
    """Each two sessions, the earlier first, that want the same (by its keys) at the same time."""
    busy: dict[_Key, list[Booking]] = {}
    found: dict[tuple[Booking, Booking], set[_Key]] = {}
    for booking in bookings:
        for key in keys(booking):
            before = busy.get(key)
            if before is None:
                busy[key] = [booking]
                continue
            before[:] = [each for each in before if each.ends_at > booking.starts_at]
            for each in before:
                if alike is None or alike(each, booking):
                    found.setdefault((each, booking), set()).add(key)
            before.append(booking)
    return found


def _by_session(
    pairs: Mapping[tuple[Booking, Booking], set[_Key]], mine: set[int]
) -> Iterator[tuple[Booking, tuple[Booking, ...], frozenset[_Key]]]:
    """The pairs, gathered for each session that is asked about and each cohort that it meets."""
    met: dict[tuple[int, int], tuple[Booking, list[Booking], set[_Key]]] = {}
    for (first, second), shared in pairs.items():
        views = [(first, second)] if first.cohort_id == second.cohort_id else [(first, second), (second, first)]
        for session, other in views:
            if session.id in mine:
                _session, rest, keys = met.setdefault((session.id, other.cohort_id), (session, [], set()))
                rest.append(other)
                keys |= shared
    for session, rest, keys in met.values():
        yield session, tuple(sorted(rest, key=lambda other: (other.starts_at, other.id))), frozenset(keys)


def _alike(first: Booking, second: Booking) -> bool:
    """Whether rooms of one name are one room: two cohorts must be known to be in one house or town."""
    for known, other in ((first.address, second.address), (first.city, second.city)):
        if known and other:
            return bool(known & other)
    return first.cohort_id == second.cohort_id


def off_days(
    own: Iterable[Booking], blocks: Mapping[int, Sequence[PlacedBlock]], calendars: Mapping[str, Calendar]
) -> list[Conflict]:
    """Sessions on a day that is not worked at their place, and sessions outside the blocks of their module.

    Args:
        blocks: by module.
        calendars: by country; a country without one has no holidays here.

    """
    found = []
    for booking in own:
        placed = blocks.get(booking.module_id, ())
        block = block_at(placed, booking.day, booking.time_zone)
        country = block.where if block else country_of_zone(booking.time_zone) or HOME_COUNTRY
        calendar = calendars.get(country)
        rest = calendar.days.get(booking.day) if calendar and not calendar.works(booking.day) else None
        if rest:
            found.append(_marked(replace(_of(ConflictKind.HOLIDAY, booking), days=(rest,), country=country)))
        known = placed and all(each.span.starts_on for each in placed)
        if known and not any(each.span.touches(booking.day) for each in placed):
            found.append(_marked(_of(ConflictKind.OUTSIDE, booking)))
    return found


def block_at(blocks: Iterable[PlacedBlock], day: date, zone: str) -> PlacedBlock | None:
    """The block that holds a day, one in the zone given before others."""
    holding = [block for block in blocks if block.span.touches(day)]
    return next((block for block in holding if block.time_zone == zone), holding[0] if holding else None)


def blocks_off(cohort_id: int, blocks: Iterable[PlacedBlock], calendars: Mapping[str, Calendar]) -> list[Conflict]:
    """Blocks in person that begin or end on a holiday, and those of at most a week with a holiday within."""
    found = []
    for block in blocks:
        calendar = calendars.get(block.where)
        first, last = block.span.starts_on, block.span.ends_on
        if block.mode not in {Mode.OFFLINE, Mode.DEFENCE} or not block.span.exact or not (calendar and first and last):
            continue
        begin, end = first.first_day, last.last_day
        days = [day for day in calendar.holidays(begin, end) if end - begin < SHORT_BLOCK or day.day in {begin, end}]
        if days:
            conflict = Conflict(ConflictKind.BLOCK, "", cohort_id, block.module_id, days=tuple(days))
            found.append(_marked(replace(conflict, block=block, country=block.where)))
    return found


def in_order(conflicts: Iterable[Conflict]) -> list[Conflict]:
    """By time, then by kind."""
    kinds = list(ConflictKind)
    earliest = datetime.min.replace(tzinfo=zone_of("UTC"))

    def place(conflict: Conflict) -> tuple[date, datetime, int, int, str]:
        session = conflict.session
        starts_at = session.starts_at if session else earliest
        return conflict.day, starts_at, session.id if session else 0, kinds.index(conflict.kind), conflict.mark

    return sorted(conflicts, key=place)


def _marked(found: Conflict) -> Conflict:
    """The same conflict with the mark of everything that was found."""
    block = found.block
    facts = (
        found.kind,
        *(_identity(found.session) if found.session else ()),
        *(part for other in found.others for part in _identity(other)),
        *(day.day for day in found.days),
        *((block.module_id, block.span.starts_on, block.span.ends_on) if block else ()),
        found.people,
        found.rooms,
    )
    return replace(found, mark=hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest())


def _of(kind: ConflictKind, session: Booking) -> Conflict:
    return Conflict(kind, "", session.cohort_id, session.module_id, session)


def _identity(booking: Booking) -> tuple[object, ...]:
    return booking.id, booking.starts_at.isoformat(), booking.ends_at.isoformat()
