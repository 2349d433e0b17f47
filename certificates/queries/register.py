"""The register of certificates: found, filtered, counted and loaded, always within what the asker may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.rules import Actor
from app.audit.models import AuditEntry
from app.kernel.clock import HOME_ZONE
from app.kernel.errors import NotFoundError
from app.kernel.text import search_key
from app.kernel.words import Message
from app.organisations.models import Organisation
from certificates.codes import normalise_number
from certificates.enums import CertificateStatus
from certificates.models import Batch, Certificate, RenderedFile
from certificates.queries.scope import certificates_within, reads_all
from cohorts.models import Cohort, Enrolment, Programme

PAGE = 50
NO_SUCH = Message("There is no such certificate, or it is not open to you.")


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody looks for in the register; an empty field does not narrow.

    Args:
        text: parts of a name or of a number, in any order.
        programme: a programme's code.
        organisation: an organisation's key.
        batch: the key of an issued batch.
        since: the first day of issue by the clocks of the house (not the date on the certificate).

    """

    text: str = ""
    programme: str = ""
    organisation: int | None = None
    status: CertificateStatus | None = None
    year: int | None = None
    batch: str = ""
    since: date | None = None

    def __bool__(self) -> bool:
        """Whether anything narrows at all."""
        return self != Filter()


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: only what occurs among the certificates that the asker may see."""

    programmes: tuple[Programme, ...]
    organisations: tuple[Organisation, ...]
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the register."""

    rows: tuple[Certificate, ...]
    total: int
    number: int
    pages: int


def _statement(session: Session, actor: Actor, *columns: Any) -> Select[Any]:  # noqa: ANN401 - columns or entities
    return select(*columns).select_from(Certificate).where(certificates_within(session, actor))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [Certificate.search_key.contains(word, autoescape=True) for word in search_key(wanted.text).split()]
    if wanted.programme:
        cohorts = select(Cohort.id).join(Cohort.programme).where(Programme.code == wanted.programme)
        conditions.append(Certificate.cohort_id.in_(cohorts.correlate(None)))
    if wanted.organisation:
        conditions.append(Certificate.organisation_id == wanted.organisation)
    if wanted.status:
        conditions.append(Certificate.status == wanted.status)
    if wanted.year:
        conditions.append(Certificate.issued_on.between(date(wanted.year, 1, 1), date(wanted.year, 12, 31)))
    if wanted.since:
        conditions.append(Certificate.issued_at >= datetime.combine(wanted.since, time.min, ZoneInfo(HOME_ZONE)))
    if wanted.batch:
        conditions.append(Certificate.batch_id.in_(select(Batch.id).where(Batch.key == wanted.batch)))
    return conditions


def _loaded(statement: Select[Any]) -> Select[Any]:
    return statement.options(
        joinedload(Certificate.cohort).joinedload(Cohort.programme),
        joinedload(Certificate.enrolment).joinedload(Enrolment.organisation),
        joinedload(Certificate.replaced_by),
    ).order_by(Certificate.issued_on.desc(), Certificate.sort_key, Certificate.number)


def count(session: Session, actor: Actor, wanted: Filter) -> int:
    """How many certificates match."""
    return session.scalar(_statement(session, actor, func.count(Certificate.id)).where(*_conditions(wanted))) or 0


def status_counts(session: Session, actor: Actor, wanted: Filter) -> dict[CertificateStatus, int]:
    """How many of those that match are in each status."""
    statement = _statement(session, actor, Certificate.status, func.count(Certificate.id)).where(*_conditions(wanted))
    return {CertificateStatus(status): n for status, n in session.execute(statement.group_by(Certificate.status))}


