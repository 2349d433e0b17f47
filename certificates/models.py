"""Tables of certificates. Certificates, payloads and the log are never updated but for a certificate's status."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.base import Base, Identified, Versioned
from app.kernel.tri import Tri
from app.people.models import Person
from certificates.enums import BatchStatus, CertificateStatus, LogEvent
from cohorts.models import Cohort, Enrolment


class Series(Identified, Base):
    """The numbers of one issuer, programme and year: gap-free, taken by one UPDATE in the issuing transaction."""

    __tablename__ = "certificate_series"
    __table_args__ = (UniqueConstraint("issuer_id", "programme_id", "year"),)

    issuer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    year: Mapped[int]
    prefix: Mapped[str] = mapped_column(String(30), unique=True)
    last_number: Mapped[int] = mapped_column(default=0)


class Batch(Identified, Versioned, Base):
    """Certificates proposed together under one order, to be issued by another person, all or none.

    ``key`` makes issuing idempotent; ``handed_over_by`` is the office that hands them over, not a signatory.
    A cohort has at most one open batch: a partial unique index holds it.
    """

    __tablename__ = "certificate_batch"
    __table_args__ = (
        Index(
            "uq_certificate_batch_open",
            "cohort_id",
            unique=True,
            sqlite_where=text("status = 'proposed'"),
            postgresql_where=text("status = 'proposed'"),
        ),
    )

    key: Mapped[str] = mapped_column(String(32), unique=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    status: Mapped[BatchStatus] = mapped_column(String(20), index=True)
    order_number: Mapped[str] = mapped_column(String(60))
    order_date: Mapped[date]
    issued_on: Mapped[date]
    handed_over_by: Mapped[Tri | None]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(500))

    cohort: Mapped[Cohort] = relationship()
    items: Mapped[list["BatchItem"]] = relationship(back_populates="batch", order_by="BatchItem.position")


class BatchItem(Identified, Base):
    """One person of a batch, in the order of the numbers to come (alphabetical).

    ``evidence`` is how the person met each condition when the batch was proposed: it doesn't change later.
    """

    __tablename__ = "certificate_batch_item"
    __table_args__ = (UniqueConstraint("batch_id", "enrolment_id"), UniqueConstraint("batch_id", "position"))

    batch_id: Mapped[int] = mapped_column(ForeignKey("certificate_batch.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    position: Mapped[int]
    evidence: Mapped[dict[str, Any] | None]

    batch: Mapped[Batch] = relationship(back_populates="items")
    enrolment: Mapped[Enrolment] = relationship()


class Waiver(Identified, Base):
    """Somebody is let off a condition, for a reason that a document shows; ``condition`` is its kind in the rule.

    A waiver that is taken back stays, with who did it.
    """

    __tablename__ = "completion_waiver"
    __table_args__ = (Index(None, "enrolment_id", "condition"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    condition: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(500))
    document: Mapped[str] = mapped_column(String(200))
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    enrolment: Mapped[Enrolment] = relationship()


class Certificate(Identified, Base):
    """A certificate: its COMMIT is the issue. ``payload`` is every printed field, frozen; a file is only a rendering.

    One valid certificate for a person in a cohort: a partial unique index holds it.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("series_id", "sequence"),
        Index(
            "uq_certificate_valid",
            "cohort_id",
            "person_id",
            unique=True,
            sqlite_where=text("status = 'valid'"),
            postgresql_where=text("status = 'valid'"),
        ),
        Index(None, "organisation_id", "issued_on"),
        Index(None, "cohort_id", "status"),
    )

    number: Mapped[str] = mapped_column(String(60), unique=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("certificate_series.id"))
    sequence: Mapped[int]
    code: Mapped[str] = mapped_column(String(26), unique=True)
    control_code: Mapped[str] = mapped_column(String(8))
    batch_id: Mapped[int] = mapped_column(ForeignKey("certificate_batch.id"), index=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    issued_on: Mapped[date] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    payload: Mapped[str] = mapped_column(Text)
    payload_sha256: Mapped[str] = mapped_column(String(64))
    search_key: Mapped[str] = mapped_column(String(1200))
    sort_key: Mapped[str] = mapped_column(String(400), index=True)
    status: Mapped[CertificateStatus] = mapped_column(String(20), index=True)
    status_at: Mapped[datetime | None]
    status_reason: Mapped[str | None] = mapped_column(String(500))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)

    batch: Mapped[Batch] = relationship()
    cohort: Mapped[Cohort] = relationship()
    person: Mapped[Person] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    replaced_by: Mapped["Certificate | None"] = relationship(remote_side="Certificate.id")


class LogEntry(Identified, Base):
    """The register's log: append-only (triggers refuse UPDATE and DELETE), each entry hashed with the one before it."""

    __tablename__ = "certificate_log"

    sequence: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime]
    event: Mapped[LogEvent] = mapped_column(String(20))
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    number: Mapped[str] = mapped_column(String(60))
    payload_sha256: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str | None] = mapped_column(String(500))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class RenderedFile(Identified, Base):
    """The recorded rendering of a certificate: a cache, made again when it is missing or differs."""

    __tablename__ = "certificate_file"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    rendered_at: Mapped[datetime]


class LookUpFailure(Identified, Base):
    """A look-up that found nothing, counted by the throttle; ``key`` is a keyed hash, so that no address is kept."""

    __tablename__ = "certificate_look_up_failure"
    __table_args__ = (Index(None, "key", "at"),)

    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
