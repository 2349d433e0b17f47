"""Who has to do what about certificates: lines for the home page, and for the top of a cohort's page."""

from collections.abc import Mapping
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Panel, Todo
from app.kernel.clock import day_of
from app.kernel.words import Message
from app.web.locale import chosen_language
from certificates.enums import BatchStatus
from certificates.models import Batch
from certificates.queries import issue
from certificates.queries.candidates import cohorts_to_propose, is_ending, number_to_propose
from certificates.queries.completion import rule_of
from certificates.rules import APPROVE, PROPOSE
from certificates.views.filters import local_day
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Cohort
from cohorts.queries import cohorts_in_reach, in_reach, status_counts
from cohorts.rules import MANAGE_COHORT

MOST = 7
ACTS = {
    "certificates.proposed": Message("Certificates proposed"),
    "certificates.issued": Message("Certificates issued"),
    "certificates.annulled": Message("Certificate annulled"),
    "certificates.reissued": Message("Certificate replaced"),
    "certificates.sent_back": Message("Proposal sent back"),
    "certificates.waived": Message("Condition waived"),
    "certificates.waiver_withdrawn": Message("Waiver taken back"),
}


def home_needs(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """What an approver should look at, and a coordinator decide, propose or mend."""
    if not actor.may(APPROVE) and not actor.may(PROPOSE):
        return None
    lines = (*_to_approve(session, actor), *_to_decide(session, actor, now), *_to_propose(session, actor, day_of(now)))
    return Panel("", {}, todo=lines)


def cohort_needs(session: Session, actor: Actor, cohort: Cohort, now: datetime) -> Panel | None:
    """What a coordinator should decide, propose or mend in one cohort."""
    deciding = _to_decide(session, actor, now, cohort) if in_reach(actor.reach(MANAGE_COHORT), cohort) else []
    return Panel("", {}, todo=(*deciding, *_to_propose(session, actor, day_of(now, cohort.time_zone), cohort)))


def _to_approve(session: Session, actor: Actor) -> list[Todo]:
    if not actor.may(APPROVE):
        return []
    waiting = issue.batches(session, actor.reach(APPROVE), BatchStatus.PROPOSED)[:MOST]
    sizes = issue.sizes(session, [batch.id for batch in waiting])
    return [
        Todo(
            ngettext("Approve %(num)s certificate", "Approve %(num)s certificates", sizes[batch.id]),
            url_for("approvals.batch", key=batch.key),
            _title(batch.cohort),
            _("order No. %(number)s", number=batch.order_number),
            "medal",
            when=batch.issued_on,
        )
        for batch in waiting
    ]


def _to_decide(session: Session, actor: Actor, now: datetime, only: Cohort | None = None) -> list[Todo]:
    """Cohorts in their last week or past it whose conditions say who completes, with people whom no order names."""
    reach = actor.reach(MANAGE_COHORT)
    found = [only] if only else cohorts_in_reach(session, reach, statuses=(CohortStatus.RUNNING,)) if reach else []
    ended = [
        cohort for cohort in found if is_ending(cohort, day_of(now, cohort.time_zone)) and rule_of(cohort).conditions
    ]
    counts = status_counts(session, [cohort.id for cohort in ended])
    waiting = {cohort.id: counts.get(cohort.id, {}).get(EnrolmentStatus.ENROLLED, 0) for cohort in ended}
    return [_decide(cohort, waiting[cohort.id], now) for cohort in ended if waiting[cohort.id]][:MOST]


def _decide(cohort: Cohort, number: int, now: datetime) -> Todo:
    last = cohort.ends_on.last_day if cohort.ends_on else None
    return Todo(
        ngettext("Mark %(num)s person: completed or not", "Mark %(num)s people: completed or not", number),
        url_for("completion.cohort", code=cohort.code),
        _title(cohort),
        _("the last day has passed") if last and last < day_of(now, cohort.time_zone) else "",
        "user",
        when=last,
    )


def _to_propose(session: Session, actor: Actor, today: date, cohort: Cohort | None = None) -> list[Todo]:
    """Sent back first, then what can be proposed, then what waits for an approver."""
    if not actor.may(PROPOSE):
        return []
    reach = actor.reach(PROPOSE)
    if cohort is None:
        found = cohorts_to_propose(session, reach)
    else:
        found = [(cohort, number_to_propose(session, cohort, today=today))] if in_reach(reach, cohort) else []
    ready = {one.id: (one, n) for one, n in found if n}
    if cohort is not None and not ready:
        return []
    cohort_id = cohort.id if cohort else None
    batches = issue.batches(session, reach, BatchStatus.PROPOSED, BatchStatus.RETURNED, cohort_id=cohort_id)
    latest = {batch.cohort_id: batch for batch in reversed(batches)}
    waiting = [batch for batch in latest.values() if batch.status == BatchStatus.PROPOSED]
    returned = [batch for batch in latest.values() if batch.status == BatchStatus.RETURNED and batch.cohort_id in ready]
    taken = {batch.cohort_id for batch in (*waiting, *returned)}
    fresh = [pair for key, pair in ready.items() if key not in taken and cohort_id in {None, key}]
    sizes = issue.sizes(session, [batch.id for batch in waiting])
    return [
        *map(_returned, returned[:MOST]),
        *[_ready(*pair) for pair in fresh[:MOST]],
        *_waiting(waiting[:MOST], sizes),
    ]


def _returned(batch: Batch) -> Todo:
    return Todo(
        _("Mend the proposal that was sent back"),
        url_for("issue.cohort", code=batch.cohort.code),
        _title(batch.cohort),
        batch.note or "",
        "medal",
        "chg",
    )


def _ready(cohort: Cohort, number: int) -> Todo:
    return Todo(
        ngettext("Propose %(num)s certificate", "Propose %(num)s certificates", number),
        url_for("issue.cohort", code=cohort.code),
        _title(cohort),
        _("completed, without a certificate yet"),
        "medal",
    )


def _waiting(batches: list[Batch], sizes: Mapping[int, int]) -> list[Todo]:
    return [
        Todo(
            ngettext(
                "%(num)s certificate waits for an approver",
                "%(num)s certificates wait for an approver",
                sizes[batch.id],
            ),
            url_for("issue.batch", code=batch.cohort.code, key=batch.key),
            _title(batch.cohort),
            _("order No. %(number)s", number=batch.order_number),
            "clock",
            due=local_day(batch.proposed_at, batch.cohort.time_zone),
            waits=True,
        )
        for batch in batches
    ]


def _title(cohort: Cohort) -> str:
    return f"{cohort.title.best(chosen_language())[0]} · {cohort.code}"