def page_of(session: Session, actor: Actor, wanted: Filter, *, number: int) -> Page:
    """One page of those that match, newest issue first, then by name."""
    total = count(session, actor, wanted)
    pages = max(1, -(-total // PAGE))
    number = min(max(number, 1), pages)
    statement = _loaded(_statement(session, actor, Certificate)).where(*_conditions(wanted))
    rows = session.scalars(statement.limit(PAGE).offset((number - 1) * PAGE)).unique().all()
    return Page(tuple(rows), total, number, pages)


def matching(session: Session, actor: Actor, wanted: Filter, *, most: int) -> Sequence[Certificate]:
    """All that match, up to a number, in the register's order."""
    statement = _loaded(_statement(session, actor, Certificate)).where(*_conditions(wanted))
    return session.scalars(statement.limit(most)).unique().all()


def by_numbers(session: Session, actor: Actor, numbers: Sequence[str]) -> Sequence[Certificate]:
    """Those of these certificates that the asker may see, in the register's order."""
    statement = _loaded(_statement(session, actor, Certificate)).where(Certificate.number.in_(numbers))
    return session.scalars(statement).unique().all()


def get_certificate(session: Session, actor: Actor, number: str) -> Certificate:
    """One certificate.

    Raises:
        NotFoundError: there is none with this number, or the asker may not see it.

    """
    statement = _loaded(_statement(session, actor, Certificate)).where(Certificate.number == normalise_number(number))
    certificate: Certificate | None = session.scalars(statement).unique().one_or_none()
    if certificate is None:
        raise NotFoundError(NO_SUCH)
    return certificate


def own(session: Session, person_id: int | None) -> Sequence[Certificate]:
    """A person's own certificates, newest first."""
    if person_id is None:
        return ()
    statement = select(Certificate).where(Certificate.person_id == person_id)
    rows: Sequence[Certificate] = session.scalars(_loaded(statement)).unique().all()
    return rows


def get_own(session: Session, person_id: int | None, number: str) -> Certificate:
    """One of a person's own certificates.

    Raises:
        NotFoundError: it is not theirs, or does not exist.

    """
    for certificate in own(session, person_id):
        if certificate.number == normalise_number(number):
            return certificate
    raise NotFoundError(NO_SUCH)


def choices(session: Session, actor: Actor) -> Choices:
    """What the filters can offer to somebody.

    Who reads all is asked cohort by cohort and organisation by organisation whether there is a certificate; others have
    fewer certificates than there are of these.
    """
    everything = reads_all(actor)
    of_cohort = select(Certificate.id).where(Certificate.cohort_id == Cohort.id).exists()
    of_organisation = select(Certificate.id).where(Certificate.organisation_id == Organisation.id).exists()
    cohorts = of_cohort if everything else Cohort.id.in_(_statement(session, actor, Certificate.cohort_id))
    programmes = select(Cohort.programme_id).where(cohorts)
    organisations = (
        of_organisation if everything else Organisation.id.in_(_statement(session, actor, Certificate.organisation_id))
    )
    return Choices(
        tuple(session.scalars(select(Programme).where(Programme.id.in_(programmes)).order_by(Programme.sort_key))),
        tuple(
            session.scalars(select(Organisation).where(organisations).order_by(Organisation.sort_key, Organisation.id))
        ),
        _years(session, actor),
    )


def _years(session: Session, actor: Actor) -> tuple[int, ...]:
    """The years from the last issue back to the first; asked one by one, each is a look into an index."""
    first, last = (
        session.scalar(_statement(session, actor, edge(Certificate.issued_on))) for edge in (func.min, func.max)
    )
    return tuple(range(last.year, first.year - 1, -1)) if first else ()


def people_count(session: Session, actor: Actor) -> int:
    """How many people have the certificates that somebody may see."""
    return session.scalar(_statement(session, actor, func.count(Certificate.person_id.distinct()))) or 0


def recorded_hashes(session: Session, certificate_ids: Sequence[int]) -> dict[int, str]:
    """The recorded SHA-256 of each certificate's rendering, for those that have one."""
    statement = select(RenderedFile.certificate_id, RenderedFile.sha256).where(
        RenderedFile.certificate_id.in_(certificate_ids)
    )
    return dict(session.execute(statement).all())


def valid_of(session: Session, enrolment: Enrolment) -> Certificate:
    """The valid certificate of an enrolment.

    Raises:
        NotFoundError: it has none.

    """
    wanted = select(Certificate).where(
        Certificate.enrolment_id == enrolment.id, Certificate.status == CertificateStatus.VALID
    )
    certificate: Certificate | None = session.scalar(wanted)
    if certificate is None:
        raise NotFoundError(NO_SUCH)
    return certificate


@dataclass(frozen=True, slots=True)
class Download:
    """A download: when, in which form, and which certificates; ``number`` when it was one alone."""

    at: datetime
    form: str
    count: int
    number: str


def downloads_of(session: Session, actor: Actor, *, most: int) -> list[Download]:
    """Somebody's own last downloads, newest first."""
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.actor_id == actor.user_id, AuditEntry.act == "certificates.downloaded")
        .order_by(AuditEntry.id.desc())
        .limit(most)
    )
    return [_download(row) for row in rows]


def _download(row: AuditEntry) -> Download:
    count, numbers = int(row.detail.get("count", 0)), row.detail.get("numbers") or [""]
    return Download(row.at, str(row.detail.get("form", "")), count, str(numbers[0]) if count == 1 else "")
