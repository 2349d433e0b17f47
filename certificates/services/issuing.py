"""Issuing: the other person's half. One short transaction gives numbers, codes, payloads, log and audit, or nothing.

Nothing is rendered here: a rendering costs as much as two hundred numbers and can be made again at any time.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError, NotFoundError
from app.kernel.text import clean, search_key
from app.kernel.words import Message
from app.people.models import Person
from certificates.codes import CODE_BYTES, control_code, new_code
from certificates.enums import BatchStatus, CertificateStatus, LogEvent
from certificates.house import House
from certificates.models import Batch, Certificate, Series
from certificates.payload import Payload
from certificates.queries.candidates import candidate_of
from certificates.queries.issue import NO_BATCH, Award, award_of, issued_in
from certificates.rules import APPROVE, Candidate, check_approver, fingerprint, number_of
from certificates.services.journal import Event, append, lock_register, take_numbers
from certificates.services.proposing import check
from certificates.services.sheets import Identity, Occasion, draw_up
from certificates.signals import BatchIssued, batch_issued
from cohorts.models import Cohort, Enrolment
from cohorts.queries import in_reach

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Issue:
    """What approving did.

    Args:
        certificates: those of the batch, by their numbers.
        already: it had been issued before, and nothing was changed.

    """

    batch: Batch
    certificates: tuple[Certificate, ...]
    already: bool


def approve(
    session: Session,
    *,
    batch: Batch,
    actor: Actor,
    now: datetime,
    house: House,
    entropy: Entropy = os.urandom,
    seen: str | None = None,
) -> Issue:
    """Issue all certificates of a batch, or none. The commit of this transaction is the issue.

    Args:
        house: what the installation gives to each certificate.
        entropy: a cryptographic source of random bytes.
        seen: the fingerprint of the list that the approver looked at; a list that changed since is not issued.

    Returns:
        The certificates; for a batch that is issued already, those that it has, and nothing changes.

    Raises:
        NotFoundError: the batch is out of the actor's reach.
        DomainError: the approver proposed it or is a recipient, or somebody on the list is not ready any more.
        ConflictError: it was sent back meanwhile, or the list is not the one that was looked at.

    """
    _claim(session, batch, actor)
    if batch.status == BatchStatus.ISSUED:
        return Issue(batch, tuple(issued_in(session, batch)), already=True)
    people = _people(session, batch)
    _check_decision(batch, people, actor, seen)
    award = award_of(session, batch.cohort)
    _check_still_ready(session, batch, people, award)
    certificates = _issue(session, batch, people, award, house=house, entropy=entropy, now=now)
    append(session, [Event(LogEvent.ISSUED, certificate) for certificate in certificates], actor=actor, now=now)
    _decide(session, batch, BatchStatus.ISSUED, actor=actor, now=now)
    _tell(session, batch, certificates, actor=actor, now=now)
    return Issue(batch, tuple(certificates), already=False)


def _tell(session: Session, batch: Batch, certificates: Sequence[Certificate], *, actor: Actor, now: datetime) -> None:
    """Write the issue to the audit, and let whoever makes the files know."""
    record(
        session,
        act="certificates.issued",
        subject="batch",
        subject_id=batch.id,
        actor=actor,
        now=now,
        order=batch.order_number,
        count=len(certificates),
        first=certificates[0].number,
        last=certificates[-1].number,
    )
    session.flush()
    batch_issued.send(BatchIssued(session, batch.id, actor, now))


def _check_decision(
    batch: Batch, people: Sequence[tuple[Enrolment, Candidate]], actor: Actor, seen: str | None
) -> None:
    check_approver(
        approver_id=actor.user_id,
        approver_person=actor.person_id,
        proposer_id=batch.proposed_by_id,
        recipients=(person.person_id for _, person in people),
    )
    if batch.status == BatchStatus.RETURNED:
        raise ConflictError(Message("Nothing was issued: the proposal was sent back meanwhile."))
    if seen is not None and seen != fingerprint(person.holder for _, person in people):
        raise ConflictError(
            Message("Nothing was issued: a name on the list changed while you were looking. Look at the list again.")
        )


def send_back(session: Session, *, batch: Batch, note: str, actor: Actor, now: datetime) -> None:
    """Send a proposal back to whoever made it; what is mended is proposed again.

    Raises:
        NotFoundError: the batch is out of the actor's reach.
        DomainError: there is no note.
        ConflictError: it is issued or sent back already.

    """
    _claim(session, batch, actor)
    note = clean(note)
    if not note:
        raise DomainError(Message("Nothing was sent back: say in the note what has to be mended."), field="note")
    if batch.status != BatchStatus.PROPOSED:
        raise ConflictError(Message("Nothing was sent back: somebody else decided on this proposal meanwhile."))
    batch.note = note[:500]
    _decide(session, batch, BatchStatus.RETURNED, actor=actor, now=now)
    record(
        session,
        act="certificates.sent_back",
        subject="batch",
        subject_id=batch.id,
        actor=actor,
        now=now,
        note=note[:500],
    )
    session.flush()


def _claim(session: Session, batch: Batch, actor: Actor) -> None:
    """Lock the batch, the register and the cohort, in this order everywhere, and read the batch as it is now.

    Whoever saves attendance, moves people between groups or takes in a roster holds the cohort too: the evidence that
    is judged here stays as it is until the commit.
    """
    if not in_reach(actor.reach(APPROVE), batch.cohort):
        raise NotFoundError(NO_BATCH)
    session.refresh(batch, with_for_update={"of": Batch})
    lock_register(session)
    session.refresh(batch.cohort, with_for_update={"of": Cohort, "key_share": True})


def _decide(session: Session, batch: Batch, status: BatchStatus, *, actor: Actor, now: datetime) -> None:
    batch.status = status
    batch.decided_by_id = actor.user_id
    batch.decided_at = now
    batch.version += 1
    session.flush()


def _people(session: Session, batch: Batch) -> list[tuple[Enrolment, Candidate]]:
    """Everybody on the list, with the names of this moment; nobody's completion is taken away until the commit."""
    places = {item.enrolment_id: item.position for item in batch.items}
    rows = session.scalars(
        select(Enrolment)
        .where(Enrolment.id.in_(places))
        .options(joinedload(Enrolment.person).selectinload(Person.names))
        .order_by(Enrolment.number)  # as everybody locks them, so that nobody waits for who waits
        .with_for_update(of=Enrolment)
        .execution_options(populate_existing=True)
    ).unique()
    return [(row, candidate_of(row)) for row in sorted(rows, key=lambda row: places[row.id])]


