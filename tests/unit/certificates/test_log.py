"""The chain of the log shows every change in its middle."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from certificates.log import GENESIS, Entry, Recorded, broken_links

AT = datetime(2024, 7, 5, 6, 30, tzinfo=UTC)


def chain(length: int) -> list[Recorded]:
    previous, recorded = GENESIS, []
    for sequence in range(1, length + 1):
        entry = Entry(sequence, AT, "issued", f"KEL-2024-{sequence:06}", "0" * 64, 7, None)
        digest = entry.hash(previous)
        recorded.append(Recorded(entry, previous, digest))
        previous = digest
    return recorded


def test_a_whole_chain_holds() -> None:
    assert broken_links(chain(5)) == []
    assert broken_links([]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"event": "annulled"},
        {"number": "KEL-2024-000009"},
        {"payload_sha256": "1" * 64},
        {"actor_id": 8},
        {"actor_id": None},
        {"reason": "another"},
        {"at": AT + timedelta(microseconds=1)},
    ],
)
def test_a_changed_entry_shows(change: dict[str, object]) -> None:
    entries = chain(3)
    entries[1] = replace(entries[1], entry=replace(entries[1].entry, **change))  # type: ignore[arg-type]  # given by name
    assert broken_links(entries) == [(2, "the entry was changed")]


def test_a_changed_entry_with_a_new_hash_shows_at_the_next() -> None:
    entries = chain(3)
    forged = replace(entries[1].entry, number="KEL-2024-000099")
    entries[1] = Recorded(forged, entries[1].previous_hash, forged.hash(entries[1].previous_hash))
    assert broken_links(entries) == [(3, "it does not follow the entry before it")]


def test_a_removed_entry_shows() -> None:
    entries = chain(4)
    del entries[1]
    assert broken_links(entries) == [(3, "entry 2 is missing")]


def test_the_zone_in_which_a_moment_is_given_does_not_matter() -> None:
    entry = chain(1)[0].entry
    elsewhere = replace(entry, at=AT.astimezone(timezone(timedelta(hours=5))))
    assert elsewhere.hash(GENESIS) == entry.hash(GENESIS)
