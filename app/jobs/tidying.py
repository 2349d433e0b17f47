"""The ledger's own job: forgetting what is long done."""

from datetime import UTC

from apscheduler.triggers.cron import CronTrigger

from app.jobs.kinds import JobKind, Trigger
from app.jobs.services import tidy
from app.jobs.work import Work
from app.kernel.words import Message


def _tidy(work: Work) -> None:
    with work.finish() as session:
        tidy(session, now=work.clock())


TIDY = JobKind("jobs.tidy", Message("Forget jobs that ended long ago"), _tidy)
TIDY_DAILY = Trigger("jobs.daily", TIDY, CronTrigger(hour=22, minute=10, timezone=UTC))  # the night in Almaty
