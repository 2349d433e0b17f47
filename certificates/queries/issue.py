"""What waits to be issued: candidates of a cohort, batches, and what their certificates would print."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.rules import Reach
from app.jobs.enums import JobState
from app.jobs.models import Job
from app.jobs.queries import find_job
from app.kernel.errors import NotFoundError
from app.kernel.tri import Tri
from app.kernel.words import Message
from app.organisations.models import Organisation
from app.people.enums import NameForm
from app.people.models import Person
from app.people.queries import current_name
from certificates import wording
from certificates.enums import BatchStatus, CertificateStatus
from certificates.models import Batch, BatchItem, Certificate, LogEntry, Series
from certificates.payload import Holder, Issuer, Signatory, Words
from certificates.rules import Situation
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Programme
from cohorts.queries import cohorts_within
from cohorts.schema import AwardSpec, OutlineSpec

FILES_JOB = "certificates.files"  # the kind of the job that makes the files of a batch; its key is the batch's
NO_BATCH = Message("There is no such proposal, or it is not open to you.")


@dataclass(frozen=True, slots=True)
class Award:
    """What the programme gives to every certificate of a cohort.

    Args:
        issuer_id: the organisation whose series gives the numbers: the first issuer.
        prefix: the start of the numbers.
        missing: codes of issuers that nobody knows.
        hours: academic hours, or None when they are not known.

    """

    issuer_id: int | None
    prefix: str
    issuers: tuple[Issuer, ...]
    signatories: tuple[Signatory, ...]
    handed_over_by: Tri | None
    programme: Words
    hours: int | None
    places: Words | None
    missing: tuple[str, ...] = ()

    def letters(self) -> str:
        """All characters that the programme itself would print."""
        named = [self.programme, *(issuer.name for issuer in self.issuers)]
        named += [words for party in self.signatories for words in (party.name, party.post)]
        if self.places:
            named.append(self.places)
        marks = [issuer.mark for issuer in self.issuers]
        return "".join(dict.fromkeys("".join([form for words in named for form in words.forms()] + marks)))


def words_of(text: Tri | None) -> Words:
    """A text of the product as certificates keep it."""
    return Words(kk=text.kk or "", ru=text.ru or "", en=text.en or "") if text else Words()


def award_of(session: Session, cohort: Cohort) -> Award:
    """What the certificates of a cohort would print that is the same for everybody."""
    programme = cohort.programme
    try:
        spec = AwardSpec.model_validate(programme.award)
    except ValidationError:
        spec = AwardSpec()
    codes = [issuer.organisation for issuer in spec.issuers]
    rows = session.scalars(select(Organisation).where(Organisation.code.in_(codes)))
    known = {organisation.code: organisation for organisation in rows}
    issuers = [(known[item.organisation], item) for item in spec.issuers if item.organisation in known]
    parts = (programme.contact_hours, programme.distance_hours, programme.self_study_hours)
    return Award(
        issuer_id=issuers[0][0].id if issuers else None,
        prefix=issuers[0][1].number_prefix if issuers else "",
        issuers=tuple(Issuer(words_of(organisation.name), item.mark or "") for organisation, item in issuers),
        signatories=tuple(
            Signatory(words_of(item.name.tri() if item.name else None), words_of(item.post.tri()))
            for item in spec.signatories
        ),
        handed_over_by=spec.handed_over_by.tri() if spec.handed_over_by else None,
        programme=wording.quoted(words_of(programme.title)),
        hours=sum(part for part in parts if part) or None,
        places=_places(cohort),
        missing=tuple(code for code in codes if code not in known),
    )


def _places(cohort: Cohort) -> Words | None:
    """The cities of the outline's blocks, without those that are only assumed."""
    try:
        outline = OutlineSpec.model_validate(cohort.outline.content)
    except ValidationError:
        return None
    blocks = [block for module in outline.modules for block in module.blocks]
    blocks += [block for component in outline.components for block in component.blocks]
    sure = [block.city.tri() for block in blocks if block.city and "place" not in block.assumed]
    return wording.places([words_of(city) for city in sure if not city.assumed])


def situation_of(session: Session, cohort: Cohort, award: Award) -> Situation:
    """What a batch of this cohort would stand on."""
    # A series begins with the programme's own letters and a year of four digits; letters are A-Z, 0-9 and hyphens.
    others = select(Series.id).where(
        Series.prefix.like(f"{award.prefix}-____"), Series.programme_id != cohort.programme_id
    )
    taken = bool(award.prefix) and session.scalar(others.limit(1)) is not None
    return Situation(len(award.issuers), award.missing, cohort.ends_on, award.letters(), prefix_taken=taken)


