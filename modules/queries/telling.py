"""What a publication showed anew, and to whom that can be something."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.tri import Tri
from cohorts.models import Cohort, Enrolment
from modules.models import PublishedSession, ScheduleVersion
from modules.queries.personal import NOT_WITHDRAWN, STATE
from modules.rules.agenda import Entry


class Publication(NamedTuple):
    """A version of a schedule: of which cohort, and when it was published."""

    title: Tri
    code: str
    published_at: datetime


def publication(session: Session, cohort_id: int, version: int) -> Publication:
    """A version that was published."""
    row = session.execute(
        select(Cohort.title, Cohort.code, ScheduleVersion.published_at)
        .join(Cohort, Cohort.id == ScheduleVersion.cohort_id)
        .where(ScheduleVersion.cohort_id == cohort_id, ScheduleVersion.number == version)
    ).one()
    return Publication._make(row)


def shown_anew(session: Session, cohort_id: int, version: int) -> list[Entry]:
    """The sessions as a version shows them anew, in order of time; whoever reads them has seen the version before."""
    rows = session.execute(
        select(*STATE)
        .where(PublishedSession.cohort_id == cohort_id, PublishedSession.version_number == version)
        .order_by(PublishedSession.starts_at, PublishedSession.id)
    )
    return [Entry._make((*row, version - 1, True)) for row in rows]


def shown_now(session: Session, cohort_id: int) -> list[Entry]:
    """The sessions of a cohort as they are shown, in order of time; whoever reads them has seen no version yet."""
    rows = session.execute(
        select(*STATE)
        .where(PublishedSession.cohort_id == cohort_id, PublishedSession.current)
        .order_by(PublishedSession.starts_at, PublishedSession.id)
    )
    return [Entry._make((*row, 0, True)) for row in rows]


def people_of(session: Session, cohort_id: int, *, first: int = 1) -> dict[int, int]:
    """The people of a cohort who did not withdraw, by enrolment, in the order of its list, from a number of it on."""
    rows = session.execute(
        select(Enrolment.id, Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.number >= first, NOT_WITHDRAWN)
        .order_by(Enrolment.number)
    )
    return dict(rows.all())
