"""The start page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.queries import done_since
from app.feature import Todo
from app.kernel.clock import HOME_ZONE, day_of
from app.web import formats
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import signed_in
from app.web.request import current_actor, db_session, moment
from app.web.templating import features

blueprint = Blueprint("home", __name__)

MOST_TODAY, MOST_WEEK, MOST_WAITING = 7, 7, 5
WEEK = timedelta(days=7)
HARM = ("bad", "chg", "")  # tones, the worst first


@dataclass(frozen=True, slots=True)
class Lines:
    """Some of the things to do, and how many there are in all."""

    shown: Sequence[Todo]
    total: int


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """Home by role: somebody with a single page goes there, others see what needs them and the cards of the features.

    ``?all=1`` shows every line instead of the first ones.
    """
    actor = current_actor()
    for feature in reversed(features()):
        endpoint = feature.landing(actor) if feature.landing else None
        if endpoint:
            return redirect(url_for(endpoint))
    sources = [source for feature in features() for source in feature.home]
    panels = [panel for source in sources if (panel := source(db_session(), actor, moment())) is not None]
    named = next((panel for panel in panels if panel.title), None)
    today = day_of(moment())
    lines = [_dated(line, today) for line in sort_lines(line for panel in panels for line in panel.todo)]
    needs = [line for line in lines if not line.waits]
    urgent = [line for line in needs if line.when and line.when <= today]
    week = [line for line in needs if line.when is None or today < line.when <= today + WEEK]
    later = [line for line in needs if line.when and line.when > today + WEEK]
    return page(
        "app/home.html",
        named=named,
        today=today,
        leads=[panel.lead for panel in panels if panel.lead and panel is not named],
        urgent=_first(urgent, MOST_TODAY),
        week=_first(week, MOST_WEEK),
        later=later,
        waits=_first([line for line in lines if line.waits], MOST_WAITING),
        next=next((line for line in (*week, *later) if line.when), None),
        done=_done_today(actor.user_id, today),
        panels=[panel for panel in panels if panel.template],
    )


def sort_lines(lines: Iterable[Todo]) -> list[Todo]:
    """The nearest deadline first, lines without one after it; within a day the worst first, then by text."""
    return sorted(lines, key=lambda line: (line.when or date.max, HARM.index(line.tone), line.where, line.text))


def _dated(line: Todo, today: date) -> Todo:
    """The line with its deadline in words, unless that is today."""
    if line.due or line.when is None or line.when == today:
        return line
    return replace(line, due=formats.day_short(line.when, chosen_language()))


def _first(lines: Sequence[Todo], most: int) -> Lines:
    return Lines(lines if request.args.get("all") == "1" else lines[:most], len(lines))


def _done_today(user_id: int, today: date) -> list[tuple[str, str, int]]:
    """What the reader did today: when last, what, how often; acts without a word of their own are left out."""
    words = {act: word for feature in features() for act, word in feature.acts.items()}
    since = datetime.combine(today, time(), tzinfo=ZoneInfo(HOME_ZONE))
    return [
        (formats.clock(done.last, HOME_ZONE), translate(words[done.act]), done.number)
        for done in done_since(db_session(), user_id, since)
        if done.act in words
    ]