def _check_still_ready(
    session: Session, batch: Batch, people: Sequence[tuple[Enrolment, Candidate]], award: Award
) -> None:
    found = check(session, batch.cohort, award)
    if found.blocked:
        raise DomainError(Message("Nothing was issued: %(why)s Send the proposal back.", why=found.blocked[0].why))
    ready = {person.enrolment_id for person in found.ready}
    held = {finding.candidate.enrolment_id: finding.why for finding in found.held if finding.candidate}
    for _, person in people:
        if person.enrolment_id in held:
            raise DomainError(
                Message(
                    "Nothing was issued: %(name)s is not ready any more. %(why)s Send the proposal back.",
                    name=person.name,
                    why=held[person.enrolment_id],
                )
            )
        if person.enrolment_id not in ready:
            raise DomainError(
                Message(
                    "Nothing was issued: %(name)s is not ready any more. Send the proposal back to be made anew.",
                    name=person.name,
                )
            )


def _issue(
    session: Session,
    batch: Batch,
    people: Sequence[tuple[Enrolment, Candidate]],
    award: Award,
    *,
    house: House,
    entropy: Entropy,
    now: datetime,
) -> list[Certificate]:
    series = series_for(session, batch.cohort, award, batch, count=len(people))
    occasion = occasion_of(batch)
    first = series.last_number - len(people) + 1
    certificates = []
    for sequence, (enrolment, person) in enumerate(people, start=first):
        identity = new_identity(series, sequence, house=house, entropy=entropy)
        payload = draw_up(award, occasion, holder=person.holder, identity=identity, house=house)
        certificates.append(row_of(payload, series, sequence, batch, enrolment, now=now, sort_key=person.sort_key))
    session.add_all(certificates)
    session.flush()
    return certificates


def series_for(session: Session, cohort: Cohort, award: Award, batch: Batch, *, count: int) -> Series:
    """Take numbers from the series of the cohort's programme for the year of issue."""
    if award.issuer_id is None:
        raise DomainError(Message("Nothing was issued: the programme does not say who issues its certificates."))
    return take_numbers(
        session,
        issuer_id=award.issuer_id,
        programme_id=cohort.programme_id,
        prefix=award.prefix,
        year=batch.issued_on.year,
        count=count,
    )


def occasion_of(batch: Batch) -> Occasion:
    """What all certificates of a batch share."""
    return Occasion(
        starts_on=batch.cohort.starts_on,
        ends_on=batch.cohort.ends_on,
        order_number=batch.order_number,
        order_date=batch.order_date,
        issued_on=batch.issued_on,
        handed_over_by=batch.handed_over_by,
    )


def new_identity(series: Series, sequence: int, *, house: House, entropy: Entropy) -> Identity:
    """A number of the series with a new code and the control code that belongs to both."""
    number = number_of(series.prefix, sequence)
    code = new_code(entropy(CODE_BYTES))
    return Identity(number, code, control_code(house.control_key, number, code))


def row_of(
    payload: Payload, series: Series, sequence: int, batch: Batch, enrolment: Enrolment, *, now: datetime, sort_key: str
) -> Certificate:
    """The certificate's row: its payload frozen as canonical text, and what it is found by."""
    names = " ".join(payload.holder.forms())
    return Certificate(
        number=payload.number,
        series_id=series.id,
        sequence=sequence,
        code=payload.code,
        control_code=payload.control_code,
        batch_id=batch.id,
        cohort_id=batch.cohort_id,
        person_id=enrolment.person_id,
        enrolment_id=enrolment.id,
        organisation_id=enrolment.organisation_id,
        issued_on=batch.issued_on,
        issued_at=now,
        payload=payload.to_json(),
        payload_sha256=payload.sha256(),
        search_key=search_key(f"{payload.number} {names}")[:1200],
        sort_key=sort_key,
        status=CertificateStatus.VALID,
        status_at=None,
        status_reason=None,
        replaced_by_id=None,
    )
