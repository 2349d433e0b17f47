"""The participant's schedule, for the person or for an assistant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from app.accounts.enums import Role
from app.accounts.rules import Actor
from app.kernel.words import Message
from app.web import formats
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment, settings
from modules.forms import PressForm
from modules.queries.personal import OwnCohort, entries, own_cohorts, states_before
from modules.rules.access import VIEW_OWN_SCHEDULE, principals
from modules.rules.agenda import JOIN_EARLY, Change, Door, Entry, changes, door, home_zone, next_sessions
from modules.rules.facts import Facts, Part
from modules.rules.times import offset_label, zone_of
from modules.services import mark_seen, new_secret
from modules.views.present import day_of, hours, now_lines, place_of, was_lines, zone_name, zone_words

blueprint = Blueprint("modules", __name__, template_folder="../templates")

DEFAULT_ZONE = "Asia/Almaty"
LOOK_BACK = timedelta(hours=40)  # a day of the place that began before the day of the reader, and a session of 24 h
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_NEW_LISTED = 5
LONGEST_NUMBER = 10  # digits

DAYS_LEFT = Message("starts in {d} d {h} h")
HOURS_LEFT = Message("starts in {h} h {m} min")
MINUTES_LEFT = Message("starts in {m} min")
UNDER_WAY = Message("under way")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose page it is: the reader's own, or that of the person for whom an assistant looks."""

    person_id: int
    name: str | None = None

    @property
    def query(self) -> dict[str, Any]:
        """What the addresses of this page carry."""
        return {"for": self.person_id} if self.name is not None else {}


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
class Day:
    """A day of the agenda with its rows, rendered already."""

    day: date
    word: str
    rows: Sequence[Markup]


@blueprint.get("/me/")
@requires(VIEW_OWN_SCHEDULE)
def me() -> ResponseReturnValue:
    """Show what is next, what changed, and the days to come (or, with ``?past=1``, those gone by)."""
    actor, now, lang = current_actor(), moment(), chosen_language()
    viewer = _viewer(actor)
    if viewer is None:
        return _choice(actor)
    past = request.args.get("past") == "1"
    cohorts = own_cohorts(db_session(), viewer.person_id)
    period = {"end": now} if past else {"begin": now - LOOK_BACK}
    found = entries(db_session(), viewer.person_id, **period) if cohorts else []
    home = home_zone(found, cohorts[0].time_zone if cohorts else DEFAULT_ZONE)
    today = now.astimezone(zone_of(home)).date()
    before = states_before(db_session(), [entry for entry in found if entry.news]) if not past else {}
    news = [] if past else changes(found, before, now=now)
    told = {change.entry.id: change for change in news}
    shown = [entry for entry in found if _shown(entry, past=past, today=today, now=now, told=told)]
    upcoming = [] if past else next_sessions(found, now=now)
    return page(
        "modules/me.html",
        viewer=viewer,
        others=_others(actor, viewer),
        cohorts=cohorts,
        cards=[_card(entry, home, today, now, lang) for entry in upcoming],
        news=_news(news, lang),
        days=_days(shown, home, today, told, lang),
        past=past,
        today=today,
        home_offset=offset_label(now, home),
        home_city=zone_name(home),
        feed=_feed(cohorts),
        countdown=(DAYS_LEFT, HOURS_LEFT, MINUTES_LEFT, UNDER_WAY),
    )


@blueprint.post("/me/seen")
@requires(VIEW_OWN_SCHEDULE)
def seen() -> ResponseReturnValue:
    """Remember that the changes shown were seen, and by whom."""
    actor = current_actor()
    viewer = _viewer(actor)
    if viewer is None or not PressForm().validate_on_submit():
        abort(404 if viewer is None else 400)
    versions = _versions(request.form.getlist("seen"))
    mark_seen(db_session(), person_id=viewer.person_id, versions=versions, actor=actor, now=moment())
    return redirect(url_for(".me", **viewer.query))


@blueprint.post("/me/calendar")
@requires(VIEW_OWN_SCHEDULE)
def calendar_address() -> ResponseReturnValue:
    """Make a secret address for the person's calendar; an earlier one stops working."""
    actor = current_actor()
    viewer = _viewer(actor)
    if viewer is None or not PressForm().validate_on_submit():
        abort(404 if viewer is None else 400)
    new_secret(db_session(), person_id=viewer.person_id, now=moment(), actor=actor)
    flash(_("The calendar has a new address. An earlier address does not work any more."))
    return redirect(url_for(".me", **viewer.query, _anchor="calendar"))


