"""Of what projects remind people: the defence in a week."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.kernel.words import Message
from app.mail.queries import Recipient
from app.mail.templates import LetterTemplate
from app.notices.kinds import NoticeKind
from app.notices.reminders import Occasion, Reminder, Words, in_languages
from app.web import formats
from app.web.routing import path_of
from modules.queries.experts import known_experts
from modules.rules.audience import expert_ids
from modules.rules.times import at_clock
from modules.views.calendar import calendar_of
from modules.views.present import Names, day_of, hours, hours_at_home, place_text
from projects.queries.coming import Coming, coming_defences
from projects.rules.sittings import group_words

WEEK = timedelta(days=7)
FORENOON = time(10)
_WHERE = "%(group)s. %(place)s"  # alike in every language
TO_WEEK_AFTER = WEEK - timedelta(hours=12), WEEK + timedelta(hours=16)  # from 10:00 to any hour of that day

DEFENCE_SOON = NoticeKind(
    "projects.defence_soon",
    Message("Defence of the project in a week"),
    Message("Project defence on %(day)s, %(hours)s: %(project)s"),
    LetterTemplate(
        "projects.defence_soon",
        Message("Project defence on %(day)s"),
        (
            Message("The project “%(project)s” is defended on %(day)s, %(hours)s."),
            Message(_WHERE),
            Message("Hours are those of the place. The attached file puts the defence into your calendar."),
        ),
        Message("Open the project"),
    ),
)


def defences_in_a_week(session: Session, begin: datetime, end: datetime) -> Iterable[Occasion]:
    """The defences for which it turned 10:00, a week before, between two moments, where they are held.

    At most four statements.
    """
    first, last = TO_WEEK_AFTER
    found = [(one, _week_before(one)) for one in coming_defences(session, begin + first, end + last)]
    due = [(one, at) for one, at in found if begin < at <= end]
    names = Names(known_experts(session, (key for one, _at in due for key in expert_ids(one.entry.people))))
    for one, at in due:
        yield Occasion(
            occurrence=f"{one.slot_id}:{day_of(one.entry).isoformat()}",
            at=at,
            words=partial(_defence_words, one, names),
            scope=ScopeKind.COHORT,
            scope_id=one.entry.cohort_id,
            people=(*one.members, *one.mentors),
        )


def _week_before(one: Coming) -> datetime:
    return at_clock(day_of(one.entry) - WEEK, FORENOON, one.entry.time_zone)


def _defence_words(one: Coming, names: Names, recipient: Recipient) -> Words:
    team = one.project.group
    group = group_words(team.label, team.organisation.name if team.organisation else None)

    def say(lang: str) -> Mapping[str, str]:
        at_home = hours_at_home(one.entry, recipient.time_zone)
        return {
            "day": formats.day(day_of(one.entry), lang),
            "hours": f"{hours(one.entry)} ({at_home})" if at_home else hours(one.entry),
            "project": (one.project.title or group).best(lang)[0],
            "group": group.best(lang)[0],
            "place": place_text(one.entry, lang),
        }

    return Words(
        in_languages(say),
        path_of("project.mine") if recipient.person_id in one.members and recipient.user_id else None,
        calendar_of([one.entry], names, recipient.language).decode(),
    )


REMINDERS = (Reminder(DEFENCE_SOON, timedelta(days=2), defences_in_a_week),)
