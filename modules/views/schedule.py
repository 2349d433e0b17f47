"""The schedule of a cohort by week and by day, for coordinators and hosts."""

from datetime import date, datetime, timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.web import formats
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import CohortStatus
from modules.forms.sessions import PressForm
from modules.queries.conflicts import conflicts_in, kept_conflicts
from modules.queries.planning import has_pattern
from modules.queries.schedule import (
    Scope,
    as_published,
    get_scope,
    latest_version,
    modules_by_id,
    nearest_session,
    pending_changes,
    published_now,
)
from modules.rules.access import HOST_MODULE, MANAGE_SCHEDULE, PUBLISH_SCHEDULE, VIEW_SCHEDULE
from modules.rules.laying import Span
from modules.rules.times import monday_of, read_day, read_week, week_text, zone_of
from modules.services import lay_modules
from modules.views.conflicts import ConflictView, conflict_views
from modules.views.frame import blueprint, manages, sections_of, sees_cohort
from modules.views.present import day_of, module_label
from modules.views.week import WEEK, column_of, days_of_week, grid_of, period_of, sessions_of_week, slots_of


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
    shown = published_now(session, scope.cohort.id)
    published = {key: as_published(row) for key, row in shown.items()}
    found = sessions_of_week(scope, monday)
    days = [chosen] if chosen else days_of_week(monday, found)
    conflicts = _conflicts(scope, monday, days, lang)
    placed = grid_of(found) if found and not chosen else None
    slots = slots_of(scope, found, published, conflicts, placed, lang)
    latest = latest_version(session, scope.cohort.id)
    labels = list(dict.fromkeys(slot.module for _day, slot in slots)) or _labels_of(scope, days, lang)
    may_publish = scope.whole and actor.may(PUBLISH_SCHEDULE) and scope.cohort.status != CohortStatus.CLOSED
    return page(
        "modules/schedule.html",
        scope=scope,
        sections=sections_of(scope),
        up=sees_cohort(scope),
        modules=[(module, module_label(module, lang)) for module in scope.modules],
        several=len(labels) > 1,
        only_module=labels[0] if len(labels) == 1 else "",
        only_id=_only_id(scope, labels, lang),
        monday=monday,
        chosen=chosen,
        today=today,
        columns=[column_of(day, slots, scope, home, lang) for day in days],
        grid=placed,
        conflicts=[conflict for conflict in conflicts if not conflict.kept],
        this_week=week_text(chosen or monday),
        before=_step(code, chosen, monday, -1),
        after=_step(code, chosen, monday, 1),
        pending=len(pending_changes(session, scope.module_ids, shown)),
        version=latest.number if latest else 0,
        may_manage=manages(scope),
        may_publish=may_publish,
        may_plan=may_publish and has_pattern(scope.cohort),
        home_offset=formats.offset(now, home),
        week_days=formats.period(days[0], days[-1], lang),
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


def _chosen_week(scope: Scope, now: datetime, today: date) -> date:
    """The week asked for; else that of the next session (or the last one), of the next day in a module, or this one."""
    wanted = read_week(request.args.get("week", ""))
    if wanted:
        return wanted
    nearest = nearest_session(db_session(), scope.module_ids, now=now)
    if nearest:
        return monday_of(day_of(nearest))
    spans = [Span(block.starts_on, block.ends_on) for module in scope.modules for block in module.blocks]
    if any(span.holds(today) for span in spans):
        return monday_of(today)
    firsts = [span.starts_on.first_day for span in spans if span.starts_on and span.starts_on.first_day > today]
    return monday_of(min(firsts, default=today))


def _conflicts(scope: Scope, monday: date, days: list[date], lang: str) -> list[ConflictView]:
    """What of these days cannot be as planned, within the modules in reach."""
    session, own = db_session(), frozenset(scope.module_ids)
    found = conflicts_in(session, [scope.cohort.id], period_of(monday))[scope.cohort.id]
    wanted = [conflict for conflict in found if conflict.module_id in own and conflict.day in days]
    return conflict_views(scope, wanted, kept_conflicts(session, [scope.cohort.id]), lang)


def _labels_of(scope: Scope, days: list[date], lang: str) -> list[str]:
    """The modules whose weeks these days are, when there is no session yet."""
    return [
        module_label(module, lang)
        for module in scope.modules
        if any(Span(block.starts_on, block.ends_on).holds(day) for block in module.blocks for day in days)
    ]


def _only_id(scope: Scope, labels: list[str], lang: str) -> int | None:
    """The module that the page is about, if it is one."""
    if len(labels) != 1:
        return None
    return next((module.id for module in scope.modules if module_label(module, lang) == labels[0]), None)


def _step(code: str, chosen: date | None, monday: date, way: int) -> tuple[str, date]:
    """The address and the first day of the week or day beside this one."""
    if chosen:
        other = chosen + timedelta(days=way)
        return url_for("schedule.week", code=code, day=other.isoformat()), other
    other = monday + way * WEEK
    return url_for("schedule.week", code=code, week=week_text(other)), other
