"""Creating, starting and closing cohorts."""

import re
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.clock import HOME_ZONE
from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.kernel.words import Message
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort, Programme
from cohorts.queries import status_counts
from cohorts.rules import check_cohort_step, check_dates
from cohorts.schema import OutlineSpec, last_day
from cohorts.signals import CohortCreated, cohort_created

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_CODE = 60


def create_cohort(  # noqa: PLR0913 - the columns of a cohort, each by name
    session: Session,
    *,
    programme: Programme,
    code: str,
    starts_on: PartialDate | None,
    ends_on: PartialDate | None = None,
    title: Tri | None = None,
    planned_size: int | None = None,
    time_zone: str = HOME_ZONE,
    status: CohortStatus = CohortStatus.PLANNED,
    actor: Actor | None,
    now: datetime,
) -> Cohort:
    """Add an intake of a programme with its present outline; higher packages lay its modules when they hear of it.

    Args:
        starts_on: the first day or month; blocks that count from it are dated by it. None: not known yet.
        ends_on: None takes the last day of an outline that counts from the first day.
        title: None takes the programme's.

    Raises:
        DomainError: the code is malformed or taken, the dates or the zone make no sense.

    """
    _check(session, code=code, time_zone=time_zone)
    check_dates(starts_on, ends_on)
    outline = programme.outlines[-1]
    cohort = Cohort(
        code=code,
        programme=programme,
        outline=outline,
        title=title or programme.title,
        planned_size=planned_size,
        starts_on=starts_on,
        ends_on=ends_on or last_day(OutlineSpec.model_validate(outline.content), starts_on),
        time_zone=time_zone,
        status=status,
        version=1,
    )
    session.add(cohort)
    session.flush()
    _announce(session, cohort, actor=actor, now=now)
    return cohort


def _announce(session: Session, cohort: Cohort, *, actor: Actor | None, now: datetime) -> None:
    """Tell the audit and the packages above of a new cohort."""
    record(
        session,
        act="cohorts.created",
        subject="cohort",
        subject_id=cohort.id,
        actor=actor,
        now=now,
        code=cohort.code,
        programme=cohort.programme.code,
        outline=cohort.outline.number,
    )
    cohort_created.send(CohortCreated(session, cohort, actor, now))
    session.flush()


def _check(session: Session, *, code: str, time_zone: str) -> None:
    if len(code) > MAX_CODE or not _CODE.fullmatch(code):
        raise DomainError(
            Message(
                "The cohort was not created: its code has small Latin letters, digits and dashes, such as kel-2026-1."
            ),
            field="code",
        )
    if session.scalar(select(Cohort.id).where(Cohort.code == code)) is not None:
        raise DomainError(Message("The cohort was not created: the code %(code)s is taken.", code=code), field="code")
    if time_zone not in available_timezones():
        raise DomainError(Message("The cohort was not created: this time zone is not known."), field="time_zone")


def start_cohort(session: Session, *, cohort: Cohort, actor: Actor | None, now: datetime) -> None:
    """Say that a planned cohort is running, or open a closed one again.

    Raises:
        DomainError: it is running already.

    """
    _step(session, cohort, CohortStatus.RUNNING, actor=actor, now=now)


def close_cohort(session: Session, *, cohort: Cohort, actor: Actor | None, now: datetime) -> None:
    """Close a running cohort; people who did not complete don't prevent it, people without a decision do.

    Raises:
        DomainError: it isn't running, or somebody has no decision yet.

    """
    open_people = status_counts(session, [cohort.id]).get(cohort.id, {}).get(EnrolmentStatus.ENROLLED, 0)
    if open_people:
        raise DomainError(
            Message(
                "The cohort was not closed. People marked neither completed nor not completed: %(n)s.", n=open_people
            )
        )
    _step(session, cohort, CohortStatus.CLOSED, actor=actor, now=now)


def move_cohort(session: Session, *, cohort: Cohort, days: int) -> None:
    """Move a cohort's first and last day; its blocks and sessions are moved by whoever calls this."""
    step = timedelta(days=days)
    cohort.starts_on, cohort.ends_on = (
        PartialDate.of(day.first_day + step) if day and day.day else day for day in (cohort.starts_on, cohort.ends_on)
    )
    cohort.version += 1
    session.flush()


def _step(session: Session, cohort: Cohort, status: CohortStatus, *, actor: Actor | None, now: datetime) -> None:
    check_cohort_step(cohort.status, status)
    before = cohort.status
    cohort.status = status
    cohort.version += 1
    session.flush()
    record(
        session,
        act="cohorts.status_changed",
        subject="cohort",
        subject_id=cohort.id,
        actor=actor,
        now=now,
        before=str(before),
        after=str(status),
    )
