"""Answering whoever holds a certificate: is it genuine, annulled, replaced, or unknown."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.rules import WINDOW, wait_after
from app.kernel.clock import day_of
from certificates.enums import CertificateStatus
from certificates.models import Certificate, LookUpFailure
from certificates.payload import Payload
from certificates.queries.lookups import by_code, by_pair, failures
from certificates.rules import TRIES
from certificates.services.files import payload_of


class Answer(StrEnum):
    """What a check says."""

    GENUINE = "genuine"
    NOT_YET = "not_yet"
    ANNULLED = "annulled"
    REPLACED = "replaced"
    UNKNOWN = "unknown"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer, with everything printed when there is such a certificate.

    Args:
        status_on: the day of annulling or replacing, in the zone of the programme.
        wait: how long until the next try is allowed.

    """

    answer: Answer
    certificate: Certificate | None = None
    payload: Payload | None = None
    status_on: date | None = None
    wait: timedelta = timedelta(0)


def look_up(
    session: Session, *, key: str, now: datetime, code: str | None = None, pair: tuple[str, str] | None = None
) -> LookUp:
    """Check a certificate by its code, or by the pair of number and control code.

    Unknown and malformed ones cost the same work. A pair that fails is counted, so the caller commits it
    (``keep_changes``). A code is not: nobody guesses one of 128 bits, so whoever shares an address with somebody who
    types nonsense, or comes through the same proxy, can still check the paper in the hand, and nothing is written.

    Args:
        key: the throttle's key of the caller's network address.

    Raises:
        DomainError: the record is not what was issued.

    """
    if code is not None:
        certificate = by_code(session, code)
        return _answer(certificate, now=now) if certificate else LookUp(Answer.UNKNOWN)
    wait = wait_after(failures(session, key, now=now), now=now, limit=TRIES)
    if wait:
        return LookUp(Answer.WAIT, wait=wait)
    certificate = by_pair(session, *(pair or ("", "")))
    if certificate is None:
        session.execute(delete(LookUpFailure).where(LookUpFailure.at < now - WINDOW))
        session.add(LookUpFailure(key=key, at=now))
        session.flush()
        return LookUp(Answer.UNKNOWN)
    return _answer(certificate, now=now)


def _answer(certificate: Certificate, *, now: datetime) -> LookUp:
    zone = certificate.cohort.time_zone
    answers = {CertificateStatus.ANNULLED: Answer.ANNULLED, CertificateStatus.REPLACED: Answer.REPLACED}
    answer = answers.get(certificate.status, Answer.GENUINE)
    if answer == Answer.GENUINE and certificate.issued_on > day_of(now, zone):
        answer = Answer.NOT_YET
    return LookUp(
        answer,
        certificate,
        payload_of(certificate),
        day_of(certificate.status_at, zone) if certificate.status_at else None,
    )
