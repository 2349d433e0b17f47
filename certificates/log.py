"""The chain of the register's log: each entry is hashed together with the hash of the one before it. No database.

The chain shows a changed, removed or inserted entry. A cut tail shows in the certificates: each has its entry.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the register, before it is hashed.

    Args:
        sequence: 1, 2, 3 … without a gap over the whole register.
        at: the moment, aware.
        event: a value of :class:`certificates.enums.LogEvent`.
        number: the certificate's number.
        payload_sha256: the hash of what it prints.
        actor_id: the account that acted.
        reason: why, for annulled and replaced ones.

    """

    sequence: int
    at: datetime
    event: str
    number: str
    payload_sha256: str
    actor_id: int | None
    reason: str | None

    def hash(self, previous: str) -> str:
        """The SHA-256 of the canonical JSON of the entry with the previous entry's hash, in hexadecimal digits."""
        data = {
            "sequence": self.sequence,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "event": self.event,
            "number": self.number,
            "payload_sha256": self.payload_sha256,
            "actor_id": self.actor_id,
            "reason": self.reason,
            "previous_hash": previous,
        }
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as it was read back, with the hashes that were kept with it."""

    entry: Entry
    previous_hash: str
    hash: str


def broken_links(entries: Iterable[Recorded]) -> list[tuple[int, str]]:
    """The places where the chain does not hold: (sequence, what is wrong), in order."""
    problems: list[tuple[int, str]] = []
    expected, previous = 1, GENESIS
    for recorded in entries:
        sequence = recorded.entry.sequence
        if sequence != expected:
            problems.append((sequence, f"entry {expected} is missing"))
        elif recorded.previous_hash != previous:
            problems.append((sequence, "it does not follow the entry before it"))
        if recorded.entry.hash(recorded.previous_hash) != recorded.hash:
            problems.append((sequence, "the entry was changed"))
        expected, previous = sequence + 1, recorded.hash
    return problems
