"""What the pages of a schedule share: their blueprint, the links above them, and whether the reader may change it."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from app.web.request import current_actor, db_session, moment
from app.web.templating import Link
from cohorts.enums import CohortStatus
from cohorts.queries import in_reach
from cohorts.rules import VIEW_COHORT
from cohorts.tabs import cohort_tabs
from modules.queries.schedule import Scope
from modules.rules.access import MANAGE_SCHEDULE

blueprint = Blueprint("schedule", __name__, template_folder="../templates")


def sees_cohort(scope: Scope) -> bool:
    """Whether the reader may open the pages of the whole cohort; a host coordinator has those of a module only."""
    return scope.whole and current_actor().may(VIEW_COHORT)


def sections_of(scope: Scope) -> list[Link]:
    """The second row of links; a host coordinator has the schedule and the registers of a cohort only."""
    if sees_cohort(scope):
        return cohort_tabs(db_session(), current_actor(), scope.cohort, moment())
    code, here = scope.cohort.code, request.blueprint
    return [
        Link(_("Schedule"), url_for("schedule.week", code=code), "", here == "schedule"),
        Link(_("Attendance"), url_for("attendance.index", code=code), "", here == "attendance"),
    ]


def manages(scope: Scope) -> bool:
    """Whether the reader may change the sessions that this page shows: a closed cohort's stay as they are."""
    if scope.cohort.status == CohortStatus.CLOSED:
        return False
    reach = current_actor().reach(MANAGE_SCHEDULE)
    return in_reach(reach, scope.cohort) or (bool(scope.modules) and set(scope.module_ids) <= reach.modules)
