"""Reminders: what features declare by ``Feature.reminders``, and the job that gives each once."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from apscheduler.triggers.cron import CronTrigger
from flask import current_app
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.jobs.kinds import JobKind, Trigger
from app.jobs.work import CalledOffError, GoingHomeError, LostError, Work
from app.kernel.database import reading
from app.kernel.tri import LANGUAGES
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.mail.queries import Recipient, recipients_of_people, recipients_of_users
from app.notices import marks
from app.notices.kinds import NoticeKind
from app.notices.marks import Mark
from app.notices.services import Told, tell
from app.web.locale import force_locale

log = logging.getLogger(__name__)

AT_ONCE = 200  # reminders that are given in one transaction


@dataclass(frozen=True, slots=True)
class Words:
    """What one recipient is told: the tokens of the notice and its letter by language, the page, an iCalendar text."""

    values: Mapping[str, Mapping[str, str]]
    path: str | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something of which people are to be reminded at a moment.

    Args:
        occurrence: which it is, unique within its kind and for each recipient, with the local day of the event: moved
            by an hour it is the same, moved to another day another.
        at: when to remind.
        words: what a recipient is told; asked only for those who were not told yet.
        scope, scope_id: whose coordinators may see the letters.
        people, users: keys of the people and accounts who are reminded.
        over_at: from when on there is nothing left to be reminded of, be it within the grace.

    """

    occurrence: str
    at: datetime
    words: Callable[[Recipient], Words]
    scope: ScopeKind
    scope_id: int
    people: Sequence[int] = ()
    users: Sequence[int] = ()
    over_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether there is nothing left to be reminded of."""
        return self.over_at is not None and self.over_at <= now


@dataclass(frozen=True, slots=True)
class Reminder:
    """A kind of reminder.

    Args:
        notice: what it says.
        grace: how long after its time it is still of use; what nobody gave by then is skipped and logged.
        occasions: those whose time is after the first moment and not after the second. Called in a transaction that
            only reads, and must not look further than it is asked.

    """

    notice: NoticeKind
    grace: timedelta
    occasions: Callable[[Session, datetime, datetime], Iterable[Occasion]]


class Due(NamedTuple):
    """A reminder of somebody whose time has come; ``words`` None: it came too late."""

    mark: Mark
    occasion: Occasion
    recipient: Recipient
    words: Words | None


def in_languages(say: Callable[[str], Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """What is said in each language of the product, with its catalogue in force."""
    found = {}
    for lang in LANGUAGES:
        with force_locale(lang):
            found[lang] = say(lang)
    return found


def remind(work: Work) -> None:
    """Give every reminder that is due, each once, whatever runs twice, restarts or turns the clock.

    What is said is worked out beforehand; a mark, the notice and the letter are written in one transaction. A kind
    that fails keeps no other from being given: the job fails after them.
    """
    now = work.clock()
    with reading(), unit_of_work() as session:
        looked = marks.looked_until(session)
    done, failure = [], None
    reminders: tuple[Reminder, ...] = current_app.extensions["reminders"]
    for reminder in reminders:
        name = reminder.notice.name
        try:
            with reading(), unit_of_work() as session:
                due = _due(session, reminder, looked.get(name, now), now)
            _give_all(work, reminder, due, now)
        except (LostError, CalledOffError, GoingHomeError):
            raise
        except Exception as error:
            log.exception("reminders %s could not be given", name)
            failure = error
        else:
            done.append(name)
    if failure is not None:
        with work.step() as session:
            marks.look(session, done, until=now)
        raise failure
    with work.finish() as session:
        marks.look(session, done, until=now)


def _give_all(work: Work, reminder: Reminder, due: Sequence[Due], now: datetime) -> None:
    given = sum(each.words is not None for each in due)
    late = len(due) - given
    if late:
        log.warning("%s reminders %s came too late and were skipped", late, reminder.notice.name)
    for first in range(0, len(due), AT_ONCE):
        part = due[first : first + AT_ONCE]
        said = _said(reminder, given, late)
        with work.step(progress=first + len(part), total=len(due), said=said) as session:
            _give(session, reminder.notice, part, now)


def _said(reminder: Reminder, given: int, late: int) -> Message:
    what = reminder.notice.label
    if late:
        return Message(
            "%(what)s: %(given)s given; %(late)s came too late and were skipped.", what=what, given=given, late=late
        )
    return Message("%(what)s: %(given)s given.", what=what, given=given)


def _due(session: Session, reminder: Reminder, looked: datetime, now: datetime) -> list[Due]:
    """What is to be given now, and what was missed since the last look, without what is marked already.

    What is over already and fell due before that look was published too late: it is nobody's loss.
    """
    since = now - reminder.grace
    soon = list(reminder.occasions(session, since, now))
    missed = [occasion for occasion in soon if occasion.is_over(now) and occasion.at > looked]
    if looked < since:
        missed += reminder.occasions(session, looked, since)
    found = [
        *_open(session, reminder, [occasion for occasion in soon if not occasion.is_over(now)], late=False),
        *_open(session, reminder, missed, late=True),
    ]
    return sorted(found, key=lambda due: (due.occasion.scope, due.occasion.scope_id, due.mark))


def _open(session: Session, reminder: Reminder, occasions: Sequence[Occasion], *, late: bool) -> Iterable[Due]:
    """The reminders of occasions that nobody gave yet, and of those that are late also none that is noted as such."""
    if not occasions:
        return
    known = marks.marked(session, reminder.notice.name, {occasion.occurrence for occasion in occasions})
    done = {mark for mark, skipped in known.items() if late or not skipped}
    wanted = [each for each in _recipients(session, occasions, done) if each[0] not in done]
    for mark, (occasion, recipient) in {mark: (occasion, who) for mark, occasion, who in wanted}.items():
        yield Due(mark, occasion, recipient, None if late else occasion.words(recipient))


def _recipients(
    session: Session, occasions: Sequence[Occasion], done: set[Mark]
) -> Iterable[tuple[Mark, Occasion, Recipient]]:
    """Everybody who is to be reminded; of people who were reminded nothing more is read."""
    people = {key for occasion in occasions for key in occasion.people if _mark(occasion, key) not in done}
    users = {key for occasion in occasions for key in occasion.users}
    as_people = {who.person_id: who for who in recipients_of_people(session, sorted(people))} if people else {}
    as_users = {who.user_id: who for who in recipients_of_users(session, sorted(users))} if users else {}
    for occasion in occasions:
        found = (*(as_people.get(key) for key in occasion.people), *(as_users.get(key) for key in occasion.users))
        yield from ((Mark(occasion.occurrence, who.ref), occasion, who) for who in found if who)


def _mark(occasion: Occasion, person_id: int) -> Mark:
    return Mark(occasion.occurrence, f"p{person_id}")


def _give(session: Session, notice: NoticeKind, part: Sequence[Due], now: datetime) -> None:
    marks.skip(session, notice.name, {due.mark: due.occasion.at for due in part if due.words is None}, now=now)
    wanted = {due.mark: due.occasion.at for due in part if due.words is not None}
    taken = marks.take(session, notice.name, wanted, now=now)
    ours = [(due, due.words) for due in part if due.words is not None and due.mark in taken]
    for (scope, scope_id), group in groupby(ours, key=lambda pair: (pair[0].occasion.scope, pair[0].occasion.scope_id)):
        told = [
            Told(due.recipient, due.mark.occurrence, words.values, words.path, words.calendar) for due, words in group
        ]
        tell(session, kind=notice, told=told, scope=scope, scope_id=scope_id, actor=None, now=now)


REMIND = JobKind("notices.remind", Message("Remind people of what is coming"), remind)
REMIND_OFTEN = Trigger("notices.every_five_minutes", REMIND, CronTrigger(minute="*/5", timezone=UTC))
