"""What somebody may see of the register. Every query that loads a certificate or a batch goes through here."""

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.orm import Session

from app.accounts.rules import Actor, Reach
from app.organisations.queries import remit
from certificates.models import Certificate
from certificates.rules import READ_PROGRAMMES, READ_REMIT
from cohorts.models import Cohort, Programme


def cohorts_within(reach: Reach) -> ColumnElement[bool]:
    """The cohorts in reach; the statement must join Cohort and Programme."""
    if reach.everywhere:
        return true()
    conditions: list[ColumnElement[bool]] = [false()]
    if reach.programmes:
        conditions.append(Cohort.programme_id.in_(reach.programmes))
    if reach.cohorts:
        conditions.append(Cohort.id.in_(reach.cohorts))
    if reach.organisations:
        conditions.append(Programme.owner_id.in_(reach.organisations))
        conditions.append(Programme.commissioner_id.in_(reach.organisations))
    return or_(*conditions)


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


def covers(reach: Reach, cohort: Cohort) -> bool:
    """Whether a cohort is in reach: the same rule as :func:`cohorts_within`, for one that is loaded already."""
    programme = cohort.programme
    return (
        reach.everywhere
        or programme.id in reach.programmes
        or cohort.id in reach.cohorts
        or bool({programme.owner_id, programme.commissioner_id} & reach.organisations)
    )
