"""Tables of projects, commissions, defence days and their minutes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.base import Base, Identified, Versioned
from app.kernel.tri import Tri
from cohorts.models import Cohort, Enrolment, Group
from modules.models import Expert, ModuleSession
from projects.enums import Duty, Outcome, Presence


class Project(Identified, Versioned, Base):
    """What a group works on and defends."""

    __tablename__ = "project"

    group_id: Mapped[int] = mapped_column(ForeignKey("cohort_group.id"), unique=True)
    title: Mapped[Tri | None]

    group: Mapped[Group] = relationship()
    mentors: Mapped[list["Mentor"]] = relationship(order_by="Mentor.id", cascade="all, delete-orphan")


class Material(Identified, Base):
    """What a group handed in for its defence: a version; older ones are kept. The file is in the store.

    ``late`` is what was true when it was handed in: a day that is put off later changes nothing about it.
    """

    __tablename__ = "project_material"
    __table_args__ = (UniqueConstraint("project_id", "number"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    handed_at: Mapped[datetime]
    late: Mapped[bool]
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))

    project: Mapped[Project] = relationship()
    enrolment: Mapped[Enrolment] = relationship()


class Mentor(Identified, Base):
    """Somebody who advises a project, from this country or abroad."""

    __tablename__ = "project_mentor"
    __table_args__ = (UniqueConstraint("project_id", "expert_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), index=True)

    expert: Mapped[Expert] = relationship()


class Commission(Identified, Versioned, Base):
    """The people before whom projects are defended; ``quorum`` None: more than half of those who vote."""

    __tablename__ = "commission"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    number: Mapped[int]
    quorum: Mapped[int | None]

    cohort: Mapped[Cohort] = relationship()
    members: Mapped[list["CommissionMember"]] = relationship(
        order_by="CommissionMember.position", cascade="all, delete-orphan"
    )


class CommissionMember(Identified, Base):
    """Somebody on a commission; a secretary keeps the minutes and doesn't vote."""

    __tablename__ = "commission_member"
    __table_args__ = (UniqueConstraint("commission_id", "expert_id"),)

    commission_id: Mapped[int] = mapped_column(ForeignKey("commission.id", ondelete="CASCADE"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), index=True)
    position: Mapped[int]
    duty: Mapped[Duty] = mapped_column(String(12))

    expert: Mapped[Expert] = relationship()


class DefenceDay(Identified, Versioned, Base):
    """A sitting of a commission. Closing it freezes ``content``, from which the minutes are drawn in kk and ru."""

    __tablename__ = "defence_day"
    __table_args__ = (UniqueConstraint("cohort_id", "minutes_number"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    commission_id: Mapped[int] = mapped_column(ForeignKey("commission.id"), index=True)
    day: Mapped[date]
    materials_due_on: Mapped[date | None]  # until its end groups hand in; None: no day was set
    minutes_number: Mapped[str | None] = mapped_column(String(60))
    minutes_date: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    content: Mapped[dict[str, Any] | None]

    cohort: Mapped[Cohort] = relationship()
    commission: Mapped[Commission] = relationship()
    slots: Mapped[list["DefenceSlot"]] = relationship(back_populates="sitting", order_by="DefenceSlot.position")
    present: Mapped[list["CommissionPresence"]] = relationship(
        order_by="CommissionPresence.id", cascade="all, delete-orphan"
    )


class CommissionPresence(Identified, Base):
    """How a member takes part in a sitting."""

    __tablename__ = "commission_presence"
    __table_args__ = (UniqueConstraint("day_id", "member_id"),)

    day_id: Mapped[int] = mapped_column(ForeignKey("defence_day.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("commission_member.id"), index=True)
    presence: Mapped[Presence] = mapped_column(String(10))

    member: Mapped[CommissionMember] = relationship()


class DefenceSlot(Identified, Versioned, Base):
    """A project on the agenda of a sitting: its session in the schedule, and what was asked, voted and decided."""

    __tablename__ = "defence_slot"
    __table_args__ = (UniqueConstraint("day_id", "project_id"),)

    day_id: Mapped[int] = mapped_column(ForeignKey("defence_day.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("module_session.id"), unique=True)
    position: Mapped[int]
    questions: Mapped[str | None] = mapped_column(String(4000))
    remark: Mapped[str | None] = mapped_column(String(1000))
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    votes_abstained: Mapped[int | None]
    outcome: Mapped[Outcome | None] = mapped_column(String(16))
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))

    sitting: Mapped[DefenceDay] = relationship(back_populates="slots")
    project: Mapped[Project] = relationship()
    session: Mapped[ModuleSession] = relationship()
