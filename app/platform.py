"""The platform's own jobs and notices: what features give by their ``feature.py``, the platform gives here."""

from app.feature import MenuItem
from app.jobs.kinds import JobKind, Trigger
from app.jobs.rules import VIEW_JOBS
from app.jobs.tidying import TIDY, TIDY_DAILY
from app.kernel.words import Message
from app.mail.delivering import EVERY_MINUTE
from app.mail.forgetting import FORGET_DAILY as FORGET_LETTERS_DAILY
from app.mail.rules import SEE_MAIL, sees_all_mail
from app.notices.announcing import ANNOUNCEMENT
from app.notices.forgetting import FORGET_DAILY as FORGET_NOTICES_DAILY
from app.notices.kinds import NoticeKind
from app.notices.reminders import REMIND_OFTEN

PLATFORM_JOBS: tuple[JobKind, ...] = (TIDY,)
PLATFORM_TRIGGERS: tuple[Trigger, ...] = (
    TIDY_DAILY,
    FORGET_LETTERS_DAILY,
    FORGET_NOTICES_DAILY,
    EVERY_MINUTE,
    REMIND_OFTEN,
)
PLATFORM_MENU: tuple[MenuItem, ...] = (
    MenuItem(Message("Mail"), "mail.letters", "mail", SEE_MAIL, 80, ("mail",), shown=sees_all_mail),
    MenuItem(Message("Jobs"), "jobs.index", "clock", VIEW_JOBS, 90, ("jobs",)),
)
PLATFORM_NOTICES: tuple[NoticeKind, ...] = (ANNOUNCEMENT,)
