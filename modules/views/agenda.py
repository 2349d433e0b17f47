"""Somebody's schedule as their page shows it: what is next, what changed, the days to come or gone by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.kernel.words import Message
from app.web import formats
from app.web.locale import translate
from modules.enums import SessionStatus
from modules.queries.experts import known_experts
from modules.queries.personal import OwnCohort, entries, states_before
from modules.rules.agenda import JOIN_EARLY, Change, Door, Entry, as_it_was, changes, door, next_sessions
from modules.rules.audience import expert_ids, group_word, is_for, own_words
from modules.rules.facts import Facts
from modules.rules.times import zone_of
from modules.views.kept import stores
from modules.views.present import (
    Names,
    Place,
    day_of,
    helpers,
    hours,
    hours_at_home,
    languages_text,
    now_lines,
    place_of,
    said,
    speakers,
    was_lines,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_NEW_LISTED = 5

DAYS_LEFT = Message("starts in {d} d {h} h")
HOURS_LEFT = Message("starts in {h} h {m} min")
MINUTES_LEFT = Message("starts in {m} min")
UNDER_WAY = Message("under way")
COUNTDOWN = (DAYS_LEFT, HOURS_LEFT, MINUTES_LEFT, UNDER_WAY)
FOR_OTHERS = Message("Not for you any more")
FOR_GROUP = Message("For your group: %(group)s")
FOR_SOME = Message("For you, not for everybody")

Stamp = tuple[tuple[object, ...], ...]


class Placed(NamedTuple):
    """A published session and the day on which it is held, by the clocks of its place."""

    day: date
    entry: Entry


@dataclass(frozen=True, slots=True)
class Schedule:
    """The published sessions that are for somebody by day and time; ``news`` are those that are later than was seen.

    Args:
        stamp: what it was made from; the same stamp always means the same schedule.
        before: what was seen last of the news, by session, if it was for the person then.
        names: what the experts in it are called.
        groups: key and label of the person's group in each cohort.

    """

    stamp: Stamp
    placed: tuple[Placed, ...] = ()
    news: tuple[Entry, ...] = ()
    before: dict[int, Facts] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    groups: dict[int, tuple[int | None, str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """The next session: what the large card says."""

    entry: Entry
    title: Markup
    when: str
    place: Markup
    zone: str
    door: Door
    opens_at: str
    refresh_at: str
    countdown: str
    more: str
    whom: str


@dataclass(frozen=True, slots=True)
class News:
    """What changed since last time: each change with its lines, how many there are, and how many are only counted."""

    items: list[tuple[Entry, Markup, list[Markup]]]
    total: int
    more: int


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: cards of the next session, changes, and the agenda, rendered."""

    cards: list[Card]
    news: News
    agenda: Markup

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show at all."""
        return not self.cards and not self.news.total and not self.agenda


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the agenda, in words."""

    id: int
    starts: str
    begins: str
    until: str
    title: Markup
    place: Place
    speaker: str
    more: str
    whom: str
    note: str | None
    zone: str
    off: str
    tentative: bool
    was: list[Markup]
    changed: bool


def schedule_of(session: Session, person_id: int, cohorts: Sequence[OwnCohort]) -> Schedule:
    """The schedule of a person: read once for each version of it and each group, whoever asks. At most 3 statements."""
    stamp = tuple(map(_stamp, cohorts))
    if not any(cohort.version for cohort in cohorts):
        return Schedule(stamp)
    kept: Schedule | None = stores().schedules.get(stamp)
    if kept is not None:
        return kept
    found = entries(session, person_id)
    before = _own_before(cohorts, states_before(session, (entry for entry in found if entry.news)))
    shown = [
        entry if entry.mine else as_it_was(entry, before[entry.session_id]) for entry in found if _is_own(entry, before)
    ]
    people = [word for entry in shown for word in entry.people] + [
        word for old in before.values() for word in old.people
    ]
    placed = sorted((Placed(day_of(entry), entry) for entry in shown), key=lambda one: (one.day, one.entry.starts_at))
    schedule = Schedule(
        stamp,
        tuple(placed),
        tuple(entry for entry in shown if entry.news),
        before,
        Names(known_experts(session, expert_ids(people))),
        {cohort.id: (cohort.group_id, cohort.group) for cohort in cohorts},
    )
    versions = {cohort.id: cohort.version or 0 for cohort in cohorts}
    # Somebody may have published between the two reads: what is newer than the stamp must not be kept under it.
    if all(entry.version_number <= versions.get(entry.cohort_id, 0) for entry in found):
        stores().schedules.put(stamp, schedule)
    return schedule


