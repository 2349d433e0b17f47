"""Moving a whole cohort to other dates."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.partial_date import PartialDate
from cohorts.models import Cohort
from cohorts.services import move_cohort
from modules.models import ModuleSession
from modules.queries.schedule import drafts, modules_of
from modules.services.attendance import shift_registers
from modules.services.rooms import take_rooms
from modules.signals import SessionsMoving, Times, sessions_moving


def move_schedule(session: Session, *, cohort: Cohort, days: int, actor: Actor | None, now: datetime) -> None:
    """Move a cohort, its blocks and sessions by so many days, as a draft; hours stay those on the wall of the place.

    Months whose days are not known stay as they are, and so do sessions that must not move
    (see :data:`modules.signals.sessions_moving`).
    """
    step = timedelta(days=days)
    move_cohort(session, cohort=cohort, days=days)
    modules = modules_of(session, cohort.id)
    for module in modules:
        for block in module.blocks:
            block.starts_on = _moved_day(block.starts_on, step)
            block.ends_on = _moved_day(block.ends_on, step)
    meetings = drafts(session, [module.id for module in modules])
    moving = SessionsMoving(session, {meeting.id: _moved(meeting, step) for meeting in meetings}, actor, now)
    sessions_moving.send(moving)
    for meeting in meetings:
        if meeting.id not in moving.stay:
            times = moving.moves[meeting.id]
            meeting.starts_at, meeting.ends_at = times.starts_at, times.ends_at
            meeting.version += 1
    take_rooms(session, meetings)
    shift_registers(session, cohort=cohort, days=days)
    record(session, act="modules.moved", subject="cohort", subject_id=cohort.id, actor=actor, now=now, days=days)
    session.flush()


def _moved_day(day: PartialDate | None, step: timedelta) -> PartialDate | None:
    return PartialDate.of(day.first_day + step) if day and day.day else day


def _moved(meeting: ModuleSession, step: timedelta) -> Times:
    zone = meeting.time_zone
    return Times(_moved_moment(meeting.starts_at, zone, step), _moved_moment(meeting.ends_at, zone, step), zone)


def _moved_moment(moment: datetime, zone: str, step: timedelta) -> datetime:
    return moment.astimezone(ZoneInfo(zone)) + step
