"""Conflicts of a schedule in words, the page that lists them, and keeping one with a reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Todo
from app.kernel.countries import country_name
from app.kernel.words import Message
from app.people.models import Person
from app.people.queries import display_name
from app.web import formats
from app.web.forms import submitted
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import CohortStatus
from cohorts.models import Cohort
from cohorts.queries import cohorts_in_reach, in_reach
from modules.forms.planning import KeepForm, MarkForm
from modules.models import Module
from modules.queries.conflicts import (
    ALWAYS,
    Kept,
    cohorts_met,
    conflicts_in,
    conflicts_of,
    kept_conflicts,
    people_named,
)
from modules.queries.schedule import Scope, get_scope
from modules.rules.access import MANAGE_SCHEDULE, PUBLISH_SCHEDULE, VIEW_SCHEDULE
from modules.rules.conflicts import Booking, Conflict, ConflictKind, room_key
from modules.services.conflicts import keep_conflict, reopen_conflict
from modules.views.days import day_words
from modules.views.frame import blueprint, manages, sections_of
from modules.views.present import module_label

MOST_NAMES = 3
MOST_TODO = 7
MOST_SHOWN = 60
TAGS = {
    ConflictKind.PEOPLE: Message("Person in two places"),
    ConflictKind.ROOM: Message("Room taken twice"),
    ConflictKind.HOLIDAY: Message("On a holiday"),
    ConflictKind.OUTSIDE: Message("Outside its module"),
    ConflictKind.BLOCK: Message("Block on a holiday"),
}


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict in words; ``links`` lead to what is in reach of the other side."""

    mark: str
    sessions: tuple[int, ...]
    word: str
    title: Markup
    url: str
    when: str
    text: str
    links: list[tuple[Markup, str]]
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the words need: names, other cohorts in reach, modules, the reader's language."""

    scope: Scope
    people: Mapping[int, Person]
    cohorts: Mapping[int, Cohort]
    modules: Mapping[int, Module]
    manages: bool
    lang: str


@blueprint.get("/cohorts/<code>/schedule/conflicts")
@requires(VIEW_SCHEDULE)
def conflicts(code: str) -> ResponseReturnValue:
    """List everything that cannot be as planned, and what was kept."""
    scope = get_scope(db_session(), current_actor().reach(VIEW_SCHEDULE), code)
    return _page(scope, KeepForm(formdata=None))


@blueprint.post("/cohorts/<code>/schedule/conflicts/keep")
@requires(MANAGE_SCHEDULE)
def keep(code: str) -> ResponseReturnValue:
    """Leave a conflict as it is."""
    session, actor = db_session(), current_actor()
    scope = get_scope(session, actor.reach(MANAGE_SCHEDULE), code)
    form = KeepForm()

    def act() -> None:
        keep_conflict(
            session,
            cohort=scope.cohort,
            mark=form.mark.data or "",
            reason=form.reason.data or "",
            actor=actor,
            now=moment(),
            module_ids=None if scope.whole else frozenset(scope.module_ids),
        )

    if submitted(form, act):
        flash(_("The conflict is kept. It comes back when anything of it changes."))
        return redirect(url_for(".conflicts", code=code))
    return _page(scope, form)


@blueprint.post("/cohorts/<code>/schedule/conflicts/reopen")
@requires(PUBLISH_SCHEDULE)
def reopen(code: str) -> ResponseReturnValue:
    """Count a kept conflict again."""
    session, actor = db_session(), current_actor()
    scope = get_scope(session, actor.reach(PUBLISH_SCHEDULE), code)
    form = MarkForm()
    if submitted(
        form,
        lambda: reopen_conflict(session, cohort=scope.cohort, mark=form.mark.data or "", actor=actor, now=moment()),
    ):
        flash(_("The conflict counts again."))
        return redirect(url_for(".conflicts", code=code))
    return _page(scope, form)