def _stamp(cohort: OwnCohort) -> tuple[object, ...]:
    """What of a cohort decides what somebody sees: who has no session of their own shares it with their group."""
    own = cohort.enrolment_id if cohort.named else None
    return (
        cohort.id,
        cohort.version,
        cohort.seen,
        cohort.time_zone,
        cohort.group_id,
        cohort.group,
        own,
        cohort.experts,
    )


def _own_before(cohorts: Sequence[OwnCohort], before: dict[int, tuple[int, Facts]]) -> dict[int, Facts]:
    """Those of the earlier states that were for the person, by the group of today."""
    own = {cohort.id: own_words(cohort.enrolment_id, cohort.group_id) for cohort in cohorts}
    return {key: facts for key, (cohort_id, facts) in before.items() if is_for(facts.audience, own[cohort_id])}


def _is_own(entry: Entry, before: dict[int, Facts]) -> bool:
    """Whether it is for the person, or fell away from what they knew: to be told, unless it was cancelled then."""
    old = before.get(entry.session_id)
    return entry.mine or (old is not None and old.status != SessionStatus.CANCELLED)


def view_of(schedule: Schedule, *, home: str, now: datetime, lang: str, past: bool) -> View:
    """What the page shows at a moment, in a language; the agenda is rendered once for what it shows."""
    today = now.astimezone(zone_of(home)).date()
    if past:
        gone = [one for one in schedule.placed if one.entry.ends_at <= now and not one.entry.off]
        news, agenda = _shown(schedule, gone, [], home, today, lang)
        return View([], news, agenda)
    found = changes(schedule.news, schedule.before, now=now)
    told = {change.entry.id for change in found}
    shown = [
        one
        for one in schedule.placed
        if (one.day >= today or one.entry.ends_at > now) and (one.entry.id in told or not one.entry.off)
    ]
    upcoming = next_sessions(sorted((one.entry for one in shown), key=lambda entry: entry.starts_at), now=now)
    news, agenda = _shown(schedule, shown, found, home, today, lang)
    return View([_card(schedule, entry, home, today, now, lang) for entry in upcoming], news, agenda)


def _shown(
    schedule: Schedule, shown: Sequence[Placed], found: Sequence[Change], home: str, today: date, lang: str
) -> tuple[News, Markup]:
    """What changed, and the days with their rows: made once, since the stamp, the rows and the day say it all."""
    told = {change.entry.id: change for change in found}
    key = (schedule.stamp, lang, home, today, tuple(one.entry.id for one in shown), tuple(told))
    kept: tuple[News, Markup] | None = stores().agendas.get(key)
    if kept is None:
        lines = [(one.day, _line(schedule, one.entry, told.get(one.entry.id), home, lang)) for one in shown]
        kept = _news(found, schedule.names, lang), _agenda(lines, today, lang)
        stores().agendas.put(key, kept)
    return kept


def _agenda(lines: Sequence[tuple[date, Line]], today: date, lang: str) -> Markup:
    days = [
        (formats.day(day, lang), _day_word(day, today), day == today, [line for _day, line in group])
        for day, group in groupby(lines, key=lambda pair: pair[0])
    ]
    template = current_app.jinja_env.get_template("modules/agenda.html")
    return Markup(template.render(days=days).strip())  # noqa: S704 - our own template, which escapes


