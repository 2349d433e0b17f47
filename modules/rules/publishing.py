"""What a publication would change, and whether it is what was looked at."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from modules.enums import SessionStatus
from modules.rules.audience import Members
from modules.rules.facts import Facts, Part, differing


class DraftState(StrEnum):
    """How a draft stands to what participants see."""

    PUBLISHED = "published"
    NEW = "new"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as publishing sees it; ``version`` is that of its row (optimistic locking)."""

    id: int
    version: int
    module_id: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class Published:
    """What participants see of a session now."""

    module_id: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that the next publication would show; ``before`` is None for a new session."""

    draft: Draft
    before: Facts | None
    state: DraftState
    parts: tuple[Part, ...]


def state_of(draft: Draft, published: Published | None) -> DraftState:
    """How a draft stands to what is published of it."""
    cancelled = draft.facts.status == SessionStatus.CANCELLED
    if published is None:
        return DraftState.NEW
    if draft.facts == published.facts and draft.module_id == published.module_id:
        return DraftState.GONE if cancelled else DraftState.PUBLISHED
    if cancelled and published.facts.status != SessionStatus.CANCELLED:
        return DraftState.CANCELLED
    return DraftState.CHANGED


def pending(drafts: Iterable[Draft], published: Mapping[int, Published]) -> list[Pending]:
    """What the next publication would change, in the order of the drafts."""
    found = []
    for draft in drafts:
        now = published.get(draft.id)
        state = state_of(draft, now)
        if state in {DraftState.PUBLISHED, DraftState.GONE}:
            continue
        parts = differing(now.facts, draft.facts) if now else ()
        found.append(Pending(draft, now.facts if now else None, state, parts or ((Part.OTHER,) if now else ())))
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a change concerns, by enrolment: those whom the session is for now, and those for whom it falls away."""

    now: frozenset[int]
    lost: frozenset[int]


def told(change: Pending, members: Members) -> Told:
    """Whom a change concerns, by the groups of today.

    A session that was cancelled for somebody already does not fall away for them once more.
    """
    now = members.meant(change.draft.facts.audience)
    before = change.before
    known = before is not None and before.status != SessionStatus.CANCELLED
    return Told(now, members.meant(before.audience) - now if known and before else frozenset())


def review_mark(version: int, changes: Iterable[Pending]) -> str:
    """A short text that says which publication was looked at: the version before it and each draft in it."""
    seen = ",".join(f"{change.draft.id}.{change.draft.version}" for change in changes)
    return f"{version}-{hashlib.sha256(seen.encode()).hexdigest()[:16]}"
