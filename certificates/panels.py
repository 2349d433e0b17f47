"""What certificates give to the home page of each role, and to the pages of a cohort."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Panel
from app.kernel.words import Message
from app.people.queries import display_name
from app.web.locale import chosen_language
from certificates.enums import BatchStatus
from certificates.models import Batch
from certificates.outlet import HOME_ZONE
from certificates.queries import issue, register
from certificates.queries.register import Filter
from certificates.rules import APPROVE, PROPOSE, READ_REMIT, VIEW_BATCHES
from certificates.views.sheets import NameOf
from cohorts.models import Cohort
from cohorts.tabs import CohortTab

NEWEST = 6


def official_home(session: Session, actor: Actor, _now: datetime) -> Panel | None:
    """The official's people: how many, a search, the newest certificates."""
    if not actor.may(READ_REMIT):
        return None
    everything = Filter()
    newest = register.page_of(session, actor, everything, number=1)
    context = {
        "people": register.people_count(session, actor),
        "total": newest.total,
        "rows": newest.rows[:NEWEST],
        "name_of": NameOf(),
    }
    return Panel("certificates/home_official.html", context)


def official_side(session: Session, actor: Actor, _now: datetime) -> Panel | None:
    """Who of the official's people studies now, what the official downloaded, and why the list is as it is."""
    if not actor.may(READ_REMIT):
        return None
    enrolments = register.studying(session, actor)
    lang = chosen_language()
    shown = [
        (display_name(enrolment.person, lang), enrolment.cohort.programme.title) for enrolment in enrolments[:NEWEST]
    ]
    context = {
        "studying": shown,
        "more": len(enrolments) - len(shown),
        "downloads": register.downloads_of(session, actor, most=NEWEST),
        "zone": HOME_ZONE,
    }
    return Panel("certificates/home_official_side.html", context, side=True)


def approver_home(session: Session, actor: Actor, _now: datetime) -> Panel | None:
    """What waits for the approver."""
    if not actor.may(APPROVE):
        return None
    waiting = issue.batches(session, actor.reach(APPROVE), BatchStatus.PROPOSED)
    return Panel("certificates/home_approver.html", {"waiting": waiting, "sizes": _sizes(session, waiting)})


def coordinator_home(session: Session, actor: Actor, _now: datetime) -> Panel | None:
    """What the coordinator should propose, what waits for others, and what was sent back."""
    if not actor.may(PROPOSE):
        return None
    reach = actor.reach(PROPOSE)
    ready = issue.cohorts_to_propose(session, reach)
    batches = issue.batches(session, reach, BatchStatus.PROPOSED, BatchStatus.RETURNED)
    latest = {batch.cohort_id: batch for batch in reversed(batches)}
    open_cohorts = {cohort.id for cohort, _ in ready}
    shown = [
        batch for batch in latest.values() if batch.status == BatchStatus.PROPOSED or batch.cohort_id in open_cohorts
    ]
    if not ready and not shown:
        return None
    decided = {batch.cohort_id for batch in shown}
    context = {
        "ready": [(cohort, n) for cohort, n in ready if cohort.id not in decided],
        "waiting": [batch for batch in shown if batch.status == BatchStatus.PROPOSED],
        "returned": [batch for batch in shown if batch.status == BatchStatus.RETURNED],
        "sizes": _sizes(session, shown),
    }
    return Panel("certificates/home_coordinator.html", context)


def _sizes(session: Session, batches: Sequence[Batch]) -> dict[int, int]:
    return issue.sizes(session, [batch.id for batch in batches])


def cohort_tabs(_session: Session, actor: Actor, _cohort: Cohort, _now: datetime) -> Panel | None:
    """The cohort's page of certificates."""
    if not actor.may(VIEW_BATCHES):
        return None
    return Panel("", {"tabs": (CohortTab(Message("Certificates"), "issue.cohort", 60, "issue."),)})