def _line(schedule: Schedule, entry: Entry, change: Change | None, home: str, lang: str) -> Line:
    before, names = change.before if change else None, schedule.names
    begins, _dash, until = hours(entry).partition("–")
    return Line(
        id=entry.id,
        starts=entry.starts_at.astimezone(zone_of(entry.time_zone)).isoformat(),
        begins=begins,
        until=until,
        title=formats.tri(entry.title, lang),
        place=place_of(entry, lang),
        speaker=speakers(entry, names, lang),
        more=_more(entry, names, lang),
        whom=_whom(schedule, entry, lang),
        note=entry.note,
        zone=hours_at_home(entry, home),
        off="others" if not entry.mine else "cancelled" if entry.cancelled else "",
        tentative=entry.status == SessionStatus.TENTATIVE,
        was=was_lines(before, entry, change.parts, entry.status, lang, names) if change and before else [],
        changed=before is not None,
    )


def _more(entry: Entry, names: Names, lang: str) -> str:
    """Who else has a part, and in which languages."""
    if not entry.people and not entry.languages:
        return ""
    return " · ".join(text for text in (*helpers(entry, names, lang), languages_text(entry, lang)) if text)


def _whom(schedule: Schedule, entry: Entry, lang: str) -> str:
    """That a session is not for everybody; "" when it is."""
    if not entry.audience or not entry.mine:
        return ""
    group_id, label = schedule.groups[entry.cohort_id]
    if group_id is not None and group_word(group_id) in entry.audience:
        return translate(Message(FOR_GROUP.text, group=label))
    return said(FOR_SOME, lang)


def _card(schedule: Schedule, entry: Entry, home: str, today: date, now: datetime, lang: str) -> Card:
    place = place_of(entry, lang)
    parts = [Markup("<b>{}</b>").format(place.word), place.where, speakers(entry, schedule.names, lang)]
    opens = entry.starts_at - JOIN_EARLY
    state = door(entry, now=now)
    coming = [when for when in (opens, entry.starts_at, entry.ends_at) if when > now]
    return Card(
        entry=entry,
        title=formats.tri(entry.title, lang),
        when=f"{_day_word(day_of(entry), today) or formats.day(day_of(entry), lang)}, {hours(entry)}",
        place=Markup(" · ").join(part for part in parts if part),
        zone=hours_at_home(entry, home),
        door=state,
        opens_at=formats.clock(opens, entry.time_zone),
        refresh_at=min(coming).isoformat() if coming else "",
        countdown=_countdown(entry.starts_at, now),
        more=_more(entry, schedule.names, lang),
        whom=_whom(schedule, entry, lang),
    )


def _countdown(starts_at: datetime, now: datetime) -> str:
    if starts_at <= now:
        return translate(UNDER_WAY)
    minutes = -((now - starts_at) // MINUTE)
    days, rest = divmod(minutes, DAY // MINUTE)
    hours_left, rest = divmod(rest, HOUR // MINUTE)
    sentence = DAYS_LEFT if days else HOURS_LEFT if hours_left else MINUTES_LEFT
    return translate(sentence).format(d=days, h=hours_left, m=rest)


def _day_word(day: date, today: date) -> str:
    if day == today:
        return str(_("Today"))
    return str(_("Tomorrow")) if day == today + timedelta(days=1) else ""


def _news(found: Sequence[Change], names: Names, lang: str) -> News:
    """New sessions are counted when there are many; each change of a known one is told."""
    known = [change for change in found if change.before is not None]
    new = [change for change in found if change.before is None]
    listed = list(found) if len(new) <= MOST_NEW_LISTED else known
    items = [(change.entry, formats.tri(change.entry.title, lang), _told(change, names, lang)) for change in listed]
    return News(items, len(found), len(found) - len(listed))


def _told(change: Change, names: Names, lang: str) -> list[Markup]:
    if not change.entry.mine:
        return [escape(said(FOR_OTHERS, lang))]
    return now_lines(change.before, change.entry, change.parts, change.entry.status, lang, names)
