"""Tables of modules, blocks, sessions and what of them is published."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.base import Base, Identified, Versioned
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.organisations.models import Organisation
from app.people.models import Person
from cohorts.enums import Mode
from cohorts.models import Cohort, Enrolment
from modules.enums import AttendanceState, DayKind, Half, SessionKind, SessionStatus


class Module(Identified, Versioned, Base):
    """A module of a cohort, or another component of its outline (internship, defence), in the outline's order."""

    __tablename__ = "module"
    __table_args__ = (UniqueConstraint("cohort_id", "position"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    position: Mapped[int]
    number: Mapped[int | None]
    title: Mapped[Tri | None]
    topics: Mapped[list[str]]
    hours: Mapped[int | None]
    host_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)

    cohort: Mapped[Cohort] = relationship()
    host: Mapped[Organisation | None] = relationship()
    blocks: Mapped[list["Block"]] = relationship(back_populates="module", order_by="Block.position")


class Block(Identified, Base):
    """Consecutive days or weeks of a module held in one way at one place; month-only dates are allowed.

    ``time_zone`` is the zone of the place, in which its times are typed and shown.
    """

    __tablename__ = "block"
    __table_args__ = (UniqueConstraint("module_id", "position"),)

    module_id: Mapped[int] = mapped_column(ForeignKey("module.id", ondelete="CASCADE"))
    position: Mapped[int]
    mode: Mapped[Mode | None] = mapped_column(String(20))
    starts_on: Mapped[PartialDate | None]
    ends_on: Mapped[PartialDate | None]
    city: Mapped[Tri | None]
    country: Mapped[str | None] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(60))
    assumed: Mapped[bool] = mapped_column(default=False)

    module: Mapped[Module] = relationship(back_populates="blocks")


class Expert(Identified, Versioned, Base):
    """Somebody from outside who has a part in a cohort: speaker, moderator, interpreter, mentor, commission member.

    A source may name the office alone; then the person is not known yet.
    """

    __tablename__ = "expert"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    office: Mapped[Tri | None]
    organisation: Mapped[Tri | None]
    country: Mapped[str | None] = mapped_column(String(2))

    person: Mapped[Person | None] = relationship()


class SessionFacts:
    """What a session says, in its draft and in each published state.

    ``audience`` is empty for the whole cohort, else ``group:ID`` and ``enrolment:ID``; ``people`` are ``ROLE:ID`` of
    experts (``speaker:12``).
    """

    kind: Mapped[SessionKind] = mapped_column(String(20))
    status: Mapped[SessionStatus] = mapped_column(String(20))
    title: Mapped[Tri]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(String(60))
    rooms: Mapped[list[str]]
    address: Mapped[Tri | None]
    link: Mapped[str | None] = mapped_column(String(500))
    speaker: Mapped[str | None] = mapped_column(String(200))
    languages: Mapped[list[str]]
    audience: Mapped[list[str]]
    people: Mapped[list[str]]
    note: Mapped[str | None] = mapped_column(String(500))


