"""Telling people of their schedule: whose own sessions a publication changed, who is new; in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.jobs.kinds import JobKind
from app.jobs.work import Work
from app.kernel.database import reading
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.mail.queries import Recipient, recipients_of_people
from app.mail.templates import LetterTemplate
from app.notices.kinds import NoticeKind
from app.notices.reminders import in_languages
from app.notices.services import Told, tell
from app.web.locale import force_locale
from app.web.routing import path_of
from modules.enums import SessionStatus
from modules.queries.audiences import members
from modules.queries.experts import known_experts
from modules.queries.personal import states_before
from modules.queries.telling import Publication, people_of, publication, shown_anew, shown_now
from modules.rules.agenda import Change, Entry
from modules.rules.audience import expert_ids
from modules.rules.telling import FIRST_VERSION, own_changes
from modules.views.agenda import FOR_OTHERS
from modules.views.calendar import calendar_of
from modules.views.present import STATUS_NOW, Names, hours_at_home, now_lines, place_text, said, was_lines, when_text

_LIST = "%(changes)s"  # alike in every language
READY = NoticeKind(
    "modules.schedule_ready",
    Message("A schedule is published for the first time"),
    Message("Your schedule is ready: %(cohort)s. Sessions: %(n)s."),
    LetterTemplate(
        "modules.schedule_ready",
        Message("Your schedule is ready: %(cohort)s"),
        (
            Message("The schedule of %(cohort)s is published. Your sessions: %(n)s."),
            Message("The first one: %(first)s"),
            Message("Hours are those of the place. The attached file puts the sessions into your calendar."),
        ),
        Message("Open my schedule"),
    ),
)
CHANGED = NoticeKind(
    "modules.schedule_changed",
    Message("Changes of my schedule"),
    Message("Your schedule has changed: %(cohort)s. Changes: %(n)s."),
    LetterTemplate(
        "modules.schedule_changed",
        Message("Your schedule has changed: %(cohort)s"),
        (
            Message("Your sessions that are different from now on: %(n)s."),
            Message(_LIST),
            Message("Hours are those of the place. The attached file puts the sessions into your calendar."),
        ),
        Message("Open my schedule"),
    ),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said to everybody of one publication, whatever each of them reads of it."""

    cohort_id: int
    version: int
    of: Publication
    names: Names

    @property
    def first(self) -> bool:
        """Whether nothing was published before."""
        return self.version == FIRST_VERSION


def _tell(work: Work, *, cohort: int, version: int) -> None:
    with reading(), unit_of_work() as session:
        of = publication(session, cohort, version)
        entries, people = shown_anew(session, cohort, version), people_of(session, cohort)
        told = _told(session, cohort, version, of, entries, people, work.clock())
    with work.finish() as session:
        kind = READY if version == FIRST_VERSION else CHANGED
        tell(session, kind=kind, told=told, scope=ScopeKind.COHORT, scope_id=cohort, actor=None, now=of.published_at)


TELL = JobKind("modules.tell", Message("Tell people what is new in their schedule"), _tell)


def _welcome(work: Work, *, cohort: int, first: int) -> None:
    """Tell who came after the first publication what they would have been told of it: each once, be it of either."""
    now = work.clock()
    with reading(), unit_of_work() as session:
        of = publication(session, cohort, FIRST_VERSION)
        entries, people = shown_now(session, cohort), people_of(session, cohort, first=first)
        told = _told(session, cohort, FIRST_VERSION, of, entries, people, now)
    with work.finish() as session:
        tell(session, kind=READY, told=told, scope=ScopeKind.COHORT, scope_id=cohort, actor=None, now=now)


WELCOME = JobKind("modules.welcome", Message("Tell new people their schedule"), _welcome)


def _told(
    session: Session,
    cohort_id: int,
    version: int,
    of: Publication,
    entries: Sequence[Entry],
    enrolled: Mapping[int, int],
    now: datetime,
) -> list[Told]:
    """What each of these people is told of the sessions of a version."""
    before = {key: facts for key, (_cohort, facts) in states_before(session, entries).items()}
    found = own_changes(entries, before, members(session, cohort_id).groups, now=now)
    people = {person_id: found[key] for key, person_id in enrolled.items() if key in found}
    words = [word for entry in entries for word in entry.people] + [
        word for facts in before.values() for word in facts.people
    ]
    names = Names(known_experts(session, expert_ids(words)))
    about = Reading(cohort_id, version, of, names)
    letters: dict[tuple[int, str, str], tuple[dict[str, Mapping[str, str]], str]] = {}  # most people read the same
    told = []
    for recipient in recipients_of_people(session, list(people)):
        own = people[recipient.person_id or 0]
        key = id(own), recipient.language, recipient.time_zone
        if key not in letters:
            letters[key] = _values(about, own, recipient), _calendar(about, own, recipient)
        values, calendar = letters[key]
        path = path_of("modules.me") if recipient.user_id else None
        told.append(Told(recipient, f"{cohort_id}:{version}", values, path, calendar))
    return told


def _values(about: Reading, own: Sequence[Change], recipient: Recipient) -> dict[str, Mapping[str, str]]:
    """The tokens of the notice in each language, and those of the letter in the recipient's."""
    values = in_languages(lambda lang: {"cohort": about.of.title.best(lang)[0], "n": str(len(own))})
    lang, home = recipient.language, recipient.time_zone
    with force_locale(lang):
        letter = (
            {"first": _head(own[0], lang, home)}
            if about.first
            else {"changes": "\n\n".join(_text(change, about.names, lang, home) for change in own)}
        )
    return values | {lang: {**values[lang], **letter}}


def _calendar(about: Reading, own: Sequence[Change], recipient: Recipient) -> str:
    """The changed sessions; one that is for others now is a cancelled one in this person's calendar."""
    entries = [
        change.entry if change.entry.mine else change.entry._replace(status=SessionStatus.CANCELLED) for change in own
    ]
    return calendar_of(entries, about.names, recipient.language).decode()


def _head(change: Change, lang: str, home: str) -> str:
    """Title and time, and the hours at home if they are others."""
    at_home = hours_at_home(change.entry, home)
    when = when_text(change.entry, lang)
    return f"{change.entry.title.best(lang)[0]} · {when}" + (f" ({at_home})" if at_home else "")


def _text(change: Change, names: Names, lang: str, home: str) -> str:
    """A change in lines: what holds now, and what it was."""
    entry = change.entry
    lines = [_head(change, lang, home)]
    if not entry.mine:
        lines.append(said(FOR_OTHERS, lang))
    elif entry.cancelled:
        lines.append(said(STATUS_NOW[SessionStatus.CANCELLED], lang))
    elif change.before is None:
        lines += [*map(_plain, now_lines(None, entry, (), entry.status, lang)), place_text(entry, lang)]
    else:
        was = was_lines(change.before, entry, change.parts, entry.status, lang, names)
        lines += [place_text(entry, lang), *map(_plain, was)]
    if entry.mine and entry.note:
        lines.append(entry.note)
    return "\n".join(lines)


def _plain(line: Markup) -> str:
    return line.striptags()
