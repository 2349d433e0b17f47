"""Proposing certificates: one person's half of issuing."""

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.clock import day_of
from app.kernel.errors import DomainError, NotFoundError
from app.kernel.text import clean
from app.kernel.tri import Tri
from app.kernel.words import Message
from app.pdf.fonts import missing_glyphs
from certificates.enums import BatchStatus
from certificates.models import Batch, BatchItem
from certificates.queries.candidates import recipients
from certificates.queries.issue import Award, award_of, open_batch, situation_of
from certificates.rules import PROPOSE, Preflight, check_dates, check_proposer, preflight
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort
from cohorts.queries import in_reach
from cohorts.queries.intakes import NO_COHORT
from cohorts.services import change_status


def check(session: Session, cohort: Cohort, award: Award | None = None) -> Preflight:
    """What of a cohort can be issued now."""
    award = award or award_of(session, cohort)
    situation = situation_of(session, cohort, award)
    found = recipients(session, cohort)
    return preflight(found.people, situation, missing_glyphs=missing_glyphs, incomplete=found.incomplete)


def propose(
    session: Session,
    *,
    cohort: Cohort,
    order_number: str,
    order_date: date,
    issued_on: date,
    handed_over_by: Tri | None,
    actor: Actor,
    now: datetime,
) -> Batch:
    """Propose certificates for everybody of a cohort who is complete, ready and has no valid one.

    Where the rule has conditions the evidence says who is complete, and the same order marks them as completed; where
    it has none, those are taken whom an order marked.

    Args:
        handed_over_by: the office that hands them over; None leaves the line out.

    Raises:
        NotFoundError: the cohort is out of the actor's reach.
        DomainError: nobody is ready, a date is wrong, a proposal waits already, or the actor is a recipient.

    """
    if not in_reach(actor.reach(PROPOSE), cohort):
        raise NotFoundError(NO_COHORT)
    session.refresh(cohort, with_for_update={"of": Cohort})
    order_number = clean(order_number).removeprefix("№").strip()
    today = day_of(now, cohort.time_zone)
    _check_order(order_number, handed_over_by)
    check_dates(order_date=order_date, issued_on=issued_on, ends_on=cohort.ends_on, today=today)
    found = _ready(session, cohort, actor)
    _mark(session, cohort, found, order_number=order_number, order_date=order_date, actor=actor, now=now)
    batch = Batch(
        key=uuid.uuid4().hex,
        cohort=cohort,
        status=BatchStatus.PROPOSED,
        order_number=order_number,
        order_date=order_date,
        issued_on=issued_on,
        handed_over_by=handed_over_by or None,
        proposed_by_id=actor.user_id,
        proposed_at=now,
        version=1,
        items=_items(found),
    )
    session.add(batch)
    session.flush()
    _record(session, batch, found, actor=actor, now=now)
    return batch


def _items(found: Preflight) -> list[BatchItem]:
    """Those who are ready, in the order of the numbers to come, each with the evidence of this moment."""
    return [
        BatchItem(enrolment_id=person.enrolment_id, position=place, evidence=person.evidence)
        for place, person in enumerate(found.ready, start=1)
    ]


def _mark(
    session: Session,
    cohort: Cohort,
    found: Preflight,
    *,
    order_number: str,
    order_date: date,
    actor: Actor,
    now: datetime,
) -> None:
    """The order of the certificates marks those as completed whom no order has marked yet."""
    numbers = [person.enrolment_number for person in found.ready if not person.marked]
    if numbers:
        change_status(
            session,
            cohort=cohort,
            numbers=numbers,
            status=EnrolmentStatus.COMPLETED,
            order_number=order_number,
            order_date=order_date,
            actor=actor,
            now=now,
        )


def refuse_while_proposed(session: Session, cohort: Cohort) -> None:
    """Keep the days of a cohort as long as certificates with these days wait for approval.

    Raises:
        DomainError: a proposal waits.

    """
    if open_batch(session, cohort) is not None:
        raise DomainError(
            Message(
                "Nothing was changed: certificates with these dates wait for approval. An approver can send them back."
            )
        )


def _ready(session: Session, cohort: Cohort, actor: Actor) -> Preflight:
    """What can be proposed; refused when it is nothing, when something waits, or when the actor would get one."""
    if open_batch(session, cohort) is not None:
        raise DomainError(Message("Nothing was proposed: certificates of this cohort wait for approval already."))
    found = check(session, cohort)
    if found.blocked:
        raise DomainError(Message("Nothing was proposed: %(why)s", why=found.blocked[0].why))
    if not found.ready:
        raise DomainError(
            Message(
                "Nothing was proposed: nobody completed the programme who has no certificate yet and could get one."
            )
        )
    check_proposer(person_id=actor.person_id, recipients=(person.person_id for person in found.ready))
    return found


def _record(session: Session, batch: Batch, found: Preflight, *, actor: Actor, now: datetime) -> None:
    record(
        session,
        act="certificates.proposed",
        subject="batch",
        subject_id=batch.id,
        actor=actor,
        now=now,
        cohort=batch.cohort.code,
        order=batch.order_number,
        count=len(found.ready),
        held_back=len(found.held),
    )
    session.flush()


def _check_order(order_number: str, handed_over_by: Tri | None) -> None:
    if not order_number:
        raise DomainError(Message("Nothing was proposed: the number of the order is missing."), field="order_number")
    texts = [order_number, *(handed_over_by.forms() if handed_over_by else ())]
    letters = missing_glyphs("".join(texts))
    if letters:
        raise DomainError(
            Message(
                "Nothing was proposed: these characters cannot be printed: %(letters)s. Type them another way.",
                letters=" ".join(letters[:5]),
            ),
            field="order_number" if missing_glyphs(order_number) else "handed_over_by",
        )