class ModuleSession(Identified, Versioned, SessionFacts, Base):
    """A session as the coordinators plan it: a draft until it is published. ``uid`` names it in calendars for good."""

    __tablename__ = "module_session"
    __table_args__ = (Index(None, "module_id", "starts_at"), Index(None, "starts_at"))

    uid: Mapped[str] = mapped_column(String(36), unique=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"))

    module: Mapped[Module] = relationship()


class SessionRoom(Identified, Base):
    """A room and a day (UTC) on which a session takes it: finds rooms taken twice without reading every cohort.

    Written with each session by :mod:`modules.services.rooms`.
    """

    __tablename__ = "session_room"
    __table_args__ = (Index(None, "room", "day"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("module_session.id", ondelete="CASCADE"), index=True)
    room: Mapped[str] = mapped_column(String(200))
    day: Mapped[date]


class ScheduleVersion(Identified, Base):
    """A publication of a cohort's schedule."""

    __tablename__ = "schedule_version"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    number: Mapped[int]
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class PublishedSession(Identified, SessionFacts, Base):
    """A session as participants see it from a version on, until a later row of the same session takes its place.

    Rows are only added, but for ``current``. ``sequence`` is that of RFC 5545 §3.8.7.4: it grows with each change.
    """

    __tablename__ = "published_session"
    __table_args__ = (
        UniqueConstraint("session_id", "version_number"),
        Index(None, "cohort_id", "current", "starts_at"),
        Index(None, "starts_at"),
        Index(None, "cohort_id", "version_number"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("module_session.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"), index=True)
    version_number: Mapped[int]
    uid: Mapped[str] = mapped_column(String(36))
    sequence: Mapped[int]
    changed_at: Mapped[datetime]
    current: Mapped[bool]
    for_all: Mapped[bool]


class PublishedAudience(Identified, Base):
    """Whom a published session is for when it is not for the whole cohort: a group, or one person."""

    __tablename__ = "published_audience"

    published_id: Mapped[int] = mapped_column(ForeignKey("published_session.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("cohort_group.id"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)


class ScheduleSeen(Identified, Base):
    """The last version of a schedule that a person has seen, and through whom."""

    __tablename__ = "schedule_seen"
    __table_args__ = (UniqueConstraint("person_id", "cohort_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    version_number: Mapped[int]
    seen_at: Mapped[datetime]
    seen_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class CalendarFeed(Identified, Base):
    """The secret address of a person's calendar; a new secret makes the old address unknown."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[str] = mapped_column(String(43), unique=True)
    created_at: Mapped[datetime]


class WorkingCalendar(Identified, Base):
    """A version of a country's working calendar, never changed: a change makes the next version."""

    __tablename__ = "working_calendar"
    __table_args__ = (UniqueConstraint("country", "number"),)

    country: Mapped[str] = mapped_column(String(2))
    number: Mapped[int]
    note: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    days: Mapped[list["CalendarDay"]] = relationship(order_by="CalendarDay.day")


class CalendarDay(Identified, Base):
    """A day that is not worked though it is no weekend, or worked though it is one; ``estimated``: may still move."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("calendar_id", "day"),)

    calendar_id: Mapped[int] = mapped_column(ForeignKey("working_calendar.id", ondelete="CASCADE"))
    day: Mapped[date]
    kind: Mapped[DayKind] = mapped_column(String(10))
    name: Mapped[Tri | None]
    estimated: Mapped[bool] = mapped_column(default=False)


class KeptConflict(Identified, Base):
    """A conflict that a coordinator looked at and leaves as it is; ``mark`` names what exactly was looked at."""

    __tablename__ = "kept_conflict"
    __table_args__ = (UniqueConstraint("cohort_id", "mark"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    mark: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    kept_at: Mapped[datetime]
    kept_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Register(Identified, Base):
    """The attendance register of a half-day, or of one session (``session_id``; then ``half`` is None)."""

    __tablename__ = "attendance_register"
    __table_args__ = (UniqueConstraint("cohort_id", "day", "half"), UniqueConstraint("session_id"))

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"), index=True)
    day: Mapped[date]
    half: Mapped[Half | None] = mapped_column(String(2))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("module_session.id"))
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    module: Mapped[Module] = relationship()
    session: Mapped[ModuleSession | None] = relationship()


class AttendanceMark(Identified, Base):
    """How somebody attended a half-day or session; no row: not marked, which is not absent."""

    __tablename__ = "attendance_mark"
    __table_args__ = (UniqueConstraint("register_id", "enrolment_id"),)

    register_id: Mapped[int] = mapped_column(ForeignKey("attendance_register.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    state: Mapped[AttendanceState] = mapped_column(String(12))
    marked_at: Mapped[datetime]
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    enrolment: Mapped[Enrolment] = relationship()
