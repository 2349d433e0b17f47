"""Schedules that wait to be published: lines for the home page, and for the top of a cohort's page."""

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Panel, Todo
from app.web.locale import chosen_language
from cohorts.enums import CohortStatus
from cohorts.models import Cohort
from cohorts.queries import cohorts_in_reach, in_reach
from modules.queries.schedule import latest_version, unpublished_count
from modules.rules.access import PUBLISH_SCHEDULE

MOST = 7


def home_needs(session: Session, actor: Actor, _now: datetime) -> Panel | None:
    """The schedules with unpublished changes, over all cohorts that are not closed."""
    reach = actor.reach(PUBLISH_SCHEDULE)
    if not reach:
        return None
    cohorts = cohorts_in_reach(session, reach, statuses=(CohortStatus.RUNNING, CohortStatus.PLANNED))
    lines = [_unpublished(session, cohort) for cohort in cohorts]
    return Panel("", {}, todo=tuple(line for line in lines if line)[:MOST])


def cohort_needs(session: Session, actor: Actor, cohort: Cohort, _now: datetime) -> Panel | None:
    """The same for one cohort."""
    if cohort.status == CohortStatus.CLOSED or not in_reach(actor.reach(PUBLISH_SCHEDULE), cohort):
        return None
    line = _unpublished(session, cohort)
    return Panel("", {}, todo=(line,)) if line else None


def _unpublished(session: Session, cohort: Cohort) -> Todo | None:
    changes = unpublished_count(session, cohort.id)
    if not changes:
        return None
    version = latest_version(session, cohort.id)
    known = _("participants see version %(n)s", n=version.number) if version else _("nothing was published yet")
    return Todo(
        ngettext("Publish %(num)s change of the schedule", "Publish %(num)s changes of the schedule", changes),
        url_for("schedule.publish", code=cohort.code),
        f"{cohort.title.best(chosen_language())[0]} · {cohort.code}",
        known,
        "cal",
    )
