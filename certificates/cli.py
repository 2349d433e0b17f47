"""Certificates on the command line: the same services as the pages, with the same checks."""

from datetime import datetime
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cli import actor_by_email, command_session, fail
from app.kernel import clock
from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from app.settings import Settings
from certificates.bundle import file_name, zip_stream
from certificates.enums import CertificateStatus
from certificates.house import House, house_of
from certificates.inspection import UnreadableError, claim_of, differences
from certificates.models import Certificate, RenderedFile
from certificates.outlet import register_list, renderer
from certificates.queries.integrity import problems
from certificates.queries.issue import award_of, get_batch
from certificates.queries.lookups import by_code
from certificates.rules import APPROVE, PROPOSE
from certificates.services import approve as approve_batch
from certificates.services import propose as propose_batch
from certificates.services import record_downloads
from certificates.services.files import Sheet, ensure_files, payload_of, remember, sheets_of
from certificates.storage import Store, sha256
from cohorts.models import Cohort, Enrolment
from cohorts.queries import get_cohort

NOT_GENUINE, UNREADABLE = 1, 2
LARGEST_FILE = 50 * 1024 * 1024
DAY = click.DateTime(formats=["%Y-%m-%d"])


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _house() -> House:
    return house_of(_settings())


def _store() -> Store:
    return Store(_settings().DATA_DIR)


@click.group("certificates")
def certificates() -> None:
    """Propose, issue, export and check certificates."""


@certificates.command("propose")
@click.argument("cohort")
@click.option("--order", "order_number", required=True, metavar="NUMBER", help="Number of the order.")
@click.option("--on", "order_date", required=True, type=DAY, help="Date of the order, YYYY-MM-DD.")
@click.option("--issued-on", type=DAY, help="Date on the certificates; that of the order if not given.")
@click.option("--by", "email", required=True, metavar="EMAIL", help="Account of whoever proposes.")
@with_appcontext
def propose(cohort: str, order_number: str, order_date: datetime, issued_on: datetime | None, email: str) -> None:
    """Propose certificates for everybody of COHORT who completed and has none.

    They are handed over by the office that the programme names. Prints the batch, for ``approve``.
    """
    with command_session() as session:
        actor = actor_by_email(session, email)
        found = get_cohort(session, actor.reach(PROPOSE), cohort)
        batch = propose_batch(
            session,
            cohort=found,
            order_number=order_number,
            order_date=order_date.date(),
            issued_on=(issued_on or order_date).date(),
            handed_over_by=award_of(session, found).handed_over_by,
            actor=actor,
            now=clock.now(),
        )
        key, count = batch.key, len(batch.items)
    click.echo(f"Proposed: {count} certificates. Batch: {key}")


@certificates.command("approve")
@click.argument("batch")
@click.option("--by", "email", required=True, metavar="EMAIL", help="Account of whoever approves.")
@with_appcontext
def approve(batch: str, email: str) -> None:
    """Issue all certificates of BATCH, or none. A batch that is issued already stays as it is."""
    with command_session() as session:
        actor = actor_by_email(session, email)
        found = get_batch(session, actor.reach(APPROVE), batch)
        issue = approve_batch(session, batch=found, actor=actor, now=clock.now(), house=_house())
        numbers = [certificate.number for certificate in issue.certificates]
    word = "Issued already" if issue.already else "Issued"
    click.echo(f"{word}: {len(numbers)} certificates, {numbers[0]} to {numbers[-1]}")


@certificates.command("export")
@click.argument("cohort")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The ZIP to write.")
@with_appcontext
def export(cohort: str, out: Path) -> None:
    """Write the valid certificates of COHORT, and the list of all, into a ZIP."""
    with command_session() as session:
        rows = _of_cohort(session, cohort)
        listed = register_list(rows)
        sheets = sheets_of(session, [row for row in rows if row.status == CertificateStatus.VALID])
        session.rollback()
        made = ensure_files(sheets, store=_store(), render=renderer().render)
        _write(out, sheets, listed, cohort)
        remember(session, made, now=clock.now())
        record_downloads(session, numbers=[sheet.number for sheet in sheets], form="zip", actor=None, now=clock.now())
    click.echo(f"Written: {out} with {len(sheets)} certificates")