def conflict_todo(session: Session, actor: Actor, now: datetime, cohort: Cohort | None = None) -> tuple[Todo, ...]:
    """A line for each cohort with open conflicts that are not over; a fixed number of statements for all of them.

    Args:
        cohort: only this one, for its own page; None: every cohort in reach that is not closed.

    """
    reach = actor.reach(PUBLISH_SCHEDULE)
    if not reach or (cohort and (cohort.status == CohortStatus.CLOSED or not in_reach(reach, cohort))):
        return ()
    statuses = (CohortStatus.RUNNING, CohortStatus.PLANNED)
    cohorts = [cohort] if cohort else cohorts_in_reach(session, reach, statuses=statuses)
    keys = [each.id for each in cohorts]
    found, kept = conflicts_in(session, keys, (now, ALWAYS[1])), kept_conflicts(session, keys)
    lines = []
    for each in cohorts:
        waiting = [one for one in found[each.id] if one.mark not in kept and not _is_over(one, now)]
        if waiting:
            lines.append(_line(each, waiting, alone=cohort is not None))
    return tuple(lines[:MOST_TODO])


def conflict_views(scope: Scope, found: Sequence[Conflict], kept: Mapping[str, Kept], lang: str) -> list[ConflictView]:
    """Conflicts in words, within what the reader may know: other people's bookings are named if they are in reach."""
    session, actor = db_session(), current_actor()
    met = {other.cohort_id for conflict in found for other in conflict.others} - {scope.cohort.id}
    reach = actor.reach(VIEW_SCHEDULE)
    people = {key for conflict in found for key in conflict.people[:MOST_NAMES]}
    known = _Known(
        scope=scope,
        people=people_named(session, people),
        cohorts={key: row for key, row in cohorts_met(session, met).items() if in_reach(reach, row)},
        modules={module.id: module for module in scope.modules},
        manages=manages(scope),
        lang=lang,
    )
    return [_view(conflict, known, kept.get(conflict.mark)) for conflict in found]


def _page(scope: Scope, form: KeepForm | MarkForm) -> ResponseReturnValue:
    session, lang = db_session(), chosen_language()
    own = frozenset(scope.module_ids)
    found = [conflict for conflict in conflicts_of(session, scope.cohort) if conflict.module_id in own]
    views = conflict_views(scope, found, kept_conflicts(session, [scope.cohort.id]), lang)
    waiting = [view for view in views if not view.kept]
    at = next((place for place, view in enumerate(waiting, start=1) if view.mark == form.mark.data), 0)
    texts = [*form.form_errors, *(text for texts in form.errors.values() for text in texts if text)]
    return page(
        "modules/conflicts.html",
        scope=scope,
        sections=sections_of(scope),
        form=form,
        waiting=waiting,
        problems=[(text, f"reason-{at}" if at else "") for text in dict.fromkeys(texts)],
        most=MOST_SHOWN,
        kept=[view for view in views if view.kept],
        may_manage=manages(scope),
        may_reopen=scope.whole and in_reach(current_actor().reach(PUBLISH_SCHEDULE), scope.cohort),
    )


def _is_over(conflict: Conflict, now: datetime) -> bool:
    last = conflict.block.span.ends_on if conflict.block else None
    return bool(last and last.last_day < now.date())


def _line(cohort: Cohort, waiting: Sequence[Conflict], *, alone: bool) -> Todo:
    first, lang = waiting[0], chosen_language()
    case = translate(TAGS[first.kind])
    if first.session:
        case = f"{case}: {first.session.title.best(lang)[0]}"
    return Todo(
        ngettext("Resolve %(num)s conflict of the schedule", "Resolve %(num)s conflicts of the schedule", len(waiting)),
        url_for("schedule.conflicts", code=cohort.code),
        "" if alone else f"{cohort.title.best(lang)[0]} · {cohort.code}",
        f"{case} · {formats.day_short(first.day, lang)}",
        "alert",
        "bad",
        when=first.day if first.session else None,
    )


