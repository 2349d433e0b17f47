"""The schedule of a cohort by week and by day, for coordinators and hosts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from app.web import formats
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from app.web.templating import Link
from cohorts.queries import in_reach
from cohorts.rules import VIEW_COHORT
from cohorts.tabs import cohort_tabs
from modules.enums import SessionStatus
from modules.forms.sessions import PressForm
from modules.models import ModuleSession
from modules.queries.schedule import (
    Scope,
    as_draft,
    as_published,
    drafts,
    get_scope,
    latest_version,
    modules_by_id,
    nearest_session,
    pending_changes,
    published_now,
)
from modules.rules.access import HOST_MODULE, MANAGE_SCHEDULE, PUBLISH_SCHEDULE, VIEW_SCHEDULE
from modules.rules.facts import Booking, Part, booked_twice, differing, facts_of
from modules.rules.laying import Span
from modules.rules.publishing import DraftState, Published, state_of
from modules.rules.times import monday_of, read_day, read_week, week_text, zone_of
from modules.services import lay_modules
from modules.views.present import Place, day_of, hours, module_label, place_of, was_lines, zone_words

blueprint = Blueprint("schedule", __name__, template_folder="../templates")

WEEK = timedelta(days=7)
MARGIN = timedelta(hours=15)  # no zone is further from UTC
WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """A session in the list of a day."""

    meeting: ModuleSession
    hours: str
    title: Markup
    place: Place
    zone: str
    module: str
    state: DraftState
    was: Sequence[Markup]
    away: bool
    tentative: bool
    clash: bool
    url: str


@dataclass(frozen=True, slots=True)
class Column:
    """A day of the week: its sessions in order of time, and where people are."""

    day: date
    slots: list[Slot]
    where: str


@blueprint.get("/cohorts/<code>/schedule/")
@requires(VIEW_SCHEDULE)
def week(code: str) -> ResponseReturnValue:
    """Show a week (``?week=2026-W48``) or one day (``?day=2026-11-24``) of the modules in reach."""
    actor, now, lang = current_actor(), moment(), chosen_language()
    session = db_session()
    scope = get_scope(session, actor.reach(VIEW_SCHEDULE), code)
    home = scope.cohort.time_zone
    today = now.astimezone(zone_of(home)).date()
    chosen = read_day(request.args.get("day", ""))
    monday = monday_of(chosen) if chosen else _chosen_week(scope, now, today)
    published = {key: as_published(row) for key, row in published_now(session, scope.cohort.id).items()}
    found = _between(scope, monday, monday + WEEK)
    slots = _slots(scope, found, published, lang)
    days = [chosen] if chosen else _days(monday, found)
    latest = latest_version(session, scope.cohort.id)
    labels = list(dict.fromkeys(slot.module for _day, slot in slots))
    return page(
        "modules/schedule.html",
        scope=scope,
        sections=sections_of(scope),
        modules=[(module, module_label(module, lang)) for module in scope.modules],
        several=len(labels) > 1,
        only_module=labels[0] if len(labels) == 1 and len(scope.modules) > 1 else "",
        monday=monday,
        chosen=chosen,
        today=today,
        columns=[_column(day, slots, scope, home, lang) for day in days],
        this_week=week_text(chosen or monday),
        before=_step(code, chosen, monday, -1),
        after=_step(code, chosen, monday, 1),
        pending=len(pending_changes(session, scope.module_ids, published_now(session, scope.cohort.id))),
        version=latest.number if latest else 0,
        may_manage=manages(scope),
        may_publish=bool(scope.whole and actor.may(PUBLISH_SCHEDULE)),
        home_offset=formats.offset(now, home),
        week_days=formats.period(monday, monday + timedelta(days=WORKING_DAYS - 1), lang),
    )


@blueprint.post("/cohorts/<code>/schedule/lay")
@requires(MANAGE_SCHEDULE)
def lay(code: str) -> ResponseReturnValue:
    """Make the modules of a cohort from its outline; a second press changes nothing."""
    actor = current_actor()
    scope = get_scope(db_session(), actor.reach(PUBLISH_SCHEDULE), code)
    if PressForm().validate_on_submit():
        laid = lay_modules(db_session(), cohort=scope.cohort, actor=actor, now=moment())
        flash(_("The modules of the programme are on the calendar. Days that the programme doesn’t name stay open."))
        if not laid:
            flash(_("The programme’s outline names no modules."), "info")
    return redirect(url_for(".week", code=code))


@blueprint.get("/my-module/")
@requires(HOST_MODULE)
def mine() -> ResponseReturnValue:
    """Lead a host coordinator to the module of theirs, or let them choose among several."""
    lang = chosen_language()
    modules = modules_by_id(db_session(), current_actor().reach(HOST_MODULE).modules)
    if len({module.cohort_id for module in modules}) == 1:
        return redirect(url_for(".week", code=modules[0].cohort.code))
    return page("modules/mine.html", modules=[(module, module_label(module, lang)) for module in modules])


def sections_of(scope: Scope) -> list[Link]:
    """The second row of links; a host coordinator has this one page of the cohort only."""
    actor = current_actor()
    return cohort_tabs(db_session(), actor, scope.cohort, moment()) if actor.may(VIEW_COHORT) and scope.whole else []


def manages(scope: Scope) -> bool:
    """Whether the reader may change the sessions that this page shows."""
    reach = current_actor().reach(MANAGE_SCHEDULE)
    return in_reach(reach, scope.cohort) or (bool(scope.modules) and set(scope.module_ids) <= reach.modules)


def _chosen_week(scope: Scope, now: datetime, today: date) -> date:
    """The week asked for; else that of the next session (or the last one); else this week."""
    wanted = read_week(request.args.get("week", ""))
    if wanted:
        return wanted
    nearest = nearest_session(db_session(), scope.module_ids, now=now)
    return monday_of(day_of(nearest) if nearest else today)


def _between(scope: Scope, first: date, after: date) -> list[ModuleSession]:
    """The sessions whose day at their place lies in a period."""
    begin = datetime.combine(first, datetime.min.time(), tzinfo=UTC) - MARGIN
    end = datetime.combine(after, datetime.min.time(), tzinfo=UTC) + MARGIN
    rows = drafts(db_session(), scope.module_ids, begin=begin, end=end)
    return [row for row in rows if first <= day_of(row) < after]


def _days(monday: date, found: Sequence[ModuleSession]) -> list[date]:
    """Monday to Friday, and the days of the weekend on which something happens."""
    used = {day_of(meeting) for meeting in found}
    week_days = [monday + timedelta(days=n) for n in range(7)]
    return [day for n, day in enumerate(week_days) if n < WORKING_DAYS or day in used]


def _slots(
    scope: Scope, found: Sequence[ModuleSession], published: dict[int, Published], lang: str
) -> list[tuple[date, Slot]]:
    labels = {module.id: module_label(module, lang) for module in scope.modules}
    taken = (
        Booking(row.id, tuple(row.rooms), row.starts_at, row.ends_at)
        for row in found
        if row.status != SessionStatus.CANCELLED
    )
    clashes = booked_twice(taken)
    away = [block for module in scope.modules for block in module.blocks if block.time_zone != scope.cohort.time_zone]
    slots = []
    for meeting in found:
        shown = published.get(meeting.id)
        draft = as_draft(meeting)
        state = state_of(draft, shown)
        parts = _parts(state, shown, meeting)
        slot = Slot(
            meeting=meeting,
            hours=hours(meeting),
            title=formats.tri(meeting.title, lang),
            place=place_of(meeting, lang),
            zone=zone_words(meeting, scope.cohort.time_zone, lang),
            module=labels[meeting.module_id],
            state=state,
            was=was_lines(shown.facts, meeting, parts, meeting.status, lang) if shown and parts else [],
            away=any(Span(block.starts_on, block.ends_on).holds(day_of(meeting)) for block in away),
            tentative=meeting.status == SessionStatus.TENTATIVE,
            clash=meeting.id in clashes,
            url=url_for("schedule.edit", code=scope.cohort.code, number=meeting.id),
        )
        slots.append((day_of(meeting), slot))
    return slots


def _parts(state: DraftState, shown: Published | None, meeting: ModuleSession) -> tuple[Part, ...]:
    if shown is None or state is not DraftState.CHANGED:
        return ()
    return differing(shown.facts, facts_of(meeting))


def _column(day: date, slots: Sequence[tuple[date, Slot]], scope: Scope, home: str, lang: str) -> Column:
    """A day with its sessions; its head names the place and zone when people are not at home."""
    places = []
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone_of(home))
    for module in scope.modules:
        for block in module.blocks:
            if not Span(block.starts_on, block.ends_on).holds(day):
                continue
            city = block.city.best(lang)[0] if block.city else ""
            zone = formats.offset(noon, block.time_zone)
            places.append(", ".join(text for text in (city, "" if block.time_zone == home else zone) if text))
    where = " · ".join(dict.fromkeys(text for text in places if text))
    return Column(day, [slot for at, slot in slots if at == day], where)


def _step(code: str, chosen: date | None, monday: date, way: int) -> tuple[str, date]:
    """The address and the first day of the week or day beside this one."""
    if chosen:
        other = chosen + timedelta(days=way)
        return url_for("schedule.week", code=code, day=other.isoformat()), other
    other = monday + way * WEEK
    return url_for("schedule.week", code=code, week=week_text(other)), other