def _viewer(actor: Actor) -> Viewer | None:
    """Whose schedule is asked for; None when an assistant of several people has to choose.

    Raises:
        NotFound: it is somebody for whom the reader does not act.

    """
    assisted = principals(actor)
    wanted = request.values.get("for")
    if wanted is not None:
        person_id = _number(wanted)
        if person_id not in assisted:
            abort(404)
        return Viewer(person_id, assisted[person_id])
    if actor.person_id is not None and Role.PARTICIPANT in actor.roles:
        return Viewer(actor.person_id)
    if len(assisted) == 1:
        [(person_id, name)] = assisted.items()
        return Viewer(person_id, name)
    return None


def _choice(actor: Actor) -> ResponseReturnValue:
    return page("modules/choose.html", people=sorted(principals(actor).items(), key=lambda pair: pair[1]))


def _others(actor: Actor, viewer: Viewer) -> list[tuple[str, str]]:
    """Links to the other schedules that the reader may see."""
    links = [
        (url_for(".me", **Viewer(person_id, name).query), name)
        for person_id, name in principals(actor).items()
        if person_id != viewer.person_id
    ]
    if viewer.name is not None and actor.person_id is not None and Role.PARTICIPANT in actor.roles:
        links.insert(0, (url_for(".me"), _("My own schedule")))
    return links


def _shown(entry: Entry, *, past: bool, today: date, now: datetime, told: dict[int, Change]) -> bool:
    if past:
        return entry.ends_at <= now and not entry.cancelled
    if entry.cancelled and entry.id not in told:
        return False
    return day_of(entry) >= today or entry.ends_at > now


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
        zone=zone_words(entry, home),
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


def _days(shown: list[Entry], home: str, today: date, told: dict[int, Change], lang: str) -> list[Day]:
    def row(entry: Entry) -> Markup:
        change = told.get(entry.id)
        return _row(entry, change.before if change else None, change.parts if change else (), home, lang)

    ordered = sorted(shown, key=lambda entry: (day_of(entry), entry.starts_at, entry.id))
    return [
        Day(day, _day_word(day, today), [row(entry) for entry in group]) for day, group in groupby(ordered, key=day_of)
    ]


@lru_cache(maxsize=4096)
def _row(entry: Entry, before: Facts | None, parts: tuple[Part, ...], home: str, lang: str) -> Markup:
    """A row of the agenda. The key holds everything that it shows, so it can be kept as long as there is room."""
    template = current_app.jinja_env.get_template("modules/row.html")
    return Markup(  # noqa: S704 - our own template, escaped by itself
        template.render(
            id=entry.id,
            begins=entry.starts_at.astimezone(zone_of(entry.time_zone)),
            until=hours(entry).partition("–")[2],
            title=formats.tri(entry.title, lang),
            place=place_of(entry, lang),
            speaker=entry.speaker,
            note=entry.note,
            zone=zone_words(entry, home),
            cancelled=entry.cancelled,
            tentative=entry.status == "tentative",
            changed=before is not None,
            was=was_lines(before, entry, parts, entry.status, lang) if before else [],
        )
    )


@dataclass(frozen=True, slots=True)
class News:
    """What changed since last time: each change with its lines, how many there are, and how many are only counted."""

    items: list[tuple[Entry, Markup, list[Markup]]]
    total: int
    more: int


def _news(found: list[Change], lang: str) -> News:
    """New sessions are counted when there are many; each change of a known one is told."""
    known = [change for change in found if change.before is not None]
    new = [change for change in found if change.before is None]
    listed = found if len(new) <= MOST_NEW_LISTED else known
    items = [
        (
            change.entry,
            formats.tri(change.entry.title, lang),
            now_lines(change.before, change.entry, change.parts, change.entry.status, lang),
        )
        for change in listed
    ]
    return News(items, len(found), len(found) - len(listed))


def _feed(cohorts: Sequence[OwnCohort]) -> dict[str, str] | None:
    secret = next((cohort.secret for cohort in cohorts if cohort.secret), None)
    if secret is None:
        return None
    address = settings().BASE_URL + url_for("calendar.feed", secret=secret)
    return {"https": address, "webcal": "webcal" + address.removeprefix(urlsplit(address).scheme)}


def _versions(texts: list[str]) -> dict[int, int]:
    """The pairs ``cohort:version`` that the page sent; anything else is left out."""
    pairs = [(_number(cohort), _number(version)) for cohort, _colon, version in (text.partition(":") for text in texts)]
    return {cohort: version for cohort, version in pairs if cohort and version}


def _number(text: str) -> int:
    """A key or version that fits every database; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else 0
