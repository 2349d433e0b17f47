"""What somebody may see of the register. Every query that loads certificates for a page goes through here."""

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.organisations.queries import remit
from certificates.models import Certificate
from certificates.rules import READ_PROGRAMMES, READ_REMIT
from cohorts.models import Cohort, Programme
from cohorts.queries import cohorts_within


def certificates_within(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The certificates that somebody may read; the statement must join Cohort and Programme.

    Staff read their programmes. An official reads those of people whom their organisation, or one that it followed, had
    sent on the day of enrolment, and those of programmes that their organisation commissioned.
    """
    staff, official = actor.reach(READ_PROGRAMMES), actor.reach(READ_REMIT)
    if staff.everywhere or official.everywhere:
        return true()
    conditions: list[ColumnElement[bool]] = []
    if staff:
        conditions.append(cohorts_within(staff))
    if official.programmes:
        conditions.append(Cohort.programme_id.in_(official.programmes))
    if official.cohorts:
        conditions.append(Cohort.id.in_(official.cohorts))
    if official.organisations:
        conditions.append(Certificate.organisation_id.in_(remit(session, official.organisations)))
        conditions.append(Programme.commissioner_id.in_(official.organisations))
    return or_(*conditions) if conditions else false()
