"""What the cohorts give to the platform."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Feature, MenuItem, Panel
from app.kernel.words import Message
from cohorts.cli import commands
from cohorts.enums import COHORT_STATUS_LABELS, CohortStatus, EnrolmentStatus
from cohorts.queries import cohorts_in_reach, status_counts
from cohorts.rules import MANAGE_COHORT, VIEW_COHORT
from cohorts.tabs import own_tabs
from cohorts.views import blueprint

MOST = 7
SECTIONS = ("cohorts", "schedule", "issue")  # the blueprints of a cohort's pages, higher packages' among them


def my_cohorts(session: Session, actor: Actor, _now: datetime) -> Panel | None:
    """The cohorts that the actor manages and that are not closed, with plan against fact."""
    reach = actor.reach(MANAGE_COHORT)
    if not reach:
        return None
    found = cohorts_in_reach(session, reach, statuses=(CohortStatus.RUNNING, CohortStatus.PLANNED))
    shown = found[:MOST]
    counts = status_counts(session, [cohort.id for cohort in shown])
    context = {"cohorts": shown, "counts": counts, "more": len(found) > MOST, "statuses": COHORT_STATUS_LABELS}
    return Panel("cohorts/_home_cohorts.html", context, side=True)


def without_decision(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """Cohorts whose last day has passed with people who are marked neither completed nor not completed."""
    reach = actor.reach(MANAGE_COHORT)
    if not reach:
        return None
    running = cohorts_in_reach(session, reach, statuses=(CohortStatus.RUNNING,))
    ended = [cohort for cohort in running if cohort.ends_on and cohort.ends_on.last_day < now.date()]
    counts = status_counts(session, [cohort.id for cohort in ended])
    waiting = [
        (cohort, number) for cohort in ended if (number := counts.get(cohort.id, {}).get(EnrolmentStatus.ENROLLED, 0))
    ]
    return Panel("cohorts/_home_waiting.html", {"waiting": waiting[:MOST]}) if waiting else None


FEATURE = Feature(
    name="cohorts",
    blueprints=(blueprint,),
    commands=commands,
    menu=(MenuItem(Message("Programmes"), "cohorts.programmes", "cal", VIEW_COHORT, 20, SECTIONS),),
    home=(without_decision, my_cohorts),
    panels={"cohort.tabs": own_tabs},
)
