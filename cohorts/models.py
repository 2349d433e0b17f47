"""Tables of programmes, cohorts and enrolments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.base import Base, Identified, Versioned
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.organisations.models import Organisation
from app.people.models import Person
from cohorts.enums import CohortStatus, EnrolmentStatus, LegalKind, ProgrammeKind


class Agreement(Identified, Base):
    """The legal basis of one or more programmes."""

    __tablename__ = "agreement"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[Tri]
    parties: Mapped[list[str]]
    signed_on: Mapped[PartialDate | None]


class Programme(Identified, Versioned, Base):
    """A programme; what a source does not say is None. ``award`` holds what its certificates print (see the schema).

    ``assumed`` names the columns that are our inference, not the source's.
    """

    __tablename__ = "programme"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[Tri]
    kind: Mapped[ProgrammeKind] = mapped_column(String(30))
    legal_kind: Mapped[LegalKind | None] = mapped_column(String(30))
    also_called: Mapped[list[str]]
    assumed: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]]
    minutes_per_hour: Mapped[int | None]
    contact_hours: Mapped[int | None]
    distance_hours: Mapped[int | None]
    self_study_hours: Mapped[int | None]
    completion_rule: Mapped[dict[str, Any]]
    award: Mapped[dict[str, Any]]
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    commissioner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    sort_key: Mapped[str] = mapped_column(String(400), index=True)

    agreement: Mapped[Agreement | None] = relationship()
    owner: Mapped[Organisation] = relationship(foreign_keys=[owner_id])
    commissioner: Mapped[Organisation | None] = relationship(foreign_keys=[commissioner_id])
    outlines: Mapped[list["Outline"]] = relationship(back_populates="programme", order_by="Outline.number")
    cohorts: Mapped[list["Cohort"]] = relationship(back_populates="programme", order_by="Cohort.code")


class Outline(Identified, Base):
    """A version of a programme's outline, never changed: a cohort keeps the one that it started with.

    ``content`` is the modules and components as the schema of programme files describes them.
    """

    __tablename__ = "programme_outline"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship(back_populates="outlines")


class Cohort(Identified, Versioned, Base):
    """One intake of a programme; it keeps the outline and the completion rule that it started with."""

    __tablename__ = "cohort"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    outline_id: Mapped[int] = mapped_column(ForeignKey("programme_outline.id"), index=True)
    title: Mapped[Tri]
    planned_size: Mapped[int | None]
    starts_on: Mapped[PartialDate | None]
    ends_on: Mapped[PartialDate | None]
    time_zone: Mapped[str] = mapped_column(String(60))
    completion_rule: Mapped[dict[str, Any]]
    status: Mapped[CohortStatus] = mapped_column(String(20))

    programme: Mapped[Programme] = relationship(back_populates="cohorts")
    outline: Mapped[Outline] = relationship()


class Group(Identified, Versioned, Base):
    """People of a cohort who work together: a project team, or the team of one organisation (``organisation``)."""

    __tablename__ = "cohort_group"
    __table_args__ = (UniqueConstraint("cohort_id", "label"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(60))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)

    organisation: Mapped[Organisation | None] = relationship()


class Enrolment(Identified, Versioned, Base):
    """A person in a cohort, with what was true on the day of enrolment: sending body and post don't change later.

    ``nomination`` is the body or letter that proposed the person. A scholarship has a funder, a decision and a period.
    """

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"), UniqueConstraint("cohort_id", "number"))

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    status: Mapped[EnrolmentStatus] = mapped_column(String(20), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    post: Mapped[Tri | None]
    category: Mapped[str | None] = mapped_column(String(40))
    nomination: Mapped[str | None] = mapped_column(String(200))
    funder: Mapped[str | None] = mapped_column(String(200))
    funding_decision: Mapped[str | None] = mapped_column(String(200))
    funded_from: Mapped[PartialDate | None]
    funded_to: Mapped[PartialDate | None]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("cohort_group.id"), index=True)
    enrolled_on: Mapped[date]

    cohort: Mapped[Cohort] = relationship()
    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    group: Mapped[Group | None] = relationship()
    history: Mapped[list["StatusChange"]] = relationship(order_by="StatusChange.id")


class StatusChange(Identified, Base):
    """When, why, by which order and by whom an enrolment changed its status. Rows are only added."""

    __tablename__ = "enrolment_status_change"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    status: Mapped[EnrolmentStatus] = mapped_column(String(20))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    order_number: Mapped[str | None] = mapped_column(String(60))
    order_date: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(500))


class RosterUpload(Identified, Base):
    """A roster that was read but not yet taken in: it waits a day for the person who uploaded it."""

    __tablename__ = "roster_upload"

    token: Mapped[str] = mapped_column(String(32), unique=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    file_name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)
