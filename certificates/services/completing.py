"""Completion by evidence: who may be marked as completed, and marking everybody else by one order."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.kernel.clock import day_of
from app.kernel.errors import DomainError
from app.kernel.words import Message
from app.people.queries import display_name
from certificates.queries.completion import Ledger, Row, ledger, rule_of
from certificates.rules.completion import may_end, why
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment
from cohorts.services import change_status


def refuse_without_evidence(session: Session, cohort: Cohort, people: Sequence[Enrolment]) -> None:
    """Nobody is marked as completed whose conditions are not met; where a rule has none, an order alone decides.

    Raises:
        DomainError: somebody has not met the conditions; it says who, and what is missing.

    """
    if not rule_of(cohort).conditions:
        return
    found = ledger(session, cohort)
    rows = [row for person in people if (row := found.of(person.id)) is not None and not row.complete]
    if not rows:
        return
    said = {"name": display_name(rows[0].enrolment.person, "kk"), "why": why(rows[0].items)}
    if len(rows) == 1:
        raise DomainError(
            Message("Nothing was changed: %(name)s has not met the conditions (%(why)s).", **said), field="status"
        )
    raise DomainError(
        Message(
            "Nothing was changed: people who have not met the conditions: %(n)s, such as %(name)s (%(why)s).",
            n=len(rows),
            **said,
        ),
        field="status",
    )


def rest_of(found: Ledger) -> tuple[Row, ...]:
    """The people who are enrolled and have not met the conditions: those whom one order marks as not completed."""
    if not found.rule.conditions:
        return ()
    return tuple(row for row in found.rows if row.enrolment.status == EnrolmentStatus.ENROLLED and not row.complete)


def mark_rest(
    session: Session, *, cohort: Cohort, order_number: str, order_date: date | None, actor: Actor | None, now: datetime
) -> int:
    """Mark everybody as not completed who is enrolled and has not met the conditions, by one order.

    Returns:
        How many people were marked.

    Raises:
        DomainError: the programme has not ended, there is nobody to mark, or the order is missing.

    """
    session.refresh(cohort, with_for_update={"of": Cohort})
    if not may_end(cohort.ends_on, today=day_of(now, cohort.time_zone)):
        raise DomainError(Message("Nothing was changed: the programme has not ended yet."))
    rows = rest_of(ledger(session, cohort))
    if not rows:
        raise DomainError(Message("Nothing was changed: there is nobody whom this order would mark."))
    return change_status(
        session,
        cohort=cohort,
        numbers=[row.enrolment.number for row in rows],
        status=EnrolmentStatus.NOT_COMPLETED,
        order_number=order_number,
        order_date=order_date,
        actor=actor,
        now=now,
    )