def _view(conflict: Conflict, known: _Known, kept: Kept | None) -> ConflictView:
    code, lang, booking = known.scope.cohort.code, known.lang, conflict.session
    if booking:
        title = formats.tri(booking.title, lang)
        when = f"{formats.day_short(booking.day, lang)}, {_hours(booking)}"
        url = (
            url_for("schedule.edit", code=code, number=booking.id)
            if known.manages
            else url_for("schedule.week", code=code, day=booking.day.isoformat())
        )
    else:
        span = conflict.block.span if conflict.block else None
        title = escape(module_label(known.modules[conflict.module_id], lang))
        when = formats.period(span.starts_on, span.ends_on, lang) if span else ""
        url = url_for("schedule.week", code=code, day=conflict.day.isoformat())
    return ConflictView(
        mark=conflict.mark,
        sessions=tuple(conflict.sessions()),
        word=translate(TAGS[conflict.kind]),
        title=title,
        url=url,
        when=when,
        text=_text(conflict, known),
        links=_links(conflict, known),
        kept=kept,
    )


def _text(conflict: Conflict, known: _Known) -> str:
    if conflict.kind is ConflictKind.PEOPLE:
        return str(
            _("At the same time %(where)s: %(names)s.", where=_where(conflict, known), names=_names(conflict, known))
        )
    if conflict.kind is ConflictKind.ROOM:
        rooms = ", ".join(_said(conflict.session, conflict.rooms) if conflict.session else conflict.rooms)
        return str(_("%(rooms)s: also taken %(where)s.", rooms=rooms, where=_where(conflict, known)))
    if conflict.kind is ConflictKind.OUTSIDE:
        return str(_("The day lies outside the weeks of its module."))
    days = "; ".join(day_words(day, known.lang) for day in conflict.days)
    country = country_name(conflict.country, known.lang)
    return str(_("%(country)s doesn’t work: %(days)s.", country=country, days=days))


def _where(conflict: Conflict, known: _Known) -> str:
    """The other side in words: a session of the same cohort, a cohort in reach, or somebody else's."""
    other = conflict.others[0]
    if other.cohort_id == conflict.cohort_id:
        return str(_("in “%(title)s”", title=other.title.best(known.lang)[0]))
    cohort = known.cohorts.get(other.cohort_id)
    return str(_("in “%(title)s”", title=cohort.title.best(known.lang)[0]) if cohort else _("in another programme"))


def _links(conflict: Conflict, known: _Known) -> list[tuple[Markup, str]]:
    """To the other side, if it is in reach: its day."""
    if not conflict.others:
        return []
    other = conflict.others[0]
    own = other.cohort_id == conflict.cohort_id
    cohort = known.scope.cohort if own else known.cohorts.get(other.cohort_id)
    if cohort is None:
        return []
    hint = f" · {formats.day_short(other.day, known.lang)}, {_hours(other)}"
    url = url_for("schedule.week", code=cohort.code, day=other.day.isoformat())
    return [(formats.tri(other.title, known.lang) + hint, url)]


def _names(conflict: Conflict, known: _Known) -> str:
    named = [display_name(known.people[key], known.lang) for key in conflict.people[:MOST_NAMES] if key in known.people]
    rest = len(conflict.people) - len(named)
    listed = ", ".join(named)
    if not rest:
        return listed
    return str(ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", rest, names=listed))


def _said(booking: Booking, keys: Iterable[str]) -> list[str]:
    """Rooms as they were typed."""
    typed = {room_key(text): text for text in booking.said_rooms}
    return [typed.get(key, key) for key in keys]


def _hours(booking: Booking) -> str:
    begin, end = (formats.clock(moment, booking.time_zone) for moment in (booking.starts_at, booking.ends_at))
    return f"{begin}–{end}"
