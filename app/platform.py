"""The platform's own jobs and notices: what features give by their ``feature.py``, the platform gives here."""

from app.jobs.kinds import JobKind, Trigger
from app.jobs.tidying import TIDY, TIDY_DAILY
from app.notices.announcing import ANNOUNCEMENT
from app.notices.kinds import NoticeKind
from app.notices.reminders import REMIND_OFTEN

PLATFORM_JOBS: tuple[JobKind, ...] = (TIDY,)
PLATFORM_TRIGGERS: tuple[Trigger, ...] = (TIDY_DAILY, REMIND_OFTEN)
PLATFORM_NOTICES: tuple[NoticeKind, ...] = (ANNOUNCEMENT,)
