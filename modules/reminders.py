"""Of what the schedule reminds people: the sessions of the next day, and registers that nobody kept."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.queries import holders
from app.accounts.rules import Reach
from app.kernel.clock import day_of
from app.kernel.words import Message
from app.mail.queries import Recipient
from app.mail.templates import LetterTemplate
from app.notices.kinds import NoticeKind
from app.notices.reminders import Occasion, Reminder, Words, in_languages
from app.web import formats
from app.web.locale import translate
from app.web.routing import path_of
from cohorts.queries import in_reach
from modules.enums import SessionStatus
from modules.models import Module
from modules.queries.attendance import HALF_WORDS, address_of
from modules.queries.days import OwnDay, days_with_sessions, own_days
from modules.queries.experts import known_experts
from modules.queries.unkept import Unkept, unkept_registers
from modules.rules.access import MARK_ATTENDANCE
from modules.rules.agenda import Entry
from modules.rules.audience import expert_ids
from modules.rules.times import at_clock
from modules.views.calendar import calendar_of
from modules.views.present import STATUS_NOW, Names, hours, hours_at_home, module_label, place_text, said

DAY = timedelta(days=1)
EVENING = time(18)
TO_DAY_AFTER = timedelta(hours=5), timedelta(hours=31)  # from 18:00 to what begins on the next day, by any clocks
_LIST = "%(sessions)s"  # alike in every language

SESSION_TOMORROW = NoticeKind(
    "modules.session_tomorrow",
    Message("Sessions of the next day"),
    Message("Your sessions on %(day)s: %(brief)s"),
    LetterTemplate(
        "modules.session_tomorrow",
        Message("Your sessions on %(day)s"),
        (
            Message(_LIST),
            Message("Hours are those of the place. The attached file puts these sessions into your calendar."),
        ),
        Message("Open my schedule"),
    ),
)
REGISTER_DUE = NoticeKind(
    "modules.register_due",
    Message("Attendance registers that nobody kept"),
    Message("The attendance register was not kept: %(day)s, %(halves)s. %(module)s. %(cohort)s."),
    LetterTemplate(
        "modules.register_due",
        Message("Attendance register not kept: %(day)s, %(code)s"),
        (
            Message("The attendance register was not kept: %(day)s, %(halves)s. %(module)s. %(cohort)s."),
            Message(
                "Mark who was there as long as it is remembered. Whoever is not marked counts neither as present nor as"
                " absent."
            ),
        ),
        Message("Keep the register"),
    ),
    told_to=MARK_ATTENDANCE,
)


def sessions_of_tomorrow(session: Session, begin: datetime, end: datetime) -> Iterable[Occasion]:
    """The days of people on whose eve it turned 18:00 between two moments, where their first session is held.

    At most six statements.
    """
    first, last = TO_DAY_AFTER
    days = days_with_sessions(session, begin + first, end + last)
    found = [(own, _eve(own)) for own in own_days(session, days)]
    due = [(own, at) for own, at in found if begin < at <= end]
    experts = {key for own, _at in due for entry in own.entries for key in expert_ids(entry.people)}
    names = Names(known_experts(session, experts))
    for own, at in due:
        yield Occasion(
            occurrence=own.day.isoformat(),
            at=at,
            words=partial(_day_words, own, names),
            scope=ScopeKind.COHORT,
            scope_id=own.entries[0].cohort_id,
            people=(own.person_id,),
            over_at=max(entry.ends_at for entry in own.entries),
        )


def _eve(own: OwnDay) -> datetime:
    return at_clock(own.day - DAY, EVENING, own.entries[0].time_zone)


def _day_words(own: OwnDay, names: Names, recipient: Recipient) -> Words:
    home = recipient.time_zone

    def say(lang: str) -> Mapping[str, str]:
        return {
            "day": formats.day(own.day, lang),
            "brief": "; ".join(_brief(entry, lang, home) for entry in own.entries),
            "sessions": "\n\n".join(f"{_brief(entry, lang, home)}\n{place_text(entry, lang)}" for entry in own.entries),
        }

    return Words(
        in_languages(say),
        path_of("modules.me") if own.takes_part and recipient.user_id else None,
        calendar_of(own.entries, names, recipient.language).decode(),
    )


def _brief(entry: Entry, lang: str, home: str) -> str:
    """Hours, those at home if they are others, the title, and whether it is certain."""
    at_home = hours_at_home(entry, home)
    unsure = said(STATUS_NOW[SessionStatus.TENTATIVE], lang) if entry.status == SessionStatus.TENTATIVE else ""
    texts = (f"{hours(entry)} ({at_home})" if at_home else hours(entry), entry.title.best(lang)[0], unsure)
    return " · ".join(text for text in texts if text)


def registers_not_kept(session: Session, begin: datetime, end: datetime) -> Iterable[Occasion]:
    """The days of modules after which it turned 9:00 between two moments, and nobody had kept their registers.

    At most six statements.
    """
    found = unkept_registers(session, begin, end)
    reaches = holders(session, MARK_ATTENDANCE, day=day_of(end)) if found else {}
    for one in found:
        yield Occasion(
            occurrence=f"{one.module.id}:{one.day.isoformat()}",
            at=one.at,
            words=partial(_register_words, one),
            scope=ScopeKind.COHORT,
            scope_id=one.module.cohort_id,
            users=tuple(user_id for user_id, reach in reaches.items() if _may_mark(reach, one.module)),
        )


def _may_mark(reach: Reach, module: Module) -> bool:
    return in_reach(reach, module.cohort) or module.id in reach.modules


def _register_words(one: Unkept, _recipient: Recipient) -> Words:
    cohort = one.module.cohort
    halves = list(dict.fromkeys(HALF_WORDS[entry.slot.half] for entry in one.entries))

    def say(lang: str) -> Mapping[str, str]:
        return {
            "day": formats.day(one.day, lang),
            "halves": ", ".join(translate(half) for half in halves),
            "module": module_label(one.module, lang),
            "cohort": cohort.title.best(lang)[0],
            "code": cohort.code,
        }

    endpoint, values = address_of(cohort.code, one.entries[0])
    return Words(in_languages(say), path_of(endpoint, **values))


REMINDERS = (
    Reminder(SESSION_TOMORROW, timedelta(hours=14), sessions_of_tomorrow),  # until 8:00 of the day itself
    Reminder(REGISTER_DUE, DAY, registers_not_kept),
)
