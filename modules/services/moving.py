"""Moving a whole cohort to other dates."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.partial_date import PartialDate
from cohorts.models import Cohort
from cohorts.services import move_cohort
from modules.queries.schedule import drafts, modules_of
from modules.services.attendance import shift_registers


def move_schedule(session: Session, *, cohort: Cohort, days: int, actor: Actor | None, now: datetime) -> None:
    """Move a cohort, its blocks and sessions by so many days, as a draft; hours stay those on the wall of the place.

    Months whose days are not known stay as they are.
    """
    step = timedelta(days=days)
    move_cohort(session, cohort=cohort, days=days)
    modules = modules_of(session, cohort.id)
    for module in modules:
        for block in module.blocks:
            block.starts_on = _moved_day(block.starts_on, step)
            block.ends_on = _moved_day(block.ends_on, step)
    for meeting in drafts(session, [module.id for module in modules]):
        meeting.starts_at = _moved_moment(meeting.starts_at, meeting.time_zone, step)
        meeting.ends_at = _moved_moment(meeting.ends_at, meeting.time_zone, step)
        meeting.version += 1
    shift_registers(session, cohort=cohort, days=days)
    record(session, act="modules.moved", subject="cohort", subject_id=cohort.id, actor=actor, now=now, days=days)
    session.flush()


def _moved_day(day: PartialDate | None, step: timedelta) -> PartialDate | None:
    return PartialDate.of(day.first_day + step) if day and day.day else day


def _moved_moment(moment: datetime, zone: str, step: timedelta) -> datetime:
    return moment.astimezone(ZoneInfo(zone)) + step
