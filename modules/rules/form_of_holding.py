"""Holding the rest of a module online: which sessions and blocks change, and how."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from app.kernel.partial_date import PartialDate
from cohorts.enums import Mode
from modules.enums import SessionKind, SessionStatus
from modules.rules.facts import Facts
from modules.rules.laying import Span

NOT_ONLINE = frozenset({SessionKind.MEAL, SessionKind.TRANSFER})  # nobody eats or drives through a link


class Fate(StrEnum):
    """What happens to a session."""

    ONLINE = "online"
    KEPT = "kept"
    UNTOUCHED = "untouched"


def fate_of(facts: Facts) -> Fate:
    """What happens to a session when the rest of its module is held online.

    Online ones keep their own link; meals and transfers stay as they are, for the coordinator to cancel.
    """
    away = bool(facts.rooms or facts.address)
    if facts.status == SessionStatus.CANCELLED or (facts.link and not away):
        return Fate.UNTOUCHED
    if facts.kind in NOT_ONLINE:
        return Fate.KEPT
    return Fate.ONLINE


def online(facts: Facts, link: str) -> Facts:
    """A session through a link instead of in a room."""
    return replace(facts, rooms=(), address=None, link=link)


@dataclass(frozen=True, slots=True)
class Held:
    """A block as these rules see it; ``key`` is whatever names it."""

    key: int
    mode: Mode | None
    span: Span


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A block that goes online whole (``before`` None), or whose last part does: days before and from then on."""

    key: int
    before: Span | None
    after: Span


def block_changes(blocks: Iterable[Held], since: date) -> list[BlockChange]:
    """Which blocks in person go online from a day on; a block without known dates goes whole."""
    found = []
    for block in blocks:
        if block.mode != Mode.OFFLINE:
            continue
        start, end = block.span.starts_on, block.span.ends_on
        last = end or start
        if last is not None and last.last_day < since:
            continue
        if start is None or start.first_day >= since:
            found.append(BlockChange(block.key, None, block.span))
            continue
        day_before = PartialDate.of(since - timedelta(days=1))
        found.append(BlockChange(block.key, Span(start, day_before), Span(PartialDate.of(since), last)))
    return found


def holding_mark(module: tuple[int, int], since: date, sessions: Iterable[tuple[int, int]]) -> str:
    """A short text that says what was looked at: the module and each session with its version, and the day."""
    seen = ",".join(f"{key}.{version}" for key, version in (module, *sessions))
    return hashlib.sha256(f"{since} {seen}".encode()).hexdigest()[:16]
