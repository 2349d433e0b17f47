"""What somebody may see of the register. Every query that loads certificates for a page goes through here."""

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.organisations.queries import remit
from certificates.models import Certificate
from certificates.rules import READ_PROGRAMMES, READ_REMIT
from cohorts.models import Cohort, Programme
from cohorts.queries import cohorts_within


def reads_all(actor: Actor) -> bool:
    """Whether somebody may read every certificate there is."""
    return actor.reach(READ_PROGRAMMES).everywhere or actor.reach(READ_REMIT).everywhere


def certificates_within(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The certificates that somebody may read: a condition on columns of the certificate, each with an index.

    Staff read their programmes. An official reads those of people whom their organisation, or one that it followed, had
    sent on the day of enrolment, and those of programmes that their organisation commissioned.
    """
    if reads_all(actor):
        return true()
    staff, official = actor.reach(READ_PROGRAMMES), actor.reach(READ_REMIT)
    cohorts: list[ColumnElement[bool]] = []
    if staff:
        cohorts.append(cohorts_within(staff))
    if official.programmes:
        cohorts.append(Cohort.programme_id.in_(official.programmes))
    if official.cohorts:
        cohorts.append(Cohort.id.in_(official.cohorts))
    if official.organisations:
        cohorts.append(Programme.commissioner_id.in_(official.organisations))
    if not cohorts:
        return false()
    of_cohorts = select(Cohort.id).join(Cohort.programme).where(or_(*cohorts)).correlate(None)
    conditions = [Certificate.cohort_id.in_(of_cohorts)]
    if official.organisations:
        conditions.append(Certificate.organisation_id.in_(remit(session, official.organisations)))
    return or_(*conditions)
