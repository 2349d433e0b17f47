"""The sessions of one day on another: same hours on the wall of the place."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from app.kernel.errors import DomainError
from app.kernel.words import Message
from modules.rules.facts import Facts
from modules.rules.times import to_utc, zone_of


class Source(NamedTuple):
    """A session that would be copied; ``version`` is that of its row."""

    id: int
    version: int
    module_id: int
    facts: Facts


def copied(facts: Facts, to: date) -> Facts:
    """A session as it would be on another day. Its note stays behind: it was about that one day.

    Raises:
        DomainError: on that day the clocks of the place skip one of its hours or show it twice.

    """
    zone = zone_of(facts.time_zone)
    begin, end = facts.starts_at.astimezone(zone), facts.ends_at.astimezone(zone)
    try:
        return replace(
            facts,
            starts_at=_moment(begin, to, facts.time_zone),
            ends_at=_moment(end, to + (end.date() - begin.date()), facts.time_zone),
            note=None,
        )
    except DomainError:
        sentence = Message(
            "Nothing was copied: on that day the clocks of the place skip or repeat an hour of “%(title)s”"
            " (%(begin)s–%(end)s). Choose another day.",
            title=facts.title.best("kk")[0],
            begin=f"{begin:%H:%M}",
            end=f"{end:%H:%M}",
        )
        raise DomainError(sentence, field="to") from None


def copies(sources: Iterable[Source], day: date, to: date) -> list[Facts]:
    """What copying a day would make, in the same order.

    Raises:
        DomainError: it is the same day, or an hour does not exist or comes twice on the other.

    """
    if day == to:
        raise DomainError(Message("Nothing was copied: choose another day to copy to."), field="to")
    return [copied(source.facts, to) for source in sources]


def copy_mark(sources: Iterable[Source], there: Iterable[Source], to: date) -> str:
    """A short text that says what was looked at: each session of both days with its version, and the day.

    The sessions that are there already belong to it, so that pressing twice does not copy twice.
    """
    seen = ",".join(f"{source.id}.{source.version}" for source in (*sources, *there))
    return hashlib.sha256(f"{to} {seen}".encode()).hexdigest()[:16]


def _moment(was: datetime, day: date, zone: str) -> datetime:
    return to_utc(day, was.time().replace(fold=0), zone)
