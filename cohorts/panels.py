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
from app.kernel.words import Message
from app.web.locale import chosen_language
from app.web.templating import features
from cohorts.enums import COHORT_STATUS_LABELS, CohortStatus, EnrolmentStatus
from cohorts.models import Cohort
from cohorts.queries import cohorts_in_reach, status_counts
from cohorts.rules import MANAGE_COHORT, VIEW_COHORT
from cohorts.schema import CompletionSpec

MOST = 7
OPEN = (CohortStatus.RUNNING, CohortStatus.PLANNED)
ACTS = {
    "cohorts.created": Message("Cohort opened"),
    "cohorts.changed": Message("Dates or size of a cohort changed"),
    "cohorts.status_changed": Message("Cohort started or closed"),
    "cohorts.people_marked": Message("People marked by an order"),
    "cohorts.roster_imported": Message("Roster imported"),
    "notices.announced": Message("Announcement sent"),
    "notices.reminded": Message("People reminded of an announcement"),
}


def my_cohorts(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """The cohorts in the actor's reach that are not closed, with plan against fact.

    A higher package may say how far each is (``Feature.panels["home.cohorts"]``, for all of them at once).
    """
    reach = actor.reach(VIEW_COHORT)
    if not reach:
        return None
    found = cohorts_in_reach(session, reach, statuses=OPEN)
    shown = found[:MOST]
    counts = status_counts(session, [cohort.id for cohort in shown])
    words: dict[int, str] = {}
    for feature in features():
        source = feature.panels.get("home.cohorts")
        panel = source(session, actor, shown, now) if source else None
        words |= panel.context["words"] if panel else {}
    context = {
        "mine": actor.may(MANAGE_COHORT),
        "cohorts": shown,
        "counts": counts,
        "statuses": COHORT_STATUS_LABELS,
        "progress": words,
    }
    running = sum(cohort.status == CohortStatus.RUNNING for cohort in found)
    lead = ngettext("%(num)s cohort running", "%(num)s cohorts running", running) if running else ""
    return Panel("cohorts/_home_cohorts.html", context, side=True, lead=lead)


def home_needs(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """What a coordinator should do about people, over all cohorts."""
    reach = actor.reach(MANAGE_COHORT)
    if not reach:
        return None
    cohorts = cohorts_in_reach(session, reach, statuses=OPEN)
    counts = status_counts(session, [cohort.id for cohort in cohorts])
    lines = [need_of(cohort, counts.get(cohort.id, {}), now) for cohort in cohorts]
    return Panel("", {}, todo=tuple(line for line in lines if line))


def need_of(cohort: Cohort, counts: Mapping[EnrolmentStatus, int], now: datetime) -> Todo | None:
    """A cohort without people wants its roster; one that has ended wants everybody marked; a closed one nothing.

    Where conditions decide who completes, whoever judges them (a higher package) says so and leads to them.
    """
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
            when=cohort.starts_on.first_day if cohort.starts_on else None,
        )
    if waiting and cohort.ends_on and cohort.ends_on.last_day < day_of(now, cohort.time_zone) and not _judged(cohort):
        return Todo(
            ngettext("Mark %(num)s person: completed or not", "Mark %(num)s people: completed or not", waiting),
            url_for("cohorts.people", code=cohort.code, status=EnrolmentStatus.ENROLLED.value),
            where,
            _("the last day has passed"),
            "user",
        )
    return None


def _judged(cohort: Cohort) -> bool:
    """Whether the cohort's rule has conditions; else an order alone decides who completes."""
    return bool(CompletionSpec.model_validate(cohort.completion_rule or {}).conditions)
