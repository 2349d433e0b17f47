"""The job that sends what is due."""

from datetime import UTC

from apscheduler.triggers.cron import CronTrigger

from app.jobs.enums import Lane
from app.jobs.kinds import JobKind, Trigger
from app.jobs.work import Work
from app.kernel.words import Message


def _deliver(work: Work) -> None:
    with work.finish():
        pass


DELIVER = JobKind("mail.deliver", Message("Send the letters that are due"), _deliver, lane=Lane.MAIL, turn="mail")
EVERY_MINUTE = Trigger("mail.every_minute", DELIVER, CronTrigger(second=0, timezone=UTC))
