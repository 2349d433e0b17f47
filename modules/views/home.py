"""Cards of the home page: what is on today, modules in a host's care, and how far each cohort is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.rules import Actor
from app.feature import Panel
from app.kernel.clock import HOME_ZONE
from app.kernel.clock import day_of as day_at
from app.kernel.words import Message
from app.web import formats
from app.web.locale import chosen_language
from cohorts.models import Cohort
from modules.models import Module
from modules.queries.due import next_sessions, progress
from modules.queries.registers import Held
from modules.queries.schedule import modules_by_id, sessions_between
from modules.rules.access import HOST_MODULE, VIEW_OWN_SCHEDULE, VIEW_SCHEDULE, has_schedule
from modules.rules.times import zone_of
from modules.views.present import day_of, hours, module_label, place_of

MOST_SESSIONS = 6
ACTS = {
    "modules.session_added": Message("Session added"),
    "modules.session_changed": Message("Session changed"),
    "modules.session_cancelled": Message("Session cancelled"),
    "modules.session_deleted": Message("Draft session deleted"),
    "modules.session_copied": Message("Sessions copied"),
    "modules.held_online": Message("Module moved online"),
    "modules.plan_taken": Message("Plan of the blocks taken"),
    "modules.conflict_kept": Message("Conflict kept with a reason"),
    "modules.calendar_changed": Message("Working calendar changed"),
    "modules.expert_added": Message("Expert added"),
    "modules.published": Message("Schedule published"),
    "modules.register_saved": Message("Attendance register saved"),
}


def sessions_card(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """For coordinators: what is on today, or else in the next seven days."""
    if Role.COORDINATOR not in actor.roles:
        return None
    lang = chosen_language()
    zone = zone_of(HOME_ZONE)
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    week = sessions_between(session, actor.reach(VIEW_SCHEDULE), begin=today, end=today + timedelta(days=7))
    on_today = [meeting for meeting in week if meeting.starts_at < today + timedelta(days=1)]
    items = [
        {
            "starts_at": meeting.starts_at.isoformat(),
            "time": hours(meeting).partition("–")[0],
            "day": "" if on_today else formats.day_short(day_of(meeting), lang),
            "title": formats.tri(meeting.title, lang),
            "place": place_of(meeting, lang).word,
            "cohort": formats.tri(meeting.module.cohort.title, lang),
            "url": url_for("schedule.week", code=meeting.module.cohort.code, day=day_of(meeting).isoformat()),
        }
        for meeting in (on_today or week)[:MOST_SESSIONS]
    ]
    heading = _("On the schedule today") if on_today else _("Next on the schedule")
    return Panel("modules/home_today.html", {"heading": heading, "lines": items}, side=True)


def module_card(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """For host coordinators: the modules in their care, each with its next session."""
    reach = actor.reach(HOST_MODULE)
    if not reach.modules:
        return None
    lang = chosen_language()
    modules = modules_by_id(session, reach.modules)
    coming = next_sessions(session, reach.modules, now=now)
    items = [
        {
            "title": module_label(module, lang),
            "dates": _dates(module, lang),
            "cohort": formats.tri(module.cohort.title, lang),
            "url": url_for("schedule.week", code=module.cohort.code),
            "next": _next_line(coming[module.id], lang) if module.id in coming else "",
            "registers": url_for("attendance.index", code=module.cohort.code),
        }
        for module in modules
    ]
    return Panel("modules/home_module.html", {"lines": items}, title=_("Modules in my care"))


def _next_line(row: Held, lang: str) -> str:
    """The next session in words: day, hour, title."""
    day = formats.day_short(day_at(row.starts_at, row.time_zone), lang)
    return f"{day}, {formats.clock(row.starts_at, row.time_zone)}: {row.title.best(lang)[0]}"


def cohort_progress(session: Session, _actor: Actor, cohorts: Sequence[Cohort], now: datetime) -> Panel:
    """Which module each of these cohorts is in, for the card that lists them: words by the cohort's key."""
    found = progress(session, [cohort.id for cohort in cohorts], today=day_at(now))
    words = {key: _("Module %(n)s of %(of)s", n=at.module, of=at.modules) for key, at in found.items() if at.module}
    return Panel("", {"words": words})


def landing(actor: Actor) -> str | None:
    """The schedule is home for who has nothing but it: participants and their assistants."""
    own = {Role.PARTICIPANT, Role.ASSISTANT}
    return "modules.me" if actor.may(VIEW_OWN_SCHEDULE) and set(actor.roles) <= own and has_schedule(actor) else None


def _dates(module: Module, lang: str) -> str:
    starts = [block.starts_on for block in module.blocks if block.starts_on]
    ends = [last for block in module.blocks if (last := block.ends_on or block.starts_on) is not None]
    if not starts:
        return str(_("Dates not known yet"))
    first = min(starts, key=lambda day: day.first_day)
    last = max(ends, key=lambda day: day.last_day)
    return formats.period(first, last, lang)
