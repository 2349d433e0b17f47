"""Of what projects remind people: the defence in a week, and materials that a group has not handed in."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.kernel.tri import Tri
from app.kernel.words import Message
from app.mail.queries import Recipient
from app.mail.templates import LetterTemplate
from app.notices.kinds import NoticeKind
from app.notices.reminders import Occasion, Reminder, Words, in_languages
from app.web import formats
from app.web.routing import path_of
from cohorts.models import Group
from modules.queries.experts import known_experts
from modules.rules.audience import expert_ids
from modules.rules.times import at_clock
from modules.views.calendar import calendar_of
from modules.views.present import Names, day_of, hours, hours_at_home, place_text
from projects.queries.coming import Coming, coming_defences
from projects.queries.materials import Missing, materials_missing
from projects.rules.sittings import group_words

WEEK, DAY = timedelta(days=7), timedelta(days=1)
BEFORE_MATERIALS = timedelta(days=3)
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


MATERIALS_DUE = NoticeKind(
    "projects.materials_due",
    Message("Materials for the defence that your group has not handed in"),
    Message("Hand in the materials for your defence (%(group)s). The last day is %(day)s."),
    LetterTemplate(
        "projects.materials_due",
        Message("Materials for your defence: the last day is %(day)s"),
        (
            Message("%(group)s: nothing has been handed in for the defence yet. The last day is %(day)s."),
            Message("What comes after that day is accepted, and marked as late."),
        ),
        Message("Hand in materials"),
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
    group = _called(one.project.group)

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
        path_of("project.mine", cohort=one.code) if recipient.person_id in one.members and recipient.user_id else None,
        calendar_of([one.entry], names, recipient.language).decode(),
    )


def materials_not_handed_in(session: Session, begin: datetime, end: datetime) -> Iterable[Occasion]:
    """The groups that have handed in nothing, if it turned 10:00 between two moments, three days before the last day.

    At most five statements.
    """
    first, last = (begin + BEFORE_MATERIALS - DAY).date(), (end + BEFORE_MATERIALS + DAY).date()
    for one in materials_missing(session, first=first, last=last):
        due_on = one.sitting.materials_due_on
        at = at_clock(due_on - BEFORE_MATERIALS, FORENOON, one.sitting.cohort.time_zone) if due_on else None
        if due_on and at and begin < at <= end:
            yield Occasion(
                occurrence=f"{one.sitting.id}:{one.group.id}:{due_on.isoformat()}",
                at=at,
                words=partial(_materials_words, one, due_on),
                scope=ScopeKind.COHORT,
                scope_id=one.sitting.cohort_id,
                people=one.person_ids,
            )


def _materials_words(one: Missing, due_on: date, recipient: Recipient) -> Words:
    def say(lang: str) -> Mapping[str, str]:
        return {"day": formats.day(due_on, lang), "group": _called(one.group).best(lang)[0]}

    path = path_of("project.mine", cohort=one.sitting.cohort.code)
    return Words(in_languages(say), path if recipient.user_id else None)


def _called(group: Group) -> Tri:
    return group_words(group.label, group.organisation.name if group.organisation else None)


REMINDERS = (
    Reminder(DEFENCE_SOON, timedelta(days=2), defences_in_a_week),
    Reminder(MATERIALS_DUE, timedelta(days=2), materials_not_handed_in),
)
