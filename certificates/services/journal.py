"""Numbers and the log: what only one transaction at a time may touch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.kernel.errors import DomainError
from app.kernel.words import Message
from certificates.enums import LogEvent
from certificates.log import GENESIS, Entry
from certificates.models import Certificate, LogEntry, Series
from certificates.rules import series_prefix

REGISTER_LOCK = 0x4A455445  # any constant: the name of the register's lock among PostgreSQL's advisory locks


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a certificate."""

    event: LogEvent
    certificate: Certificate
    reason: str | None = None


def lock_register(session: Session) -> None:
    """Wait until no other transaction writes to the register; it is ours until the commit.

    SQLite needs nothing: BEGIN IMMEDIATE has let only one writer in already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": REGISTER_LOCK})


def take_numbers(session: Session, *, issuer_id: int, programme_id: int, prefix: str, year: int, count: int) -> Series:
    """Take the next numbers of a series: they are ``last_number - count + 1`` to ``last_number`` of what is returned.

    They are given back by themselves if the transaction fails, so that no number is ever missing.

    Raises:
        DomainError: another programme uses the same start of numbers.

    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {
        "issuer_id": issuer_id,
        "programme_id": programme_id,
        "year": year,
        "prefix": series_prefix(prefix, year),
        "last_number": 0,
    }
    session.execute(insert(Series).values(**values).on_conflict_do_nothing())
    taken = session.scalars(
        update(Series)
        .where(Series.issuer_id == issuer_id, Series.programme_id == programme_id, Series.year == year)
        .values(last_number=Series.last_number + count)
        .returning(Series)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if taken is None:
        raise DomainError(Message("Nothing was issued: another programme already uses the same start of numbers."))
    return taken


def append(session: Session, events: Iterable[Event], *, actor: Actor, now: datetime) -> None:
    """Add entries to the end of the chain; the caller holds the register's lock."""
    last = session.execute(
        select(LogEntry.sequence, LogEntry.hash).order_by(LogEntry.sequence.desc()).limit(1)
    ).one_or_none()
    sequence, previous = (last.sequence, last.hash) if last else (0, GENESIS)
    rows = []
    for happened in events:
        sequence += 1
        entry = Entry(
            sequence=sequence,
            at=now,
            event=str(happened.event),
            number=happened.certificate.number,
            payload_sha256=happened.certificate.payload_sha256,
            actor_id=actor.user_id,
            reason=happened.reason,
        )
        digest = entry.hash(previous)
        rows.append(_row(entry, happened, previous, digest))
        previous = digest
    session.add_all(rows)
    session.flush()


def _row(entry: Entry, happened: Event, previous: str, digest: str) -> LogEntry:
    return LogEntry(
        sequence=entry.sequence,
        at=entry.at,
        event=happened.event,
        certificate_id=happened.certificate.id,
        number=entry.number,
        payload_sha256=entry.payload_sha256,
        actor_id=entry.actor_id,
        reason=entry.reason,
        previous_hash=previous,
        hash=digest,
    )
