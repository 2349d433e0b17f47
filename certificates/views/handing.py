"""Handing files out. Rendering holds no database: what is needed is read, the database let go, then files are made."""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response

from app.accounts.rules import Actor
from app.kernel.clock import HOME_ZONE
from app.kernel.errors import DomainError
from app.kernel.words import Message
from app.web.downloads import PDF, XLSX, ZIP, send_bytes
from app.web.request import db_session, moment, settings
from certificates.bundle import file_name, zip_stream
from certificates.enums import CertificateStatus
from certificates.models import Certificate
from certificates.outlet import register_list, renderer
from certificates.rules import MOST_FILES
from certificates.services.files import Sheet, ensure_files, payload_of, record_downloads, remember, sheets_of
from certificates.storage import Store


def store() -> Store:
    """Where this installation keeps the files."""
    return Store(settings().DATA_DIR)


def one_file(certificate: Certificate, actor: Actor) -> Response:
    """The PDF of one certificate, written to the audit.

    Raises:
        DomainError: it is annulled, the disk is full, or its record was altered.

    """
    if certificate.status == CertificateStatus.ANNULLED:
        raise DomainError(Message("An annulled certificate is not handed out any more."))
    session = db_session()
    key = certificate.id
    [sheet] = sheets_of(session, [certificate])
    data = _files([sheet])[0]
    record_downloads(session, numbers=[sheet.number], form="pdf", actor=actor, now=moment(), subject_id=key)
    return send_bytes(data, file_name(sheet.number, sheet.name), PDF)


def many_files(certificates: Sequence[Certificate], actor: Actor, *, title: str) -> Response:
    """A ZIP with one PDF for each certificate that may be handed out, and the list of all of them.

    Raises:
        DomainError: there are too many, none may be handed out, the disk is full, or a record was altered.

    """
    sheets = _chosen(certificates)
    listed = register_list(certificates)
    names = [file_name(sheet.number, sheet.name) for sheet in sheets]
    _make(sheets)
    _note(sheets, "zip", actor)
    entries = _entries(sheets, names, store(), (f"{title}.xlsx", listed))
    return send_bytes(zip_stream(entries, at=_local()), f"{title}.zip", ZIP)


def one_document(certificates: Sequence[Certificate], actor: Actor, *, title: str) -> Response:
    """One PDF with a page for each certificate that may be handed out, in the order of the register.

    Raises:
        DomainError: there are too many, none may be handed out, or a record was altered.

    """
    sheets = _chosen(certificates)
    db_session().rollback()
    target = io.BytesIO()
    renderer().render_many((payload_of(sheet) for sheet in sheets), target)
    _note(sheets, "one_pdf", actor)
    return send_bytes(target.getvalue(), f"{title}.pdf", PDF)


def list_file(certificates: Sequence[Certificate], actor: Actor, *, title: str) -> Response:
    """The list of these certificates, annulled and replaced ones with their reasons."""
    data = register_list(certificates)
    numbers = [certificate.number for certificate in certificates]
    record_downloads(db_session(), numbers=numbers, form="xlsx", actor=actor, now=moment())
    return send_bytes(data, f"{title}.xlsx", XLSX)


def _chosen(certificates: Sequence[Certificate]) -> list[Sheet]:
    """Those that are handed out: the valid ones."""
    valid = [certificate for certificate in certificates if certificate.status == CertificateStatus.VALID]
    if not valid:
        raise DomainError(Message("Nothing was downloaded: none of these certificates is valid."))
    if len(valid) > MOST_FILES:
        raise DomainError(
            Message(
                "Nothing was downloaded: %(n)s certificates are too many for one file. "
                "Choose a year or a programme, so that at most %(most)s are left.",
                n=len(valid),
                most=MOST_FILES,
            )
        )
    return sheets_of(db_session(), valid)


def _make(sheets: Sequence[Sheet]) -> None:
    """Make what is missing without holding the database: nothing was written yet, so nothing is lost by letting go."""
    session = db_session()
    session.rollback()
    made = ensure_files(sheets, store=store(), render=renderer().render)
    remember(session, made, now=moment())


def _files(sheets: Sequence[Sheet]) -> list[bytes]:
    _make(sheets)
    return [_content(sheet) for sheet in sheets]


def _content(sheet: Sheet) -> bytes:
    """A file that was just made or checked; made once more if somebody took it away meanwhile."""
    kept = store().read(sheet.payload_sha256)
    return kept if kept is not None else renderer().render(payload_of(sheet))


def _entries(
    sheets: Sequence[Sheet], names: Sequence[str], shelf: Store, listed: tuple[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """The files of a ZIP, read one by one while it is sent: the request is over by then, and its context gone."""
    yield listed
    for sheet, name in zip(sheets, names, strict=True):
        yield name, shelf.read(sheet.payload_sha256) or renderer().render(payload_of(sheet))


def _note(sheets: Sequence[Sheet], form: str, actor: Actor) -> None:
    record_downloads(db_session(), numbers=[sheet.number for sheet in sheets], form=form, actor=actor, now=moment())


def _local() -> datetime:
    return moment().astimezone(ZoneInfo(HOME_ZONE)).replace(tzinfo=None)