def holder_of(person: Person) -> Holder:
    """Today's name in the forms that are known, as a certificate prints it."""
    forms = {form: name.full for form in NameForm if (name := current_name(person, form))}
    return Holder(kk=forms.get(NameForm.KK, ""), ru=forms.get(NameForm.RU, ""), latin=forms.get(NameForm.LATIN, ""))


def get_batch(session: Session, reach: Reach, key: str) -> Batch:
    """One batch with its people in the order of the numbers.

    Raises:
        NotFoundError: there is none with this key, or it is out of reach.

    """
    batch = session.scalar(
        select(Batch)
        .join(Batch.cohort)
        .join(Cohort.programme)
        .where(Batch.key == key, cohorts_within(reach))
        .options(
            joinedload(Batch.cohort).joinedload(Cohort.programme),
            joinedload(Batch.cohort).joinedload(Cohort.outline),
            selectinload(Batch.items)
            .joinedload(BatchItem.enrolment)
            .options(joinedload(Enrolment.person).selectinload(Person.names), joinedload(Enrolment.organisation)),
        )
    )
    if batch is None:
        raise NotFoundError(NO_BATCH)
    return batch


def batches(session: Session, reach: Reach, *statuses: BatchStatus, cohort_id: int | None = None) -> Sequence[Batch]:
    """The batches in reach, newest first; of one cohort, and in some of the states, if wanted."""
    statement = select(Batch).join(Batch.cohort).join(Cohort.programme).where(cohorts_within(reach))
    if statuses:
        statement = statement.where(Batch.status.in_(statuses))
    if cohort_id is not None:
        statement = statement.where(Batch.cohort_id == cohort_id)
    return session.scalars(
        statement.options(joinedload(Batch.cohort).joinedload(Cohort.programme)).order_by(Batch.id.desc())
    ).all()


def sizes(session: Session, batch_ids: Sequence[int]) -> dict[int, int]:
    """How many people are in each batch."""
    statement = select(BatchItem.batch_id, func.count()).where(BatchItem.batch_id.in_(batch_ids))
    return dict(session.execute(statement.group_by(BatchItem.batch_id)).all())


def without_certificate(session: Session, batch: Batch) -> int:
    """How many of a batch's cohort did not withdraw, have no valid certificate, and are not in the batch."""
    listed = select(BatchItem.enrolment_id).where(BatchItem.batch_id == batch.id)
    held = select(Certificate.enrolment_id).where(
        Certificate.cohort_id == batch.cohort_id, Certificate.status == CertificateStatus.VALID
    )
    wanted = select(func.count(Enrolment.id)).where(
        Enrolment.cohort_id == batch.cohort_id,
        Enrolment.status != EnrolmentStatus.WITHDRAWN,
        Enrolment.id.not_in(listed),
        Enrolment.id.not_in(held),
    )
    return session.scalar(wanted) or 0


def open_batch(session: Session, cohort: Cohort) -> Batch | None:
    """The batch of a cohort that waits for approval, if there is one."""
    return session.scalar(select(Batch).where(Batch.cohort_id == cohort.id, Batch.status == BatchStatus.PROPOSED))


def issued_in(session: Session, batch: Batch) -> Sequence[Certificate]:
    """The certificates of a batch by their numbers, those issued later in their place too."""
    return session.scalars(
        select(Certificate)
        .where(Certificate.batch_id == batch.id)
        .options(joinedload(Certificate.replaced_by), joinedload(Certificate.enrolment))
        .order_by(Certificate.sequence)
    ).all()


def making_files(session: Session, batch: Batch) -> Job | None:
    """The job that makes the files of a batch, until they are made."""
    job = find_job(session, FILES_JOB, str(batch.id))
    return job if job and job.state != JobState.DONE else None


def next_sequence(session: Session, *, programme: Programme, award: Award, year: int) -> int:
    """The number that would come next in a series: a forecast, given only by the issue itself."""
    last = session.scalar(
        select(Series.last_number).where(
            Series.issuer_id == award.issuer_id, Series.programme_id == programme.id, Series.year == year
        )
    )
    return (last or 0) + 1


def history(session: Session, certificate: Certificate) -> Sequence[LogEntry]:
    """What the register's log says about a certificate, and about those that it took the place of."""
    related = select(Certificate.id).where(
        or_(Certificate.id == certificate.id, Certificate.replaced_by_id == certificate.id)
    )
    return session.scalars(
        select(LogEntry).where(LogEntry.certificate_id.in_(related)).order_by(LogEntry.sequence)
    ).all()
