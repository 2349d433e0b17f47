"""What defences ask of coordinators: lines for the home page and for a cohort's page, and the tabs of a cohort."""

from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.rules import Actor
from app.feature import Panel, Todo
from app.kernel.clock import day_of
from app.kernel.words import Message
from app.web import formats
from app.web.locale import chosen_language
from cohorts.enums import CohortStatus
from cohorts.models import Cohort
from cohorts.queries import in_reach
from cohorts.tabs import CohortTab
from projects.models import DefenceDay
from projects.queries.sittings import sittings_in_reach
from projects.rules.access import MANAGE_PROJECTS, VIEW_PROJECTS, has_project

MOST = 7
ACTS = {
    "projects.groups_arranged": Message("Groups arranged"),
    "projects.people_placed": Message("People moved to a group"),
    "projects.project_changed": Message("Project changed"),
    "projects.commission_set": Message("Commission named"),
    "projects.sitting_planned": Message("Defence day planned"),
    "projects.defence_decided": Message("Defence decided"),
    "projects.material_handed_in": Message("Materials handed in"),
    "projects.minutes_closed": Message("Minutes closed"),
}


def home_needs(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """The defence days without closed minutes, over all cohorts that are not closed."""
    reach = actor.reach(MANAGE_PROJECTS)
    if not reach:
        return None
    lines = [_line(row, now) for row in sittings_in_reach(session, reach)]
    return Panel("", {}, todo=tuple(line for line in lines if line)[:MOST])


def cohort_needs(session: Session, actor: Actor, cohort: Cohort, now: datetime) -> Panel | None:
    """The same for one cohort."""
    reach = actor.reach(MANAGE_PROJECTS)
    if cohort.status == CohortStatus.CLOSED or not in_reach(reach, cohort):
        return None
    lines = [_line(row, now) for row in sittings_in_reach(session, reach) if row.cohort_id == cohort.id]
    return Panel("", {}, todo=tuple(line for line in lines if line))


def project_tabs(_session: Session, actor: Actor, _cohort: Cohort, _now: datetime) -> Panel | None:
    """The links to groups and defences on every page of a cohort."""
    if not actor.may(VIEW_PROJECTS):
        return None
    groups = CohortTab(Message("Groups"), "groups.index", 40, "groups.")
    return Panel("", {"tabs": (groups, CohortTab(Message("Defence"), "defences.index", 45, "defences."))})


def landing(actor: Actor) -> str | None:
    """The project is home for an assistant to whom nothing but it was entrusted."""
    return "project.mine" if set(actor.roles) == {Role.ASSISTANT} and has_project(actor) else None


def _line(sitting: DefenceDay, now: datetime) -> Todo | None:
    """A day that has come: its minutes are to be kept, or to be closed."""
    today = day_of(now, sitting.cohort.time_zone)
    if sitting.day > today:
        return None
    lang = chosen_language()
    undecided = sum(slot.outcome is None for slot in sitting.slots)
    where = f"{sitting.cohort.title.best(lang)[0]} · {sitting.cohort.code}"
    if undecided == len(sitting.slots):
        text, about = _("Keep the minutes of the defence day"), _("nothing is written yet")
    else:
        text = _("Close the minutes of the defence day")
        about = (
            ngettext("%(num)s project undecided", "%(num)s projects undecided", undecided)
            if undecided
            else _("everything is decided")
        )
    return Todo(
        text,
        url_for("defences.sitting", code=sitting.cohort.code, number=sitting.id),
        where,
        about,
        "flag",
        _tone(sitting.day, today),
        due=formats.day_short(sitting.day, lang),
        when=sitting.day,
    )


def _tone(day: date, today: date) -> str:
    return "chg" if day < today else ""
