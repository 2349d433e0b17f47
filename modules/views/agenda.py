"""Somebody's schedule as their page shows it: what is next, what changed, the days to come or gone by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.kernel.words import Message
from app.web import formats
from app.web.locale import translate
from modules.enums import SessionStatus
from modules.queries.personal import OwnCohort, entries, states_before
from modules.rules.agenda import JOIN_EARLY, Change, Door, Entry, changes, door, next_sessions
from modules.rules.facts import Facts
from modules.rules.times import zone_of
from modules.views.kept import stores
from modules.views.present import Place, day_of, hours, now_lines, place_of, was_lines, zone_words

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_NEW_LISTED = 5

DAYS_LEFT = Message("starts in {d} d {h} h")
HOURS_LEFT = Message("starts in {h} h {m} min")
MINUTES_LEFT = Message("starts in {m} min")
UNDER_WAY = Message("under way")
COUNTDOWN = (DAYS_LEFT, HOURS_LEFT, MINUTES_LEFT, UNDER_WAY)

Stamp = tuple[tuple[int, int | None, int | None, str], ...]


class Placed(NamedTuple):
    """A published session and the day on which it is held, by the clocks of its place."""

    day: date
    entry: Entry


@dataclass(frozen=True, slots=True)
class Schedule:
    """The published sessions of somebody's cohorts by day and time; ``news`` are those that are later than was seen.

    Args:
        stamp: what it was made from; the same stamp always means the same schedule.
        before: what was seen last of the news, by session.

    """

    stamp: Stamp
    placed: tuple[Placed, ...]
    news: tuple[Entry, ...]
    before: dict[int, Facts]


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
    speaker: str | None
    note: str | None
    zone: str
    cancelled: bool
    tentative: bool
    was: list[Markup]
    changed: bool


def schedule_of(session: Session, person_id: int, cohorts: Sequence[OwnCohort]) -> Schedule:
    """The schedule of a person: read once for each version of it, whoever asks. At most two statements."""
    stamp = tuple((cohort.id, cohort.version, cohort.seen, cohort.time_zone) for cohort in cohorts)
    if not any(cohort.version for cohort in cohorts):
        return Schedule(stamp, (), (), {})
    kept: Schedule | None = stores().schedules.get(stamp)
    if kept is not None:
        return kept
    found = entries(session, person_id)
    news = tuple(entry for entry in found if entry.news)
    placed = sorted((Placed(day_of(entry), entry) for entry in found), key=lambda one: (one.day, one.entry.starts_at))
    schedule = Schedule(stamp, tuple(placed), news, states_before(session, news))
    versions = {cohort.id: cohort.version or 0 for cohort in cohorts}
    # Somebody may have published between the two reads: what is newer than the stamp must not be kept under it.
    if all(entry.version_number <= versions.get(entry.cohort_id, 0) for entry in found):
        stores().schedules.put(stamp, schedule)
    return schedule


def view_of(schedule: Schedule, *, home: str, now: datetime, lang: str, past: bool) -> View:
    """What the page shows at a moment, in a language; the agenda is rendered once for what it shows."""
    today = now.astimezone(zone_of(home)).date()
    if past:
        gone = [one for one in schedule.placed if one.entry.ends_at <= now and not one.entry.cancelled]
        news, agenda = _shown(schedule.stamp, gone, [], home, today, lang)
        return View([], news, agenda)
    found = changes(schedule.news, schedule.before, now=now)
    told = {change.entry.id for change in found}
    shown = [
        one
        for one in schedule.placed
        if (one.day >= today or one.entry.ends_at > now) and (one.entry.id in told or not one.entry.cancelled)
    ]
    upcoming = next_sessions(sorted((one.entry for one in shown), key=lambda entry: entry.starts_at), now=now)
    news, agenda = _shown(schedule.stamp, shown, found, home, today, lang)
    return View([_card(entry, home, today, now, lang) for entry in upcoming], news, agenda)


def _shown(
    stamp: Stamp, shown: Sequence[Placed], found: Sequence[Change], home: str, today: date, lang: str
) -> tuple[News, Markup]:
    """What changed, and the days with their rows: made once, since the stamp, the rows and the day say it all."""
    told = {change.entry.id: change for change in found}
    key = (stamp, lang, home, today, tuple(one.entry.id for one in shown), tuple(told))
    kept: tuple[News, Markup] | None = stores().agendas.get(key)
    if kept is None:
        kept = _news(found, lang), _agenda(shown, told, home, today, lang)
        stores().agendas.put(key, kept)
    return kept


def _agenda(shown: Sequence[Placed], told: dict[int, Change], home: str, today: date, lang: str) -> Markup:
    days = [
        (
            formats.day(day, lang),
            _day_word(day, today),
            day == today,
            [_line(one.entry, told, home, lang) for one in group],
        )
        for day, group in groupby(shown, key=lambda one: one.day)
    ]
    template = current_app.jinja_env.get_template("modules/agenda.html")
    return Markup(template.render(days=days).strip())  # noqa: S704 - our own template, which escapes


def _line(entry: Entry, told: dict[int, Change], home: str, lang: str) -> Line:
    change = told.get(entry.id)
    before = change.before if change else None
    begins, _dash, until = hours(entry).partition("–")
    return Line(
        id=entry.id,
        starts=entry.starts_at.astimezone(zone_of(entry.time_zone)).isoformat(),
        begins=begins,
        until=until,
        title=formats.tri(entry.title, lang),
        place=place_of(entry, lang),
        speaker=entry.speaker,
        note=entry.note,
        zone=zone_words(entry, home, lang),
        cancelled=entry.cancelled,
        tentative=entry.status == SessionStatus.TENTATIVE,
        was=was_lines(before, entry, change.parts, entry.status, lang) if change and before else [],
        changed=before is not None,
    )


def _card(entry: Entry, home: str, today: date, now: datetime, lang: str) -> Card:
    place = place_of(entry, lang)
    parts = [Markup("<b>{}</b>").format(place.word), place.where, entry.speaker or ""]
    opens = entry.starts_at - JOIN_EARLY
    state = door(entry, now=now)
    coming = [when for when in (opens, entry.starts_at, entry.ends_at) if when > now]
    return Card(
        entry=entry,
        title=formats.tri(entry.title, lang),
        when=f"{_day_word(day_of(entry), today) or formats.day(day_of(entry), lang)}, {hours(entry)}",
        place=Markup(" · ").join(part for part in parts if part),
        zone=zone_words(entry, home, lang),
        door=state,
        opens_at=formats.clock(opens, entry.time_zone),
        refresh_at=min(coming).isoformat() if coming else "",
        countdown=_countdown(entry.starts_at, now),
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


def _news(found: Sequence[Change], lang: str) -> News:
    """New sessions are counted when there are many; each change of a known one is told."""
    known = [change for change in found if change.before is not None]
    new = [change for change in found if change.before is None]
    listed = list(found) if len(new) <= MOST_NEW_LISTED else known
    items = [
        (
            change.entry,
            formats.tri(change.entry.title, lang),
            now_lines(change.before, change.entry, change.parts, change.entry.status, lang),
        )
        for change in listed
    ]
    return News(items, len(found), len(found) - len(listed))
