"""Whether the register is whole: the log's chain, the numbers, the payloads, and the files that were kept."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.codes import control_code
from certificates.enums import CertificateStatus, LogEvent
from certificates.log import Entry, Recorded, broken_links
from certificates.models import Certificate, LogEntry, RenderedFile, Series
from certificates.payload import Payload, PayloadError
from certificates.rules import number_of
from certificates.storage import Store, sha256

BATCH = 500


def problems(session: Session, *, store: Store, control_key: bytes) -> Iterator[str]:
    """Everything that is not as it was issued, one sentence each. A missing file is none: it can be made again."""
    yield from _chain(session)
    yield from _numbers(session)
    yield from _certificates(session, control_key)
    yield from _files(session, store)


def _chain(session: Session) -> Iterator[str]:
    rows = session.scalars(select(LogEntry).order_by(LogEntry.sequence).execution_options(yield_per=BATCH))
    for sequence, what in broken_links(_recorded(row) for row in rows):
        yield f"log entry {sequence}: {what}"


def _recorded(row: LogEntry) -> Recorded:
    entry = Entry(
        sequence=row.sequence,
        at=row.at,
        event=str(row.event),
        number=row.number,
        payload_sha256=row.payload_sha256,
        actor_id=row.actor_id,
        reason=row.reason,
    )
    return Recorded(entry, row.previous_hash, row.hash)


def _numbers(session: Session) -> Iterator[str]:
    heads = {series.id: series for series in session.scalars(select(Series))}
    rows = session.execute(
        select(Certificate.series_id, Certificate.sequence, Certificate.number).order_by(
            Certificate.series_id, Certificate.sequence
        )
    )
    seen: set[int] = set()
    for series_id, group in groupby(rows, key=lambda row: row.series_id):
        series, last = heads[series_id], 0
        seen.add(series_id)
        for _, sequence, number in group:
            for missing in range(last + 1, sequence):
                yield f"series {series.prefix}: number {number_of(series.prefix, missing)} is missing"
            if number != number_of(series.prefix, sequence):
                yield f"certificate {number}: its number does not belong to its place {sequence} in {series.prefix}"
            last = sequence
        if last != series.last_number:
            yield f"series {series.prefix}: its head is {series.last_number}, but the last number is {last}"
    for series in heads.values():
        if series.id not in seen and series.last_number:
            yield f"series {series.prefix}: its head is {series.last_number}, but it has no certificates"


def _certificates(session: Session, control_key: bytes) -> Iterator[str]:
    logged: dict[int, list[LogEntry]] = {}
    for entry in session.scalars(select(LogEntry).order_by(LogEntry.sequence)):
        logged.setdefault(entry.certificate_id, []).append(entry)
    rows = session.scalars(select(Certificate).order_by(Certificate.id).execution_options(yield_per=BATCH))
    for certificate in rows:
        for what in _certificate(certificate, logged.get(certificate.id, []), control_key):
            yield f"certificate {certificate.number}: {what}"


def _certificate(certificate: Certificate, entries: list[LogEntry], control_key: bytes) -> Iterator[str]:
    if sha256(certificate.payload.encode()) != certificate.payload_sha256:
        yield "its payload was changed"
    try:
        payload = Payload.from_json(certificate.payload)
    except PayloadError as error:
        yield f"its payload cannot be read: {error}"
    else:
        yield from _differences(certificate, payload, control_key)
    if [entry for entry in entries if entry.event == LogEvent.ISSUED] != entries[:1] or not entries:
        yield "the log does not begin with its issue"
    for entry in entries:
        if entry.number != certificate.number or entry.payload_sha256 != certificate.payload_sha256:
            yield f"log entry {entry.sequence} says something else"
    ends = {LogEvent.ANNULLED: CertificateStatus.ANNULLED, LogEvent.REPLACED: CertificateStatus.REPLACED}
    expected = ends.get(LogEvent(entries[-1].event), CertificateStatus.VALID) if entries else CertificateStatus.VALID
    if certificate.status != expected:
        yield f"its status is {certificate.status}, but the log says {expected}"
    elif certificate.status != CertificateStatus.VALID and certificate.status_reason != entries[-1].reason:
        yield "its reason is not the one in the log"
    if certificate.status == CertificateStatus.REPLACED and certificate.replaced_by_id is None:
        yield "it is replaced, but not by any certificate"


def _differences(certificate: Certificate, payload: Payload, control_key: bytes) -> Iterator[str]:
    for name in ("number", "code", "control_code"):
        if getattr(certificate, name) != getattr(payload, name):
            yield f"its {name.replace('_', ' ')} is not the one in its payload"
    if control_code(control_key, payload.number, payload.code) != payload.control_code:
        yield "its control code does not belong to its number and code (or SECRET_KEY is another one)"


def _files(session: Session, store: Store) -> Iterator[str]:
    rows = session.execute(
        select(Certificate.number, Certificate.payload_sha256, RenderedFile.sha256)
        .join(RenderedFile, RenderedFile.certificate_id == Certificate.id)
        .order_by(Certificate.id)
    )
    for number, key, recorded in rows:
        kept = store.read(key)
        if kept is not None and sha256(kept) != recorded:
            yield f"certificate {number}: its file {store.path(key).name} was changed"
