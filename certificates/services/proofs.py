"""Proofs: a sheet as it would be printed, marked as a specimen, with a number and codes that verify nothing."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from certificates.house import House
from certificates.models import Batch
from certificates.payload import Holder, Payload
from certificates.queries.issue import award_of, holder_of
from certificates.rules import number_of, series_prefix
from certificates.services.issuing import occasion_of
from certificates.services.sheets import Identity, Occasion, draw_up
from cohorts.models import Cohort


def longest_of(batch: Batch) -> Holder:
    """The name of a batch that needs the most room."""
    holders = [holder_of(item.enrolment.person) for item in batch.items]
    return max(holders, key=lambda holder: max((len(form) for form in holder.forms()), default=0))


def proof(session: Session, cohort: Cohort, occasion: Occasion, *, holder: Holder, house: House) -> Payload:
    """The sheet of one person on an occasion that is not issued yet.

    Raises:
        PayloadError: something that every certificate needs is missing.

    """
    award = award_of(session, cohort)
    identity = Identity(number_of(series_prefix(award.prefix or "SPECIMEN", occasion.issued_on.year), 0))
    return draw_up(award, occasion, holder=holder, identity=identity, house=replace(house, specimen=True))


def proof_of_batch(session: Session, batch: Batch, *, house: House) -> Payload:
    """The sheet with the longest name of a batch."""
    return proof(session, batch.cohort, occasion_of(batch), holder=longest_of(batch), house=house)


def proof_of_cohort(session: Session, cohort: Cohort, *, holder: Holder, today: date, house: House) -> Payload:
    """The sheet of one person of a cohort for which nothing is proposed yet; the order is an ellipsis."""
    occasion = Occasion(
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        order_number="…",
        order_date=today,
        issued_on=today,
        handed_over_by=award_of(session, cohort).handed_over_by,
    )
    return proof(session, cohort, occasion, holder=holder, house=house)
