"""The notices' own job: forgetting what was told long ago (docs/adr/0021)."""

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.jobs.kinds import JobKind, Trigger
from app.jobs.work import Work
from app.kernel.words import Message
from app.notices.models import Announcement, Notice, ReminderMark

KEEP = timedelta(days=400)  # a year's programme, and time to look up what was told in the one before
AT_ONCE = 500  # rows in one transaction: others write in between


def forget_told(session: Session, *, now: datetime) -> int:
    """Forget some of what was told long ago: notices, marks, and one announcement with all of its notices.

    A mark keeps its reminder from being given again within its grace. It is written when that falls due, some weeks
    before the event at most: after all this time both are long over. An announcement that somebody holds, to remind
    its readers, is passed over.

    Returns:
        How many rows are gone; 0: nothing old is left.

    """
    before = now - KEEP
    last = func.coalesce(Announcement.reminded_at, Announcement.created_at)
    old = select(Announcement.id).where(last < before).order_by(Announcement.id).limit(1)
    announcements = session.scalars(old.with_for_update(skip_locked=True)).all()
    session.execute(delete(Notice).where(Notice.announcement_id.in_(announcements)))
    session.execute(delete(Announcement).where(Announcement.id.in_(announcements)))
    alone = Notice.announcement_id.is_(None)
    notices = session.scalars(select(Notice.id).where(alone, Notice.created_at < before).limit(AT_ONCE)).all()
    session.execute(delete(Notice).where(Notice.id.in_(notices)))
    marks = session.scalars(select(ReminderMark.id).where(ReminderMark.at < before).limit(AT_ONCE)).all()
    session.execute(delete(ReminderMark).where(ReminderMark.id.in_(marks)))
    return len(announcements) + len(notices) + len(marks)


def _forget(work: Work) -> None:
    forgotten = 1
    while forgotten:
        with work.step() as session:
            forgotten = forget_told(session, now=work.clock())


FORGET = JobKind("notices.forget", Message("Forget notices and reminders of long ago"), _forget)
FORGET_DAILY = Trigger("notices.daily", FORGET, CronTrigger(hour=22, minute=30, timezone=UTC))  # the night in Almaty
