"""The files of certificates: made from the frozen payload after the issue, kept as a cache, and handed out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import DomainError
from app.kernel.words import Message
from certificates.models import Certificate, RenderedFile
from certificates.payload import Payload, PayloadError
from certificates.queries.register import recorded_hashes
from certificates.storage import Store, sha256

Render = Callable[[Payload], bytes]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A certificate as its file is made from it, loose from the database.

    Args:
        recorded: the SHA-256 of the rendering that was recorded, if one was.

    """

    certificate_id: int
    number: str
    name: str
    payload: str
    payload_sha256: str
    recorded: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made anew."""

    certificate_id: int
    sha256: str
    size: int


def sheets_of(session: Session, certificates: Sequence[Certificate]) -> list[Sheet]:
    """What is needed to make the files of these certificates; after this the database can be let go.

    Raises:
        DomainError: a record was altered.

    """
    recorded = recorded_hashes(session, [certificate.id for certificate in certificates])
    return [
        Sheet(
            certificate.id,
            certificate.number,
            next(iter(payload_of(certificate).holder.forms())),
            certificate.payload,
            certificate.payload_sha256,
            recorded.get(certificate.id),
        )
        for certificate in certificates
    ]


def payload_of(record: Certificate | Sheet) -> Payload:
    """The frozen payload.

    Raises:
        DomainError: it is not what was issued; nothing is printed from it, and nobody is told that it is genuine.

    """
    try:
        payload = Payload.from_json(record.payload)
    except PayloadError:
        payload = None
    if payload is None or payload.sha256() != record.payload_sha256:
        raise DomainError(
            Message(
                "The record of certificate %(number)s was altered: do not rely on it, and tell the administrator.",
                number=record.number,
            )
        )
    return payload


def ensure_files(sheets: Iterable[Sheet], *, store: Store, render: Render) -> list[Made]:
    """Make the files that are missing or differ from what was recorded. No database is held meanwhile.

    Returns:
        Those that were made, to be recorded by :func:`remember`.

    Raises:
        StorageError: the disk is full or refuses; files made before stay whole, nothing half-written stays.
        DomainError: a payload was altered.

    """
    made = []
    for sheet in sheets:
        kept = store.read(sheet.payload_sha256) if sheet.recorded else None
        if kept is not None and sha256(kept) == sheet.recorded:
            continue
        data = render(payload_of(sheet))
        store.write(sheet.payload_sha256, data)
        made.append(Made(sheet.certificate_id, sha256(data), len(data)))
    return made


def remember(session: Session, made: Sequence[Made], *, now: datetime) -> None:
    """Record the hashes of files that were made; of two who made one at the same time, the later record stays."""
    if not made:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(RenderedFile).values(
        [
            {"certificate_id": file.certificate_id, "sha256": file.sha256, "size": file.size, "rendered_at": now}
            for file in made
        ]
    )
    newer = {name: statement.excluded[name] for name in ("sha256", "size", "rendered_at")}
    session.execute(statement.on_conflict_do_update(index_elements=["certificate_id"], set_=newer))


def record_downloads(
    session: Session,
    *,
    numbers: Sequence[str],
    form: str,
    actor: Actor | None,
    now: datetime,
    subject_id: int | None = None,
) -> None:
    """Write a download to the audit.

    Args:
        numbers: the certificates that were handed out.
        form: ``pdf``, ``zip``, ``one_pdf`` or ``xlsx``.
        subject_id: the certificate, when it was a single one.

    """
    record(
        session,
        act="certificates.downloaded",
        subject="certificate",
        subject_id=subject_id,
        actor=actor,
        now=now,
        form=form,
        count=len(numbers),
        numbers=list(numbers),
    )
    session.flush()
