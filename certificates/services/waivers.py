"""Letting somebody off a condition, for a reason that a document shows; and taking that back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError
from app.kernel.text import clean
from app.kernel.words import Message
from certificates.enums import CertificateStatus
from certificates.models import Certificate, Waiver
from certificates.queries.completion import finding_of, rule_of
from certificates.rules.completion import check_texts, condition_of
from cohorts.conditions import Verdict
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Enrolment


def waive(
    session: Session,
    *,
    enrolment: Enrolment,
    condition: str,
    reason: str,
    document: str,
    actor: Actor | None,
    now: datetime,
) -> Waiver:
    """Let one person off one condition.

    Args:
        condition: its key in the rule of the cohort.
        reason: one sentence; it stays for good.
        document: its number and date.

    Raises:
        DomainError: the condition is met or waived already, a text is missing, the person withdrew or is the actor, or
            the cohort is closed.

    """
    _hold(session, enrolment)
    reason, document = clean(reason), clean(document)
    spec = condition_of(rule_of(enrolment.cohort), condition)
    _check(enrolment, actor)
    check_texts(reason, document)
    if _in_force(session, enrolment, condition) is not None:
        raise DomainError(Message("Nothing was waived: this condition is waived already."), field="condition")
    if finding_of(session, enrolment, spec).verdict == Verdict.MET:
        raise DomainError(Message("Nothing was waived: this condition is met, and needs no waiver."), field="condition")
    waiver = Waiver(
        enrolment_id=enrolment.id,
        condition=condition,
        reason=reason,
        document=document,
        granted_at=now,
        granted_by_id=actor.user_id if actor else None,
    )
    session.add(waiver)
    session.flush()
    _record(session, "certificates.waived", waiver, enrolment, actor=actor, now=now)
    return waiver


def withdraw_waiver(session: Session, *, waiver: Waiver, actor: Actor | None, now: datetime) -> None:
    """Take a waiver back; the row stays, with who did it.

    Raises:
        DomainError: the person has a valid certificate, or the cohort is closed.
        ConflictError: it was taken back already.

    """
    enrolment = waiver.enrolment
    _hold(session, enrolment)
    session.refresh(waiver)
    if waiver.withdrawn_at is not None:
        raise ConflictError(Message("Nothing was changed: this waiver was taken back already."))
    if enrolment.cohort.status == CohortStatus.CLOSED:
        raise DomainError(Message("Nothing was changed: the cohort is closed."))
    number = session.scalar(
        select(Certificate.number).where(
            Certificate.enrolment_id == enrolment.id, Certificate.status == CertificateStatus.VALID
        )
    )
    if number is not None:
        raise DomainError(
            Message(
                "Nothing was changed: certificate %(number)s stands on this waiver. An approver annuls it first.",
                number=number,
            )
        )
    waiver.withdrawn_at = now
    waiver.withdrawn_by_id = actor.user_id if actor else None
    session.flush()
    _record(session, "certificates.waiver_withdrawn", waiver, enrolment, actor=actor, now=now)


def _hold(session: Session, enrolment: Enrolment) -> None:
    """Hold the person's row until the commit, so that two editors come one after the other."""
    session.refresh(enrolment, with_for_update={"of": Enrolment})


def _check(enrolment: Enrolment, actor: Actor | None) -> None:
    if enrolment.cohort.status == CohortStatus.CLOSED:
        raise DomainError(Message("Nothing was waived: the cohort is closed."))
    if enrolment.status == EnrolmentStatus.WITHDRAWN:
        raise DomainError(Message("Nothing was waived: this person has left the programme."))
    if actor is not None and actor.person_id == enrolment.person_id:
        raise DomainError(Message("Nothing was waived: nobody lets themselves off. Another coordinator has to do it."))


def _in_force(session: Session, enrolment: Enrolment, condition: str) -> Waiver | None:
    return session.scalar(
        select(Waiver).where(
            Waiver.enrolment_id == enrolment.id, Waiver.condition == condition, Waiver.withdrawn_at.is_(None)
        )
    )


def _record(
    session: Session, act: str, waiver: Waiver, enrolment: Enrolment, *, actor: Actor | None, now: datetime
) -> None:
    record(
        session,
        act=act,
        subject="enrolment",
        subject_id=enrolment.id,
        actor=actor,
        now=now,
        cohort=enrolment.cohort.code,
        condition=waiver.condition,
        document=waiver.document,
    )
    session.flush()
