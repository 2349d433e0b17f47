"""What the cohorts give to the home page, and to the top of a cohort's own page."""

from collections.abc import Mapping
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Panel, Todo
from app.kernel.clock import day_of
from app.web.locale import chosen_language
from cohorts.enums import COHORT_STATUS_LABELS, CohortStatus, EnrolmentStatus
from cohorts.models import Cohort
from cohorts.queries import cohorts_in_reach, status_counts
from cohorts.rules import MANAGE_COHORT, VIEW_COHORT

MOST = 7
OPEN = (CohortStatus.RUNNING, CohortStatus.PLANNED)


def my_cohorts(session: Session, actor: Actor, _now: datetime) -> Panel | None:
    """The cohorts in the actor's reach that are not closed, with plan against fact."""
    reach = actor.reach(VIEW_COHORT)
    if not reach:
        return None
    found = cohorts_in_reach(session, reach, statuses=OPEN)
    shown = found[:MOST]
    counts = status_counts(session, [cohort.id for cohort in shown])
    context = {"mine": actor.may(MANAGE_COHORT), "cohorts": shown, "counts": counts, "statuses": COHORT_STATUS_LABELS}
    return Panel("cohorts/_home_cohorts.html", context, side=True)


def home_needs(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """What a coordinator should do about people, over all cohorts."""
    reach = actor.reach(MANAGE_COHORT)
    if not reach:
        return None
    cohorts = cohorts_in_reach(session, reach, statuses=OPEN)
    counts = status_counts(session, [cohort.id for cohort in cohorts])
    lines = [need_of(cohort, counts.get(cohort.id, {}), now) for cohort in cohorts]
    return Panel("", {}, todo=tuple(line for line in lines if line)[:MOST])


def need_of(cohort: Cohort, counts: Mapping[EnrolmentStatus, int], now: datetime) -> Todo | None:
    """A cohort without people wants its roster; one that has ended wants everybody marked; a closed one nothing."""
    if cohort.status not in OPEN:
        return None
    title = cohort.title.best(chosen_language())[0]
    where = f"{title} · {cohort.code}"
    waiting = counts.get(EnrolmentStatus.ENROLLED, 0)
    if not counts:
        return Todo(
            _("Import the roster"),
            url_for("cohorts.roster", code=cohort.code),
            where,
            _("nobody is enrolled yet"),
            "up",
        )
    if waiting and cohort.ends_on and cohort.ends_on.last_day < day_of(now, cohort.time_zone):
        return Todo(
            ngettext("Mark %(num)s person: completed or not", "Mark %(num)s people: completed or not", waiting),
            url_for("cohorts.people", code=cohort.code, status=EnrolmentStatus.ENROLLED.value),
            where,
            _("the last day has passed"),
            "user",
        )
    return None
