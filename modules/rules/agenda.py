"""What a participant's page shows first, when a link may be opened, and what changed since last time."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.kernel.tri import Tri
from modules.enums import SessionKind, SessionStatus
from modules.rules.facts import Facts, Part, differing

JOIN_EARLY = timedelta(minutes=15)


class Entry(NamedTuple):
    """A published session on somebody's page, as the database gives it (no entity: see the benchmark).

    ``seen`` is the version that the person has seen of its cohort, None when they never said so. ``mine`` is False when
    it was for the person as they last saw it and is for others now.
    """

    id: int
    session_id: int
    uid: str
    cohort_id: int
    module_id: int
    version_number: int
    sequence: int
    changed_at: datetime
    kind: SessionKind
    status: SessionStatus
    title: Tri
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    rooms: list[str]
    address: Tri | None
    link: str | None
    speaker: str | None
    languages: list[str]
    audience: list[str]
    people: list[str]
    note: str | None
    seen: int | None
    mine: bool = True

    @property
    def off(self) -> bool:
        """Whether the person need not come: it does not take place, or it is for others now."""
        return self.cancelled or not self.mine

    @property
    def cancelled(self) -> bool:
        """Whether it doesn't take place."""
        return self.status == SessionStatus.CANCELLED

    @property
    def news(self) -> bool:
        """Whether this state is later than what the person has seen."""
        return self.version_number > self.seen if self.seen is not None else self.sequence > 0


class Door(StrEnum):
    """What the one button of a session can do now."""

    NONE = "none"
    EARLY = "early"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Change:
    """A session that is new, moved, cancelled or for others now since the person last looked.

    ``before`` is None when it is new to the person.
    """

    entry: Entry
    before: Facts | None
    parts: tuple[Part, ...]


def door(entry: Entry, *, now: datetime) -> Door:
    """Whether the link can be opened: from 15 minutes before the start until the end."""
    if not entry.link or entry.off or now >= entry.ends_at:
        return Door.NONE
    return Door.OPEN if now >= entry.starts_at - JOIN_EARLY else Door.EARLY


def next_sessions(entries: Iterable[Entry], *, now: datetime) -> list[Entry]:
    """The session under way or next, and those that overlap with it; entries come in order of time."""
    coming = [entry for entry in entries if entry.ends_at > now and not entry.off]
    if not coming:
        return []
    first = coming[0]
    return [first, *(entry for entry in coming[1:] if entry.starts_at < first.ends_at)]


def home_zone(zones: Iterable[str], default: str) -> str:
    """The zone in which most of somebody's cohorts live; the default when there are none."""
    counts = Counter(zones)
    return min(counts, key=lambda zone: (-counts[zone], zone)) if counts else default


def changes(entries: Iterable[Entry], before: Mapping[int, Facts], *, now: datetime) -> list[Change]:
    """What is different for the person, in order of time; what is over both as it was and as it is, is left out.

    Args:
        entries: with the current state of each session.
        before: the state that the person last saw, by session; a session without one, or that was not for the person
            then, is new.

    """
    found = []
    for entry in entries:
        if not entry.news:
            continue
        old = before.get(entry.session_id)
        if max(entry.ends_at, old.ends_at if old else entry.ends_at) <= now:
            continue
        if old is None:
            if not entry.off:
                found.append(Change(entry, None, ()))
            continue
        if not entry.mine:
            found.append(Change(entry, old, ()))
            continue
        parts = differing(old, facts_of_entry(entry))
        if parts:
            found.append(Change(entry, old, parts))
    return found


def as_it_was(entry: Entry, before: Facts) -> Entry:
    """An entry that is for others now, with what the person knew of it: what changed since is not theirs to read."""
    return entry._replace(**before.values(), mine=False)


def facts_of_entry(entry: Entry) -> Facts:
    """The facts of an entry."""
    return Facts(
        title=entry.title,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        time_zone=entry.time_zone,
        kind=entry.kind,
        status=entry.status,
        rooms=tuple(entry.rooms),
        address=entry.address,
        link=entry.link,
        speaker=entry.speaker,
        languages=tuple(entry.languages),
        audience=tuple(entry.audience),
        people=tuple(entry.people),
        note=entry.note,
    )