def _of_cohort(session: Session, code: str) -> list[Certificate]:
    cohort = session.scalar(select(Cohort).where(Cohort.code == code))
    if cohort is None:
        raise NotFoundError(Message("There is no cohort %(code)s.", code=code))
    rows = session.scalars(
        select(Certificate)
        .where(Certificate.cohort_id == cohort.id)
        .options(
            joinedload(Certificate.cohort).joinedload(Cohort.programme),
            joinedload(Certificate.enrolment).joinedload(Enrolment.organisation),
            joinedload(Certificate.replaced_by),
        )
        .order_by(Certificate.number)
    ).all()
    if not rows:
        raise NotFoundError(Message("Cohort %(code)s has no certificates yet.", code=code))
    return list(rows)


def _write(out: Path, sheets: list[Sheet], listed: bytes, cohort: str) -> None:
    """Write beside the target and rename, so that a full disk leaves no half ZIP."""
    shelf, render = _store(), renderer().render
    entries = [(f"{cohort}.xlsx", listed)]
    at = clock.now().astimezone(ZoneInfo(clock.HOME_ZONE)).replace(tzinfo=None)
    temporary = out.with_name(f".{out.name}.part")
    try:
        with temporary.open("wb") as file:
            pdfs = (
                (file_name(sheet.number, sheet.name), shelf.read(sheet.payload_sha256) or render(payload_of(sheet)))
                for sheet in sheets
            )
            for piece in zip_stream((*entries, *pdfs), at=at):
                file.write(piece)
        temporary.replace(out)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        fail(f"Nothing was written: {out}: {error.strerror}")


@certificates.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def verify(file: Path) -> None:
    """Say whether FILE is a genuine certificate: exit 0 genuine, 1 not, 2 unreadable."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)  # never the size that it says: a device or a pipe has none
        if len(data) > LARGEST_FILE:
            _end(f"Unreadable: {file} is too large", UNREADABLE)
        claim = claim_of(data)
    except OSError as error:
        _end(f"Unreadable: {file}: {error.strerror}", UNREADABLE)
    except UnreadableError as error:
        _end(f"Unreadable: {file}: {error}", UNREADABLE)
    with command_session() as session:
        recorded = _recorded(session, data)
        certificate = recorded or next((found for code in claim.codes if (found := by_code(session, code))), None)
        if certificate is None:
            _end("Not genuine: the register has no certificate with its code", NOT_GENUINE)
        payload = payload_of(certificate)
        # The very bytes that were recorded are ours, even if this release would draw them otherwise.
        wrong = [] if recorded else differences(data, renderer().render(payload))
        number, name, status = certificate.number, payload.holder.forms()[0], certificate.status
        reason = certificate.status_reason
        in_place = certificate.replaced_by.number if certificate.replaced_by else ""
    if wrong:
        _end(f"Not genuine: it carries the code of {number}, but {'; '.join(wrong)}", NOT_GENUINE)
    if status != CertificateStatus.VALID:
        also = f", replaced by {in_place}" if in_place else ""
        _end(f"Not valid: {number} is {status}{also}: {reason}", NOT_GENUINE)
    click.echo(f"Genuine: {number}, {name}")


def _end(sentence: str, code: int) -> NoReturn:
    click.echo(sentence, err=True)
    raise click.exceptions.Exit(code)


def _recorded(session: Session, data: bytes) -> Certificate | None:
    """The certificate whose recorded rendering this is."""
    return session.scalar(
        select(Certificate)
        .join(RenderedFile, RenderedFile.certificate_id == Certificate.id)
        .where(RenderedFile.sha256 == sha256(data))
    )


@certificates.command("audit")
@with_appcontext
def audit() -> None:
    """Check the whole register: chain, numbers, payloads, files. Exit 0 whole, 1 not."""
    with command_session() as session:
        found = list(problems(session, store=_store(), control_key=_house().control_key))
        total = session.query(Certificate).count()
    for problem in found:
        click.echo(problem, err=True)
    if found:
        _end(f"Not whole: {len(found)} problems in a register of {total} certificates", NOT_GENUINE)
    click.echo(f"Whole: {total} certificates, their log, numbers, payloads and files")
