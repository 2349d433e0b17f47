"""What may still happen to an issued certificate: it is annulled, or replaced by one with the right name."""

import os
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError, NotFoundError
from app.kernel.text import clean
from app.kernel.words import Message
from app.pdf.fonts import missing_glyphs
from certificates.enums import CertificateStatus, LogEvent
from certificates.house import House
from certificates.models import Certificate, Series
from certificates.payload import Holder, Payload
from certificates.queries.issue import award_of, holder_of
from certificates.queries.register import NO_SUCH
from certificates.rules import ANNUL, REASON_LENGTH
from certificates.services.issuing import Entropy, new_identity, row_of
from certificates.services.journal import Event, append, lock_register, take_numbers
from certificates.services.sheets import drawn_up_again
from cohorts.models import Enrolment
from cohorts.queries import in_reach


def refuse_while_certified(session: Session, people: Sequence[Enrolment]) -> None:
    """Whoever holds a valid certificate stays completed: it is annulled first.

    Raises:
        DomainError: one of them has a valid certificate.

    """
    wanted = select(Certificate.number).where(
        Certificate.enrolment_id.in_([enrolment.id for enrolment in people]),
        Certificate.status == CertificateStatus.VALID,
    )
    number = session.scalar(wanted.order_by(Certificate.number).limit(1))
    if number is not None:
        raise DomainError(
            Message("Nothing was changed: certificate %(number)s is valid. An approver annuls it first.", number=number)
        )


def annul(session: Session, *, certificate: Certificate, reason: str, actor: Actor, now: datetime) -> None:
    """Annul a certificate: from now on every check says so. Its number is never used again.

    Raises:
        NotFoundError: it is out of the actor's reach.
        DomainError: there is no reason, or it is the actor's own.
        ConflictError: it is not valid any more.

    """
    reason = _claim(session, certificate, reason, actor)
    certificate.status = CertificateStatus.ANNULLED
    certificate.status_at = now
    certificate.status_reason = reason
    session.flush()
    append(session, [Event(LogEvent.ANNULLED, certificate, reason)], actor=actor, now=now)
    _record(session, "annulled", certificate, reason, actor=actor, now=now)


def reissue(
    session: Session,
    *,
    certificate: Certificate,
    reason: str,
    issued_on: date,
    actor: Actor,
    now: datetime,
    house: House,
    entropy: Entropy = os.urandom,
) -> Certificate:
    """Issue a certificate with the person's name of today in place of one that printed another.

    Everything else stays as it was printed, but for the number, the codes and the date of issue.

    Returns:
        The new certificate; the old one says by which it was replaced, and why.

    Raises:
        NotFoundError: it is out of the actor's reach.
        DomainError: no reason, the name is printed as it is today, the date is before the first issue, or it is the
            actor's own.
        ConflictError: it is not valid any more.

    """
    reason = _claim(session, certificate, reason, actor)
    printed = Payload.from_json(certificate.payload)
    holder = _corrected(certificate, printed, issued_on)
    series = _next_number(session, certificate, issued_on)
    identity = new_identity(series, series.last_number, house=house, entropy=entropy)
    payload = drawn_up_again(printed, holder=holder, identity=identity, issued_on=issued_on)
    new = row_of(
        payload,
        series,
        series.last_number,
        certificate.batch,
        certificate.enrolment,
        now=now,
        sort_key=certificate.person.sort_key,
    )
    new.issued_on, new.organisation_id = issued_on, certificate.organisation_id
    _replace(session, certificate, new, reason, now=now)
    append(
        session,
        [Event(LogEvent.ISSUED, new, reason), Event(LogEvent.REPLACED, certificate, reason)],
        actor=actor,
        now=now,
    )
    _record(session, "reissued", certificate, reason, actor=actor, now=now, new=new.number)
    return new


def _corrected(certificate: Certificate, printed: Payload, issued_on: date) -> Holder:
    """The name of today; refused when it is the printed one, or cannot be printed, or the date is too early."""
    holder = holder_of(certificate.person)
    if holder == printed.holder:
        raise DomainError(
            Message("Nothing was issued: the name is printed just as it is today. Correct the person's name first.")
        )
    if missing_glyphs("".join(holder.forms())):
        raise DomainError(Message("Nothing was issued: the name has characters that cannot be printed."))
    if issued_on < certificate.issued_on:
        raise DomainError(
            Message("Nothing was issued: the new certificate cannot be dated before the first one."), field="issued_on"
        )
    return holder


def _next_number(session: Session, certificate: Certificate, issued_on: date) -> Series:
    award = award_of(session, certificate.cohort)
    if award.issuer_id is None:
        raise DomainError(Message("Nothing was issued: the programme does not say who issues its certificates."))
    return take_numbers(
        session,
        issuer_id=award.issuer_id,
        programme_id=certificate.cohort.programme_id,
        prefix=award.prefix,
        year=issued_on.year,
        count=1,
    )


def _record(
    session: Session, what: str, certificate: Certificate, reason: str, *, actor: Actor, now: datetime, new: str = ""
) -> None:
    record(
        session,
        act=f"certificates.{what}",
        subject="certificate",
        subject_id=certificate.id,
        actor=actor,
        now=now,
        number=certificate.number,
        reason=reason,
        **({"new_number": new} if new else {}),  # type: ignore[arg-type]  # detail, not a parameter
    )
    session.flush()


def _replace(session: Session, old: Certificate, new: Certificate, reason: str, *, now: datetime) -> None:
    """The old one stops being valid before the new one is added: a person has one valid certificate of a cohort."""
    old.status = CertificateStatus.REPLACED
    old.status_at = now
    old.status_reason = reason
    session.flush()
    session.add(new)
    session.flush()
    old.replaced_by = new
    session.flush()


def _claim(session: Session, certificate: Certificate, reason: str, actor: Actor) -> str:
    """Lock the certificate and the register, and refuse what may not be; returns the cleaned reason."""
    if not in_reach(actor.reach(ANNUL), certificate.cohort):
        raise NotFoundError(NO_SUCH)
    session.refresh(certificate, with_for_update={"of": Certificate})
    lock_register(session)
    if actor.person_id is not None and actor.person_id == certificate.person_id:
        raise DomainError(Message("Nothing was changed: it is your own certificate. Another approver has to do it."))
    reason = clean(reason)[:REASON_LENGTH]
    if not reason:
        raise DomainError(
            Message("Nothing was changed: a reason is needed. It is shown to whoever checks."), field="reason"
        )
    if certificate.status != CertificateStatus.VALID:
        raise ConflictError(Message("Nothing was changed: this certificate is not valid any more."))
    return reason
