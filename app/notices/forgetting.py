"""The notices' own job: forgetting what was told long ago (docs/adr/0021)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.jobs.kinds import JobKind, Trigger
from app.jobs.work import Work
from app.kernel.base import Identified
from app.kernel.database import reading
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.notices.models import Announcement, Notice, ReminderMark

KEEP = timedelta(days=400)  # a year's programme, and time to look up what was told in the one before
AT_ONCE = 500  # rows in one transaction: others write in between


def forgettable(session: Session, *, now: datetime) -> Iterable[tuple[type[Identified], Sequence[int]]]:
    """What was told long ago: notices, announcements with all of theirs, marks. Three statements.

    A mark keeps its reminder from being given again within its grace. It is written when that falls due, some weeks
    before the event at most: after all this time both are long over.
    """
    before = now - KEEP
    last = func.coalesce(Announcement.reminded_at, Announcement.created_at)
    alone = Notice.announcement_id.is_(None) & (Notice.created_at < before)
    announced = Notice.announcement_id.in_(select(Announcement.id).where(last < before))
    yield Notice, session.scalars(select(Notice.id).where(alone | announced).order_by(Notice.id)).all()
    yield Announcement, session.scalars(select(Announcement.id).where(last < before).order_by(Announcement.id)).all()
    marks = select(ReminderMark.id).where(ReminderMark.at < before)
    yield ReminderMark, session.scalars(marks.order_by(ReminderMark.id)).all()


def _forget(work: Work) -> None:
    with reading(), unit_of_work() as session:
        found = list(forgettable(session, now=work.clock()))
    for model, keys in found:
        for first in range(0, len(keys), AT_ONCE):
            with work.step() as session:
                session.execute(delete(model).where(model.id.in_(keys[first : first + AT_ONCE])))


FORGET = JobKind("notices.forget", Message("Forget notices and reminders of long ago"), _forget)
FORGET_DAILY = Trigger("notices.daily", FORGET, CronTrigger(hour=22, minute=30, timezone=UTC))  # the night in Almaty
