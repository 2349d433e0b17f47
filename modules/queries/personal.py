"""Schedules as participants read them: Core rows, few statements, whatever the number of sessions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.kernel.tri import Tri
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment
from modules.models import CalendarFeed, PublishedSession, ScheduleSeen, ScheduleVersion
from modules.rules.agenda import Entry
from modules.rules.facts import FACT_NAMES, Facts, facts_of


class OwnCohort(NamedTuple):
    """A cohort of a person: its latest version of the schedule (None: nothing was published), and the feed's secret."""

    id: int
    code: str
    title: Tri
    time_zone: str
    version: int | None
    published_at: datetime | None
    secret: str | None


_ENTRY = (
    PublishedSession.id,
    PublishedSession.session_id,
    PublishedSession.uid,
    PublishedSession.cohort_id,
    PublishedSession.module_id,
    PublishedSession.version_number,
    PublishedSession.sequence,
    PublishedSession.changed_at,
    PublishedSession.kind,
    PublishedSession.status,
    PublishedSession.title,
    PublishedSession.starts_at,
    PublishedSession.ends_at,
    PublishedSession.time_zone,
    PublishedSession.room,
    PublishedSession.address,
    PublishedSession.link,
    PublishedSession.speaker,
    PublishedSession.note,
    Cohort.time_zone,
    ScheduleSeen.version_number,
)
_SHOWN = Enrolment.status != EnrolmentStatus.WITHDRAWN


def own_cohorts(session: Session, person_id: int) -> list[OwnCohort]:
    """The cohorts of a person who did not withdraw from them, by code. One statement."""
    latest = (
        select(ScheduleVersion.cohort_id, func.max(ScheduleVersion.number).label("number"))
        .group_by(ScheduleVersion.cohort_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Cohort.id,
            Cohort.code,
            Cohort.title,
            Cohort.time_zone,
            ScheduleVersion.number,
            ScheduleVersion.published_at,
            CalendarFeed.secret,
        )
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .outerjoin(latest, latest.c.cohort_id == Cohort.id)
        .outerjoin(
            ScheduleVersion, and_(ScheduleVersion.cohort_id == Cohort.id, ScheduleVersion.number == latest.c.number)
        )
        .outerjoin(CalendarFeed, CalendarFeed.person_id == Enrolment.person_id)
        .where(Enrolment.person_id == person_id, _SHOWN)
        .order_by(Cohort.code)
    )
    return [OwnCohort(*row) for row in rows]


def entries(
    session: Session, person_id: int, *, begin: datetime | None = None, end: datetime | None = None
) -> list[Entry]:
    """The published sessions of all cohorts of a person that end after ``begin`` and start before ``end``, by time."""
    statement = (
        select(*_ENTRY)
        .join(
            Enrolment, and_(Enrolment.cohort_id == PublishedSession.cohort_id, Enrolment.person_id == person_id, _SHOWN)
        )
        .join(Cohort, Cohort.id == PublishedSession.cohort_id)
        .outerjoin(
            ScheduleSeen,
            and_(ScheduleSeen.cohort_id == PublishedSession.cohort_id, ScheduleSeen.person_id == person_id),
        )
        .where(PublishedSession.current)
    )
    if begin is not None:
        statement = statement.where(PublishedSession.ends_at > begin)
    if end is not None:
        statement = statement.where(PublishedSession.starts_at < end)
    rows = session.execute(statement.order_by(PublishedSession.starts_at, PublishedSession.id))
    return [Entry._make(row) for row in rows]


def states_before(session: Session, changed: Iterable[Entry]) -> dict[int, Facts]:
    """What a person last saw of each changed session; its first state for who never said. One statement."""
    wanted = {entry.session_id: entry.seen for entry in changed}
    if not wanted:
        return {}
    rows = session.execute(
        select(
            PublishedSession.session_id,
            PublishedSession.version_number,
            *(getattr(PublishedSession, name) for name in FACT_NAMES),
        )
        .where(PublishedSession.session_id.in_(wanted), PublishedSession.current.is_(False))
        .order_by(PublishedSession.session_id, PublishedSession.version_number)
    )
    found: dict[int, Facts] = {}
    for row in rows:
        seen = wanted[row.session_id]
        if (seen is None and row.session_id not in found) or (seen is not None and row.version_number <= seen):
            found[row.session_id] = facts_of(row)
    return found


class Feed(NamedTuple):
    """Whose calendar a secret opens, and in which language (None: not chosen)."""

    person_id: int
    language: str | None


def feed_by_secret(session: Session, secret: str) -> Feed | None:
    """The calendar behind a secret address."""
    row = session.execute(
        select(CalendarFeed.person_id, User.language)
        .outerjoin(User, and_(User.person_id == CalendarFeed.person_id, User.active))
        .where(CalendarFeed.secret == secret)
        .order_by(User.id)
        .limit(1)
    ).first()
    return Feed(*row) if row else None


def people_without_feed(session: Session, cohort_id: int) -> Sequence[int]:
    """The people of a cohort who have no calendar address yet."""
    return session.scalars(
        select(Enrolment.person_id)
        .outerjoin(CalendarFeed, CalendarFeed.person_id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort_id, _SHOWN, CalendarFeed.id.is_(None))
        .order_by(Enrolment.person_id)
    ).all()
