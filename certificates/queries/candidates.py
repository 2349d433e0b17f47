"""Whose certificates can be proposed: by evidence where a rule has conditions, by an order alone where it has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.rules import Reach
from app.kernel.words import Message
from app.people.models import Person
from certificates.enums import CertificateStatus
from certificates.models import Certificate
from certificates.queries.completion import Ledger, Row, ledger, rule_of
from certificates.queries.issue import holder_of
from certificates.rules import Candidate, Hold, Mend
from certificates.rules.completion import why
from certificates.rules.evidence import freeze
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Enrolment, StatusChange
from cohorts.queries import cohorts_within

SOON = timedelta(days=7)  # before the last day the home page begins to say who is complete


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who could get a certificate.

    Args:
        people: those who are complete or were marked as completed, without a valid certificate.
        incomplete: how many have not met the conditions, and are neither.

    """

    people: tuple[Candidate, ...]
    incomplete: int = 0

    @property
    def free(self) -> int:
        """How many are held back by nothing that the ledger knows."""
        return sum(person.hold is None for person in self.people)


def candidate_of(enrolment: Enrolment, annulled: str = "") -> Candidate:
    """Somebody on a list, as the decisions see them."""
    person = enrolment.person
    return Candidate(enrolment.id, enrolment.number, person.id, holder_of(person), person.sort_key, annulled)


def recipients(session: Session, cohort: Cohort, found: Ledger | None = None) -> Recipients:
    """Everybody of a cohort who could get a certificate, alphabetically.

    Args:
        found: the cohort's ledger if it is known already.

    """
    annulled = _annulled(session, cohort)
    if rule_of(cohort).conditions:
        return _by_evidence(session, cohort, found or ledger(session, cohort), annulled)
    held = select(Certificate.person_id).where(
        Certificate.cohort_id == cohort.id, Certificate.status == CertificateStatus.VALID
    )
    rows = session.scalars(
        select(Enrolment)
        .join(Enrolment.person)
        .where(
            Enrolment.cohort_id == cohort.id,
            Enrolment.status == EnrolmentStatus.COMPLETED,
            Enrolment.person_id.not_in(held),
        )
        .options(joinedload(Enrolment.person).selectinload(Person.names))
        .order_by(Person.sort_key, Enrolment.number)
    )
    return Recipients(
        tuple(candidate_of(enrolment, annulled.get(enrolment.person_id, "")) for enrolment in rows.unique())
    )


def _annulled(session: Session, cohort: Cohort) -> dict[int, str]:
    """The number of the last annulled certificate of each person."""
    wanted = select(Certificate.person_id, Certificate.number).where(
        Certificate.cohort_id == cohort.id, Certificate.status == CertificateStatus.ANNULLED
    )
    return dict(session.execute(wanted.order_by(Certificate.id)).all())


def _by_evidence(session: Session, cohort: Cohort, found: Ledger, annulled: Mapping[int, str]) -> Recipients:
    rows = [row for row in found.rows if not row.certificate]
    known = [row for row in rows if row.complete or row.enrolment.status == EnrolmentStatus.COMPLETED]
    known.sort(key=lambda row: (row.enrolment.person.sort_key, row.enrolment.number))
    refusals = _refusals(session, [row for row in known if row.enrolment.status == EnrolmentStatus.NOT_COMPLETED])
    closed = cohort.status == CohortStatus.CLOSED
    people = [
        _candidate(row, annulled.get(row.enrolment.person_id, ""), refusals.get(row.enrolment.id), closed=closed)
        for row in known
    ]
    return Recipients(tuple(people), len(rows) - len(known))


def _candidate(row: Row, annulled: str, refusal: StatusChange | None, *, closed: bool) -> Candidate:
    """Somebody whose conditions are met, or whom an order marked although they are not (any more)."""
    enrolment = row.enrolment
    marked = enrolment.status == EnrolmentStatus.COMPLETED
    hold, look = None, None
    if not row.complete:
        hold = Hold(
            Message("Marked as completed, but the conditions are not met: %(why)s.", why=why(row.items)),
            Mend.COMPLETION,
        )
    elif not marked and closed:
        hold = Hold(
            Message("Complete, but the cohort is closed and no order says so. Open the cohort again."), Mend.COHORT
        )
    elif refusal is not None and refusal.reason:
        hold = Hold(Message("Marked as not completed, with a reason: %(reason)s", reason=refusal.reason), Mend.MARK)
    elif refusal is not None:
        look = Message("Was marked as not completed; this order would say that the person completed.")
    return Candidate(
        enrolment.id,
        enrolment.number,
        enrolment.person_id,
        holder_of(enrolment.person),
        enrolment.person.sort_key,
        annulled,
        hold=hold,
        look=look,
        marked=marked,
        evidence=freeze(row.items),
    )


def _refusals(session: Session, rows: Sequence[Row]) -> dict[int, StatusChange]:
    """The last order about each person who was marked as not completed."""
    wanted = select(StatusChange).where(StatusChange.enrolment_id.in_([row.enrolment.id for row in rows]))
    return {change.enrolment_id: change for change in session.scalars(wanted.order_by(StatusChange.id))}


def cohorts_to_propose(session: Session, reach: Reach) -> list[tuple[Cohort, int]]:
    """The cohorts in reach with people who were marked as completed and have no valid certificate, by code.

    Evidence is looked into on each cohort's own page, so that this is one statement for any number of cohorts. A
    programme that names no issuer gives no certificates: it waits for none.
    """
    return [(cohort, n) for cohort, n in _marked(session, reach) if cohort.programme.award.get("issuers")]


def number_to_propose(session: Session, cohort: Cohort, *, today: date) -> int:
    """How many certificates of one cohort can be proposed.

    Where conditions decide, from a week before its last day on, or once somebody was marked as completed: before that
    everybody who never missed a day would be complete.
    """
    marked = next((n for _, n in _marked(session, Reach(cohorts=frozenset({cohort.id})))), 0)
    if not cohort.programme.award.get("issuers"):
        return 0
    if not rule_of(cohort).conditions:
        return marked
    return recipients(session, cohort).free if marked or is_ending(cohort, today) else 0


def is_ending(cohort: Cohort, today: date) -> bool:
    """Whether a running cohort is in its last week, or past it."""
    ends_on = cohort.ends_on
    return cohort.status == CohortStatus.RUNNING and ends_on is not None and ends_on.last_day - SOON <= today


def _marked(session: Session, reach: Reach) -> list[tuple[Cohort, int]]:
    """The cohorts in reach with people who were marked as completed and have no valid certificate."""
    held = select(Certificate.id).where(
        Certificate.cohort_id == Enrolment.cohort_id,
        Certificate.person_id == Enrolment.person_id,
        Certificate.status == CertificateStatus.VALID,
    )
    waiting = (
        select(Enrolment.cohort_id, func.count(Enrolment.id).label("n"))
        .where(Enrolment.status == EnrolmentStatus.COMPLETED, ~held.exists())
        .group_by(Enrolment.cohort_id)
        .subquery()
    )
    statement = (
        select(Cohort, waiting.c.n)
        .join(waiting, waiting.c.cohort_id == Cohort.id)
        .join(Cohort.programme)
        .where(cohorts_within(reach))
        .options(joinedload(Cohort.programme))
        .order_by(Cohort.code)
    )
    return [(cohort, n) for cohort, n in session.execute(statement)]
